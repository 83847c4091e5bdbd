#include "api/meta_webhook/readable_json.h"

#include "base/bytes.h"

namespace wherry::api::meta_webhook {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

/// The value of \uXXXX at `at`, or -1.
int escaped_unit(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return -1;
  const auto bytes = from_hex(text.substr(at + 2, 4));
  return bytes ? ((*bytes)[0] << 8) | (*bytes)[1] : -1;
}

bool is_high(int unit) { return unit >= 0xd800 && unit <= 0xdbff; }
bool is_low(int unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + length > text.size() || !is_clean_utf8(text.substr(at, length))) return 0;
  return length;
}

class Mender {
 public:
  explicit Mender(std::string_view text) : text_(text) { out_.reserve(text.size() + 64); }

  std::string mend() {
    while (at_ < text_.size()) {
      if (in_string_) inside();
      else outside();
    }
    return std::move(out_);
  }

 private:
  void copy(std::size_t count) {
    out_.append(text_.substr(at_, count));
    at_ += std::min(count, text_.size() - at_);
  }
  void put(std::string_view text, std::size_t instead_of) {
    out_.append(text);
    at_ += instead_of;
  }

  void outside() {
    for (const std::string_view word : {"-Infinity", "Infinity", "NaN"}) {
      if (text_.substr(at_).starts_with(word)) return put("null", word.size());
    }
    in_string_ = text_[at_] == '"';
    copy(1);
  }

  void inside() {
    const auto c = static_cast<unsigned char>(text_[at_]);
    if (c == '\\') return escape();
    if (c == '"') in_string_ = false;
    if (c < 0x20) {
      constexpr char digits[] = "0123456789abcdef";
      const char escaped[] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
      return put({escaped, sizeof escaped}, 1);
    }
    if (c < 0x80) return copy(1);
    const auto length = utf8_length(text_, at_);
    if (length == 0) return put(replacement, 1);
    copy(length);
  }

  void escape() {
    const int unit = escaped_unit(text_, at_);
    if (unit < 0) return copy(2);
    if (is_high(unit) && is_low(escaped_unit(text_, at_ + 6))) return copy(12);
    if (is_high(unit) || is_low(unit)) return put("\\ufffd", 6);
    copy(6);
  }

  std::string_view text_;
  std::string out_;
  std::size_t at_ = 0;
  bool in_string_ = false;
};

}  // namespace

std::optional<Readable> read(std::string_view text) {
  if (auto strict = json::parse(text)) return Readable{std::string(text), std::move(*strict)};
  auto mended = Mender(text).mend();
  auto value = json::parse(mended);
  if (!value) return std::nullopt;
  return Readable{std::move(mended), std::move(*value)};
}

std::string keepable(std::string_view text) {
  if (auto readable = read(text)) return std::move(readable->raw);
  return R"({"unparsable_base64":")" + to_base64(as_bytes(text)) + "\"}";
}

}  // namespace wherry::api::meta_webhook

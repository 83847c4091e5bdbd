#include "net/multipart.h"

#include <algorithm>

#include "base/bytes.h"
#include "net/field_value.h"
#include "net/message.h"

namespace wherry::http {

namespace {

constexpr std::size_t head_limit = 8 * 1024;
constexpr std::size_t part_limit = 64;

Error broken(std::string message) { return Error(ErrorCode::invalid_argument, std::move(message)); }

bool is_boundary(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
  };
  return !text.empty() && text.size() <= 70 && text.back() != ' ' && std::all_of(text.begin(), text.end(), allowed);
}

/// RFC 5987: UTF-8'language'percent-encoded.
std::optional<std::string> decode_extended(std::string_view text) {
  const auto first = text.find('\'');
  const auto second = first == std::string_view::npos ? first : text.find('\'', first + 1);
  if (second == std::string_view::npos || !equal_ignoring_case(text.substr(0, first), "UTF-8")) return std::nullopt;
  return percent_decode(text.substr(second + 1));
}

Result<void> read_disposition(std::string_view value, PartHead& head) {
  const auto parsed = parse_parameterized(value);
  if (!parsed || parsed->main != "form-data") return broken("A part's Content-Disposition is not form-data.");
  const auto* name = parsed->find("name");
  if (!name) return broken("A part has no name.");
  head.name = *name;
  if (const auto* file_name = parsed->find("filename")) head.file_name = *file_name;
  if (const auto* extended = parsed->find("filename*")) {
    auto decoded = decode_extended(*extended);
    if (!decoded) return broken("A part's file name is not valid.");
    head.file_name = std::move(decoded);
  }
  const bool clean = is_clean_utf8(head.name) && (!head.file_name || is_clean_utf8(*head.file_name));
  if (!clean) return broken("A part's name is not UTF-8.");
  return {};
}

Result<PartHead> parse_head(std::string_view text) {
  PartHead head;
  bool has_disposition = false;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find("\r\n"));
    text.remove_prefix(std::min(text.size(), line.size() + 2));
    const auto is_control = [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 0x7f; };
    const auto colon = line.find(':');
    const bool readable = colon != std::string_view::npos && colon > 0 && line.find_first_of(" \t") > colon - 1;
    if (!readable || std::any_of(line.begin(), line.end(), is_control)) return broken("A part's header is malformed.");
    const auto name = line.substr(0, colon);
    auto value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    value = value.substr(0, value.find_last_not_of(" \t") + 1);
    if (equal_ignoring_case(name, "Content-Disposition")) {
      if (std::exchange(has_disposition, true)) return broken("A part has two Content-Disposition fields.");
      TRY_VOID(read_disposition(value, head));
    } else if (equal_ignoring_case(name, "Content-Type")) {
      head.content_type.assign(value);
    } else if (equal_ignoring_case(name, "Content-Transfer-Encoding")) {
      const bool plain = equal_ignoring_case(value, "binary") || equal_ignoring_case(value, "8bit") || equal_ignoring_case(value, "7bit");
      if (!plain) return broken("Content-Transfer-Encoding is not supported.");
    }
  }
  if (!has_disposition) return broken("A part has no Content-Disposition.");
  return head;
}

class DelimiterReader final : public MultipartReader {
 public:
  DelimiterReader(const std::string& boundary, BodyReader& body) : delimiter_("\r\n--" + boundary), body_(body), held_("\r\n") {}

  Task<Result<std::optional<PartHead>>> next() override;
  Task<Result<std::string_view>> read() override;

 private:
  enum class State { content, at_delimiter, closed, failed };

  Task<Result<void>> fetch();
  Task<Result<std::string_view>> read_content();
  Task<Result<std::optional<PartHead>>> read_delimiter_and_head();

  const std::string delimiter_;
  BodyReader& body_;
  State state_ = State::content;  // the preamble is the content of no part; the first line break is ours
  std::string held_;              // received, not yet given away
  std::size_t given_ = 0;         // front of held_ that the caller is looking at
  bool at_line_break_ = false;    // held_ begins with the head's last line break, which may open the next delimiter as well
  std::size_t parts_ = 0;
  Error failure_;
};

/// Adds the next piece of the body to held_; the end of the body is a failure here.
Task<Result<void>> DelimiterReader::fetch() {
  CO_TRY(const auto piece, co_await body_.read());
  if (piece.empty()) co_return broken("The multipart body was cut off.");
  held_.append(piece);
  co_return Result<void>();
}

Task<Result<std::string_view>> DelimiterReader::read_content() {
  held_.erase(0, std::exchange(given_, 0));
  if (std::exchange(at_line_break_, false)) {
    while (held_.size() < delimiter_.size()) {
      CO_TRY_VOID(co_await fetch());
    }
    if (!held_.starts_with(delimiter_)) held_.erase(0, 2);
  }
  while (true) {
    const auto at = held_.find(delimiter_);
    if (at == 0) {
      state_ = State::at_delimiter;
      co_return std::string_view();
    }
    // What may be the beginning of a delimiter waits for more.
    const auto kept = delimiter_.size() - 1;
    const auto safe = at != std::string::npos ? at : held_.size() - std::min(kept, held_.size());
    if (safe > 0) {
      given_ = safe;
      co_return std::string_view(held_).substr(0, safe);
    }
    CO_TRY_VOID(co_await fetch());
  }
}

Task<Result<std::string_view>> DelimiterReader::read() {
  if (state_ == State::failed) co_return failure_;
  if (state_ != State::content || parts_ == 0) co_return std::string_view();
  auto piece = co_await read_content();
  if (!piece) {
    state_ = State::failed;
    failure_ = piece.error();
  }
  co_return piece;
}

Task<Result<std::optional<PartHead>>> DelimiterReader::next() {
  while (state_ == State::content) {
    auto skipped = co_await read_content();
    if (skipped) continue;
    state_ = State::failed;
    failure_ = std::move(skipped).error();
  }
  if (state_ == State::failed) co_return failure_;
  if (state_ == State::closed) co_return std::optional<PartHead>();
  auto head = co_await read_delimiter_and_head();
  if (!head) {
    state_ = State::failed;
    failure_ = head.error();
  }
  co_return head;
}

/// After the delimiter come "--" and the end, or white space, a line end and the next part's head.
Task<Result<std::optional<PartHead>>> DelimiterReader::read_delimiter_and_head() {
  held_.erase(0, delimiter_.size());
  while (held_.size() < 2) {
    CO_TRY_VOID(co_await fetch());
  }
  if (held_.starts_with("--")) {
    state_ = State::closed;
    held_.clear();
    co_return std::optional<PartHead>();
  }
  if (++parts_ > part_limit) co_return broken("The multipart body has too many parts.");
  std::size_t end = 0, searched = 0;
  while ((end = held_.find("\r\n\r\n", searched)) == std::string::npos) {
    if (held_.size() > head_limit) break;
    searched = held_.size() - std::min<std::size_t>(held_.size(), 3);
    CO_TRY_VOID(co_await fetch());
  }
  if (end == std::string::npos || end > head_limit) co_return broken("A part's header is too long.");
  const auto padding = held_.find_first_not_of(" \t");
  if (held_.compare(padding, 2, "\r\n") != 0) co_return broken("A multipart delimiter is malformed.");
  const auto text = std::string_view(held_).substr(0, end);
  CO_TRY(auto head, parse_head(text.substr(std::min(padding + 2, text.size()))));
  held_.erase(0, end + 2);
  at_line_break_ = true;
  state_ = State::content;
  co_return std::optional<PartHead>(std::move(head));
}

}  // namespace

Result<std::unique_ptr<MultipartReader>> MultipartReader::create(std::string_view content_type, BodyReader& body) {
  const auto parsed = parse_parameterized(content_type);
  if (!parsed || parsed->main != "multipart/form-data") return broken("The body is not multipart/form-data.");
  const auto* boundary = parsed->find("boundary");
  if (!boundary || !is_boundary(*boundary)) return broken("The multipart boundary is missing or not valid.");
  return std::unique_ptr<MultipartReader>(std::make_unique<DelimiterReader>(*boundary, body));
}

}  // namespace wherry::http

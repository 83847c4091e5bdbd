#include "api/sessions/media_body.h"

#include <charconv>

#include "net/headers.h"

namespace wherry::api::sessions {

namespace {

constexpr std::size_t deepest = 64;             // what nests deeper is refused by the parser
constexpr std::size_t longest_name = 16;        // longer ones are not ours
constexpr std::size_t longest_uri_head = 512;
constexpr std::size_t decoded_at_once = 16 * 1024;
constexpr std::string_view uri_scheme = "data:";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// What a JSON escape stands for; nullopt for what cannot be base64.
std::optional<char> unescape(std::string_view escape) {
  switch (escape[1]) {
    case '/': return '/';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'u': break;
    default: return std::nullopt;
  }
  unsigned code = 0;
  const auto read = std::from_chars(escape.data() + 2, escape.data() + escape.size(), code, 16);
  const bool whole = read.ec == std::errc() && read.ptr == escape.data() + escape.size();
  return whole && code < 0x80 ? std::optional(static_cast<char>(code)) : std::nullopt;
}

bool is_whole(std::string_view escape) { return escape.size() >= 2 && (escape[1] != 'u' || escape.size() == 6); }

}  // namespace

void DataFinder::open(char c) {
  if (stack_.size() >= deepest) return;
  stack_.push_back(c);
  wants_name_ = c == '{';
}

void DataFinder::value_string_begins() {
  is_name_ = wants_name_ && !stack_.empty() && stack_.back() == '{';
  if (is_name_ && stack_.size() <= 2) names_[stack_.size() - 1].clear();
  is_data_ = !is_name_ && stack_ == "{{" && names_[0] == "media" && names_[1] == "data";
}

DataFinder::Part DataFinder::next(char c) {
  if (in_string_) {
    if (!escaped_ && c == '"') {
      in_string_ = false;
      return std::exchange(is_data_, false) ? Part::data_ends : Part::rest;
    }
    escaped_ = !escaped_ && c == '\\';
    const bool ours = is_name_ && stack_.size() <= 2;
    if (ours && names_[stack_.size() - 1].size() < longest_name) names_[stack_.size() - 1].push_back(c);
    return is_data_ ? Part::data : Part::rest;
  }
  switch (c) {
    case '"':
      in_string_ = true;
      escaped_ = false;
      value_string_begins();
      return is_data_ ? Part::data_begins : Part::rest;
    case '{':
    case '[': open(c); break;
    case '}':
    case ']':
      if (!stack_.empty()) stack_.pop_back();
      wants_name_ = false;
      break;
    case ':': wants_name_ = false; break;
    case ',': wants_name_ = !stack_.empty() && stack_.back() == '{'; break;
    default: break;
  }
  return Part::rest;
}

Task<Result<void>> MediaBody::read(http::BodyReader& body) {
  std::uint64_t raw = 0;
  while (true) {
    CO_TRY(const auto piece, co_await body.read());
    if (piece.empty()) co_return Result<void>();
    raw += piece.size();
    if (raw > most_raw) co_return Error{ErrorCode::too_large, "the body is larger than 24 MiB"};
    for (const char c : piece) {
      const auto part = finder_.next(c);
      if (part == DataFinder::Part::data) {
        data(c);
        continue;
      }
      text_.push_back(c);
      if (part == DataFinder::Part::data_begins && ++times_given_ > 1) trouble("media.data is given twice");
      if (part == DataFinder::Part::data_ends) end_data();
    }
    if (text_.size() > most_rest) co_return Error{ErrorCode::too_large, "the body without its media is larger than 1 MiB"};
  }
}

void MediaBody::data(char c) {
  if (trouble_) return;
  if (escape_.empty() && c != '\\') return encoded(c);
  escape_.push_back(c);
  if (!is_whole(escape_)) return;
  const auto meant = unescape(escape_);
  escape_.clear();
  if (!meant) return trouble("media.data is not base64");
  encoded(*meant);
}

void MediaBody::encoded(char c) {
  if (head_done_) {
    if (is_blank(c)) return;
    encoded_.push_back(c);
    if (encoded_.size() >= decoded_at_once) decode();
    return;
  }
  head_.push_back(c);
  const auto known = std::min(head_.size(), uri_scheme.size());
  if (!http::equal_ignoring_case(std::string_view(head_).substr(0, known), uri_scheme.substr(0, known))) {
    head_done_ = true;
    for (const char held : std::exchange(head_, {})) encoded(held);
  } else if (c == ',') {
    head_ends();
  } else if (head_.size() > longest_uri_head) {
    trouble("media.data is no data: URI");
  }
}

// "data:image/png;charset=x;base64,"
void MediaBody::head_ends() {
  head_done_ = true;
  auto head = std::string_view(head_).substr(uri_scheme.size());
  head.remove_suffix(1);
  constexpr std::string_view marker = ";base64";
  const bool marked = head.size() >= marker.size() && http::equal_ignoring_case(head.substr(head.size() - marker.size()), marker);
  if (!marked) return trouble("media.data must be base64");
  uri_type_ = normalize_mime(head.substr(0, head.find(';')));
  head_.clear();
}

void MediaBody::decode() {
  decoded_.clear();
  if (!decoder_.feed(encoded_, decoded_)) trouble("media.data is not base64");
  encoded_.clear();
  write_decoded();
}

void MediaBody::write_decoded() {
  if (trouble_ || decoded_.empty()) return;
  if (!file_) {
    auto begun = blobs_.create(most_decoded);
    if (begun) file_ = std::move(*begun);
    else trouble_ = std::move(begun).error();
  }
  if (trouble_) return;
  auto written = file_->write(decoded_);
  if (written) return;
  if (written.error().code == ErrorCode::too_large) return trouble("media.data is larger than 16 MiB");
  trouble_ = std::move(written).error();
}

void MediaBody::end_data() {
  if (trouble_) return;
  if (!head_done_ && head_.size() >= uri_scheme.size()) return trouble("media.data is no data: URI");
  encoded_ += std::exchange(head_, {});
  decode();
  decoded_.clear();
  if (!escape_.empty() || (!trouble_ && !decoder_.finish(decoded_))) trouble("media.data is not base64");
  write_decoded();
}

std::string MediaBody::sniffed_type() const { return file_ ? normalize_mime(file_->sniffed_mime()) : std::string(); }

Result<void> MediaBody::check() const {
  if (trouble_) return *trouble_;
  if (!file_) return Error{ErrorCode::invalid_argument, "media.data must not be empty"};
  return {};
}

Result<std::unique_ptr<BlobWriter>> MediaBody::take_file() {
  TRY_VOID(check());
  return std::move(file_);
}

}  // namespace wherry::api::sessions

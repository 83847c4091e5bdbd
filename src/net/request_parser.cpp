#include "net/request_parser.h"

#include <algorithm>

#include "net/beast_request.h"

namespace wherry::http {

namespace beast = boost::beast;

/// Room for one Beast parser after the other: they cannot be reused, their memory can.
class RequestParser::Message {
 public:
  std::optional<BeastRequest> parser;
};

namespace {

bool is_token(char c) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || others.find(c) != std::string_view::npos;
}

/// Whether the request line ends with a well-formed version that is not ours.
bool names_another_version(std::string_view head) {
  const auto line = head.substr(0, head.find('\r'));
  if (line.size() < 9) return false;
  const auto version = line.substr(line.size() - 9);
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (version == " HTTP/1.0" || version == " HTTP/1.1") return false;
  return version.starts_with(" HTTP/") && digit(version[6]) && version[7] == '.' && digit(version[8]);
}

/// The chunk line at the front of `input`, nullopt while it is incomplete.
std::optional<std::string_view> chunk_line(std::string_view input) {
  if (input.starts_with("\r\n")) input.remove_prefix(2);  // the end of the chunk before
  const auto end = input.find("\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  return input.substr(0, end);
}

/// Beast follows a quoted extension beyond the end of its line.
bool closes_its_quotes(std::string_view line) {
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') quoted = !quoted;
    if (line[i] == '\\' && quoted) ++i;
  }
  return !quoted;
}

}  // namespace

RequestParser::RequestParser(const ParseLimits& limits) : limits_(limits), message_(std::make_unique<Message>()) { reset(); }
RequestParser::~RequestParser() = default;

void RequestParser::reset() {
  message_->parser.emplace(limits_);
  line_ = look_from_ = lines_ = empty_lines_ = 0;
}

RequestParser::Step RequestParser::refuse(int status, std::string_view reason) {
  refusal_ = Refusal{status, reason};
  return Step::refused;
}

// Finds the end of the head and refuses on the way what a lenient reader might see otherwise than we do.
RequestParser::Step RequestParser::scan_head(std::string_view input) {
  if (look_from_ == 0 && !input.empty() && !is_token(input[0]) && input[0] != '\r') return refuse(400, "This is not an HTTP request.");
  while (true) {
    const auto end = input.find('\n', look_from_);
    if (end == std::string_view::npos) {
      look_from_ = input.size();
      return input.size() < limits_.header ? Step::need_more : refuse(431, "The header is too large.");
    }
    if (end >= limits_.header) return refuse(431, "The header is too large.");
    if (end == line_ || input[end - 1] != '\r') return refuse(400, "A line does not end with CR LF.");
    const auto length = end - 1 - line_;
    const char first = input[line_];
    look_from_ = end + 1;
    if (length == 0) return Step::done;
    if (line_ != 0 && (first == ' ' || first == '\t')) return refuse(400, "A header field is folded.");
    if (lines_++ > limits_.fields) return refuse(431, "Too many header fields.");
    line_ = end + 1;
  }
}

RequestParser::Head RequestParser::read_head(std::string_view input, Request& request) {
  std::size_t skipped = 0;
  // RFC 9112 2.2: an empty line before the request line is forgiven.
  while (line_ == 0 && input.starts_with("\r\n")) {
    if (++empty_lines_ > 4) return {refuse(400, "This is not an HTTP request."), skipped};
    input.remove_prefix(2);
    skipped += 2;
    look_from_ = 0;
  }
  const auto scanned = scan_head(input);
  if (scanned != Step::done) return {scanned, skipped};

  const auto head = input.substr(0, look_from_);
  auto& parser = *message_->parser;
  parser.out = &request;
  beast::error_code code;
  const auto used = parser.put(boost::asio::const_buffer(head.data(), head.size()), code);
  if (!code && used == head.size() && parser.is_header_done()) return {Step::done, skipped + used};
  if (parser.refused) {
    refusal_ = *parser.refused;
    return {Step::refused, skipped};
  }
  if (code == beast::http::error::body_limit) return {refuse(413, "The body is too large."), skipped};
  if (code == beast::http::error::bad_version && names_another_version(head)) {
    return {refuse(505, "Only HTTP/1.0 and HTTP/1.1 are supported."), skipped};
  }
  return {refuse(400, "The request is malformed."), skipped};
}

/// A chunk line or the trailers are incomplete.
RequestParser::Body RequestParser::wait_for_chunk_line(std::string_view rest, std::size_t used) {
  if (rest.size() < limits_.chunk_line) return {Step::need_more, used, {}};
  return {refuse(400, "A chunk line or the trailers are too long."), used, {}};
}

RequestParser::Body RequestParser::read_body(std::string_view input) {
  auto& parser = *message_->parser;
  std::size_t used = 0;
  while (!parser.is_done()) {
    const auto rest = input.substr(used);
    const bool at_chunk_line = parser.chunked() && parser.chunk_left == 0;
    if (at_chunk_line) {
      const auto line = chunk_line(rest);
      const bool too_long = line && static_cast<std::size_t>(line->data() + line->size() + 2 - rest.data()) > limits_.chunk_line;
      if (too_long) return {refuse(400, "A chunk line or the trailers are too long."), used, {}};
      if (line && !closes_its_quotes(*line)) return {refuse(400, "The body is not framed correctly."), used, {}};
      // A body never ends in fewer bytes than "0 CRLF CRLF"; Beast asserts on a last chunk that is offered shorter.
      if (!line || rest.size() < 5) return wait_for_chunk_line(rest, used);
    }
    if (rest.empty()) return {Step::need_more, used, {}};
    parser.piece = {};
    beast::error_code code;
    const auto count = parser.put(boost::asio::const_buffer(rest.data(), rest.size()), code);
    used += count;
    if (code == beast::http::error::need_more) return wait_for_chunk_line(input.substr(used), used);
    if (code == beast::http::error::body_limit) return {refuse(413, "The body is too large."), used, {}};
    if (code) return {refuse(400, "The body is not framed correctly."), used, {}};
    if (at_chunk_line && count > limits_.chunk_line) return {refuse(400, "A chunk line or the trailers are too long."), used, {}};
    if (!parser.piece.empty()) return {Step::need_more, used, parser.piece};
  }
  return {Step::done, used, {}};
}

bool RequestParser::keep_alive() const { return message_->parser->keep_alive(); }
bool RequestParser::is_http11() const { return message_->parser->http11; }
bool RequestParser::expects_continue() const { return message_->parser->expects_continue; }
bool RequestParser::body_done() const { return message_->parser->is_done(); }

std::optional<std::uint64_t> RequestParser::content_length() const {
  const auto& parser = *message_->parser;
  if (parser.chunked()) return std::nullopt;
  const auto length = parser.content_length();
  return length ? *length : 0;
}

std::uint64_t RequestParser::content_left() const {
  const auto left = message_->parser->content_length_remaining();
  return left && !message_->parser->is_done() ? *left : 0;
}

}  // namespace wherry::http

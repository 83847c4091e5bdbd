#include "net/beast_request.h"

#include <algorithm>

#include "net/request_target.h"

namespace wherry::http {

namespace {

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

Method method_of(boost::beast::http::verb verb) {
  using boost::beast::http::verb;
  switch (verb) {
    case verb::get: return Method::get;
    case verb::head: return Method::head;
    case verb::post: return Method::post;
    case verb::put: return Method::put;
    case verb::patch: return Method::patch;
    case verb::delete_: return Method::delete_;
    case verb::options: return Method::options;
    default: return Method::other;
  }
}

/// A foreign request id is repeated in our answer and our log, so it must be short and plain.
bool is_request_id(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), plain);
}

/// Whether the list ends with the coding that delimits the body, so that only its other codings are unknown to us.
bool ends_with_chunked(std::string_view value) {
  const auto comma = value.rfind(',');
  if (comma == std::string_view::npos) return false;
  auto last = value.substr(comma + 1);
  last.remove_prefix(std::min(last.find_first_not_of(" \t"), last.size()));
  return equal_ignoring_case(last, "chunked");
}

}  // namespace

BeastRequest::BeastRequest(const ParseLimits& limits) : limits_(limits) {
  header_limit(1u << 30);  // the scan before this parser has bounded the head
  body_limit(limits.body);
}

void BeastRequest::refuse(Code& code, int status, std::string_view reason) {
  if (!refused) refused = Refusal{status, reason};
  code = boost::beast::http::error::bad_value;
}

void BeastRequest::on_request_impl(Verb method, Text, Text target, int version, Code& code) {
  http11 = version == 11;
  out->method = method_of(method);
  out->target.assign(target.data(), target.size());
  if (method == Verb::connect) return refuse(code, 501, "CONNECT is not supported.");
}

void BeastRequest::on_field_impl(FieldName name, Text name_text, Text value_text, Code& code) {
  if (!out) return;  // a trailer: read and forgotten
  const auto value = view(value_text);
  if (out->headers.size() >= limits_.fields) return refuse(code, 431, "Too many header fields.");
  check_field(name, value, code);
  if (code) return;
  if (name == FieldName::unknown && out->id.empty() && equal_ignoring_case(view(name_text), "X-Request-Id") && is_request_id(value)) {
    out->id.assign(value);
  }
  out->headers.add(view(name_text), value);
}

void BeastRequest::check_field(FieldName name, std::string_view value, Code& code) {
  switch (name) {
    case FieldName::host:
      if (++hosts_ > 1) return refuse(code, 400, "More than one Host field.");
      if (!is_valid_authority(value)) return refuse(code, 400, "The Host field is not valid.");
      return;
    case FieldName::content_length: {
      const bool digits = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
      if (++lengths_ > 1 || encodings_ > 0 || !digits) return refuse(code, 400, "The Content-Length field is ambiguous.");
      return;
    }
    case FieldName::transfer_encoding:
      if (!http11) return refuse(code, 400, "Transfer-Encoding needs HTTP/1.1.");
      if (++encodings_ > 1 || lengths_ > 0) return refuse(code, 400, "The Transfer-Encoding field is ambiguous.");
      if (equal_ignoring_case(value, "chunked")) return;
      if (ends_with_chunked(value)) return refuse(code, 501, "No transfer coding but chunked is supported.");
      return refuse(code, 400, "The Transfer-Encoding field is not valid.");
    case FieldName::expect:
      if (!equal_ignoring_case(value, "100-continue")) return refuse(code, 417, "Only 100-continue can be expected.");
      expects_continue = http11;
      return;
    default: return;
  }
}

void BeastRequest::on_header_impl(Code& code) {
  if (http11 && hosts_ == 0) return refuse(code, 400, "The Host field is missing.");
  std::string_view authority;
  if (!split_target(*out, authority)) return refuse(code, 400, "The request target is not valid.");
  if (!authority.empty()) out->headers.set("Host", authority);
  out = nullptr;
}

std::size_t BeastRequest::on_body_impl(Text body, Code&) {
  piece = view(body);
  return body.size();
}

void BeastRequest::on_chunk_header_impl(std::uint64_t size, Text extensions, Code& code) {
  chunk_left = size;
  extension_bytes_ += extensions.size();
  const bool bounded = extension_bytes_ <= limits_.chunk_extensions;
  if (!bounded || (!extensions.empty() && extensions[0] != ';')) refuse(code, 400, "The chunk extensions are not acceptable.");
}

std::size_t BeastRequest::on_chunk_body_impl(std::uint64_t, Text body, Code&) {
  chunk_left -= body.size();
  piece = view(body);
  return body.size();
}

}  // namespace wherry::http

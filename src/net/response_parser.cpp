#include "net/response_parser.h"

#include <boost/beast/http/error.hpp>

namespace wherry::http {

namespace {

/// How much is kept of an answer that is not the 2xx a sink waits for.
constexpr std::uint64_t error_page = 64 * 1024;

Error oversized() { return {ErrorCode::too_large, "the answer is too large"}; }

}  // namespace

void ResponseParser::on_field_impl(Field, Text name, Text value, Code&) {
  if (in_body_) return;  // a trailer is nobody's header
  headers.add({name.data(), name.size()}, {value.data(), value.size()});
}

// Beast takes a coding it does not know for no coding at all: the body would then be read by another length than its sender meant.
void ResponseParser::on_header_impl(Code& code) {
  in_body_ = true;
  const auto coding = headers.find("Transfer-Encoding");
  const bool ambiguous = coding && (headers.count("Transfer-Encoding") > 1 || headers.find("Content-Length"));
  if (ambiguous || (coding && !equal_ignoring_case(*coding, "chunked"))) {
    code = boost::beast::http::error::bad_transfer_encoding;
    return;
  }
  if (!is_for_sink()) return;
  auto begun = sink_->begin(headers);
  if (begun) return;
  failure = begun.error();
  code = boost::beast::http::error::body_limit;
}

void ResponseParser::on_body_init_impl(boost::optional<std::uint64_t> const& length, Code& code) {
  if (sink_ != nullptr && !is_for_sink()) return;
  if (length && *length > max_body_) {
    failure = oversized();
    code = boost::beast::http::error::body_limit;
  }
}

std::size_t ResponseParser::take(Text piece, Code& code) {
  received_ += piece.size();
  if (sink_ != nullptr && !is_for_sink()) {
    body.append(piece.data(), std::min<std::size_t>(piece.size(), error_page - body.size()));
    truncated = received_ > error_page;
  } else if (received_ > max_body_) {
    failure = oversized();
  } else if (sink_ != nullptr) {
    auto written = sink_->write({piece.data(), piece.size()});
    if (!written) failure = written.error();
  } else {
    body.append(piece.data(), piece.size());
  }
  if (failure || truncated) code = boost::beast::http::error::body_limit;
  return piece.size();
}

}  // namespace wherry::http

#include "net/response_parser.h"

#include <boost/beast/http/error.hpp>

namespace wherry::http {

namespace {
Error oversized() { return {ErrorCode::too_large, "the answer is too large"}; }
}  // namespace

void ResponseParser::on_field_impl(Field, Text name, Text value, Code&) {
  headers.add({name.data(), name.size()}, {value.data(), value.size()});
}

void ResponseParser::on_body_init_impl(boost::optional<std::uint64_t> const& length, Code& code) {
  if (length && *length > max_body_) {
    failure = oversized();
    code = boost::beast::http::error::body_limit;
  }
}

std::size_t ResponseParser::take(Text piece, Code& code) {
  received_ += piece.size();
  if (received_ > max_body_) {
    failure = oversized();
  } else if (sink_ != nullptr && status >= 200 && status < 300) {
    auto written = sink_->write({piece.data(), piece.size()});
    if (!written) failure = written.error();
  } else {
    body.append(piece.data(), piece.size());
  }
  if (failure) code = boost::beast::http::error::body_limit;
  return piece.size();
}

}  // namespace wherry::http

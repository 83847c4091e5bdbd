#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "net/body.h"
#include "net/headers.h"

namespace wherry::http {

/// Takes an HTTP/1.1 answer apart as its bytes come. The body goes to `body`, or to a sink for a 2xx answer.
class ResponseParser final : public boost::beast::http::basic_parser<false> {
 public:
  ResponseParser(std::uint64_t max_body, BodySink* sink) : max_body_(max_body), sink_(sink) {
    body_limit(boost::none);
    header_limit(64 * 1024);
  }

  int status = 0;
  Headers headers;
  std::string body;
  std::optional<Error> failure;  ///< why the parse was stopped by us: too_large, or the sink's own error
  bool truncated = false;        ///< an error page instead of what the sink waits for: enough of it has been read
  bool informational() const { return status >= 100 && status < 200 && status != 101; }

 private:
  using Verb = boost::beast::http::verb;
  using Field = boost::beast::http::field;
  using Text = boost::beast::string_view;
  using Code = boost::beast::error_code;
  void on_request_impl(Verb, Text, Text, int, Code&) override {}
  void on_response_impl(int code, Text, int, Code&) override { status = code; }
  void on_field_impl(Field, Text name, Text value, Code&) override;
  void on_header_impl(Code&) override;
  void on_body_init_impl(boost::optional<std::uint64_t> const& length, Code& code) override;
  std::size_t on_body_impl(Text piece, Code& code) override { return take(piece, code); }
  void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text piece, Code& code) override { return take(piece, code); }
  void on_finish_impl(Code&) override {}
  std::size_t take(Text piece, Code& code);

  bool is_for_sink() const { return sink_ != nullptr && status >= 200 && status < 300; }

  std::uint64_t max_body_;
  BodySink* sink_;
  std::uint64_t received_ = 0;
  bool in_body_ = false;
};

}  // namespace wherry::http

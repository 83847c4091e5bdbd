#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

#include "net/request_parser.h"

namespace wherry::http {

/// Beast's view of one request: writes straight into a Request and checks each field as it comes. Used by RequestParser only.
class BeastRequest final : public boost::beast::http::basic_parser<true> {
 public:
  explicit BeastRequest(const ParseLimits& limits);

  Request* out = nullptr;          ///< where the head goes; nullptr once it is complete (fields are then trailers)
  std::optional<Refusal> refused;  ///< set when one of our own rules stopped the parser
  std::string_view piece;          ///< what the last put() found of the body
  std::uint64_t chunk_left = 0;    ///< bytes still to come of the current chunk; 0 where a chunk line is due
  bool http11 = false;
  bool expects_continue = false;

 private:
  using Code = boost::beast::error_code;
  using Text = boost::beast::string_view;
  using Verb = boost::beast::http::verb;
  using FieldName = boost::beast::http::field;

  void refuse(Code& code, int status, std::string_view reason);
  void check_field(FieldName name, std::string_view value, Code& code);

  void on_request_impl(Verb method, Text method_text, Text target, int version, Code& code) override;
  void on_response_impl(int, Text, int, Code&) override {}
  void on_field_impl(FieldName name, Text name_text, Text value, Code& code) override;
  void on_header_impl(Code& code) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override {}
  std::size_t on_body_impl(Text body, Code& code) override;
  void on_chunk_header_impl(std::uint64_t size, Text extensions, Code& code) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, Text body, Code& code) override;
  void on_finish_impl(Code&) override {}

  const ParseLimits& limits_;
  unsigned hosts_ = 0;
  unsigned lengths_ = 0;
  unsigned encodings_ = 0;
  std::size_t extension_bytes_ = 0;
};

}  // namespace wherry::http

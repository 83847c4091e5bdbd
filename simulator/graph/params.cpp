#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "base/json.h"
#include "net/multipart.h"
#include "simulator/graph/call.h"

namespace wherry::sim {
namespace {

constexpr std::size_t body_limit = 1 << 20;
constexpr std::size_t form_values_limit = 256;

/// Reads "v26.0" or "v26"; nullopt when it is no version.
std::optional<int> version_of(std::string_view segment) {
  if (segment.size() < 2 || segment.size() > 8 || segment[0] != 'v') return std::nullopt;
  int major = 0;
  const char* end = segment.data() + segment.size();
  const auto [after, error] = std::from_chars(segment.data() + 1, end, major);
  if (error != std::errc{} || after == end || *after != '.') return std::nullopt;
  for (const char* c = after + 1; c != end; ++c) {
    if (*c < '0' || *c > '9') return std::nullopt;
  }
  if (after + 1 == end) return std::nullopt;
  return major;
}

std::string_view next_segment(std::string_view& path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  const auto slash = path.find('/');
  const std::string_view segment = path.substr(0, slash);
  path.remove_prefix(segment.size());
  return segment;
}

GraphError unknown_path(std::string_view path) {
  GraphError error = graph_error(2500);
  error.title = "Unknown path components: " + std::string(path);
  error.message = error.title;
  return error;
}

GraphError too_long() {
  GraphError error = graph_error(1);
  error.http = 413;
  error.title = "The request is too large";
  error.message = "(#1) " + error.title;
  return error;
}

/// Multipart without files: every part is a value. Broken framing keeps what was read.
Task<Failure> take_multipart(Call& call, std::string_view content_type) {
  auto reader = http::MultipartReader::create(content_type, *call.request.body);
  if (!reader) co_return std::nullopt;
  std::size_t total = 0;
  for (std::size_t parts = 0; parts < form_values_limit; ++parts) {
    auto head = co_await (*reader)->next();
    if (!head || !*head) break;
    std::string value;
    for (;;) {
      auto piece = co_await (*reader)->read();
      if (!piece || piece->empty()) break;
      value += *piece;
      total += piece->size();
      if (total > body_limit) co_return too_long();
    }
    add_form_value(call.params, (*head)->name, std::move(value));
  }
  co_return std::nullopt;
}

}  // namespace

Failure take_path(Call& call) {
  const WorldOptions& options = call.world().options();
  std::string_view left = call.request.path;
  std::string_view shortened = left;
  call.version = options.newest_version;
  if (const auto version = version_of(next_segment(shortened))) {
    if (*version > options.newest_version) return unknown_path(call.request.path);
    call.version = std::max(*version, options.oldest_version);
    left = shortened;
  }
  while (left.ends_with('/')) left.remove_suffix(1);
  call.path = left;
  std::string_view walk = call.path;
  call.node = next_segment(walk);
  call.edge = next_segment(walk);
  while (walk.starts_with('/')) walk.remove_prefix(1);
  call.rest = walk;
  if (call.node.empty()) return unknown_path(call.request.path);
  return std::nullopt;
}

std::optional<std::string> text_param(const boost::json::object& params, std::string_view name) {
  const auto* value = json::find(params, name);
  if (!value || value->is_structured()) return std::nullopt;
  if (value->is_string()) return std::string(value->get_string());
  return boost::json::serialize(*value);
}

std::optional<std::int64_t> int_param(const boost::json::object& params, std::string_view name) {
  const auto* value = json::find(params, name);
  if (!value) return std::nullopt;
  if (value->is_int64()) return value->get_int64();
  if (!value->is_string()) return std::nullopt;
  const std::string_view text = value->get_string();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<bool> bool_param(const boost::json::object& params, std::string_view name) {
  const auto text = text_param(params, name);
  if (!text) return std::nullopt;
  if (*text == "true" || *text == "1") return true;
  if (*text == "false" || *text == "0") return false;
  return std::nullopt;
}

void add_form_value(boost::json::object& params, std::string_view name, std::string value) {
  if (params.size() >= form_values_limit && !params.contains(name)) return;
  if (value.starts_with('{') || value.starts_with('[') || value.starts_with('"')) {
    boost::system::error_code error;
    auto parsed = boost::json::parse(value, error);
    if (!error) {
      params[name] = std::move(parsed);
      return;
    }
  }
  if (!is_clean_utf8(value)) return;
  params[name] = value;
}

void add_form(boost::json::object& params, std::string_view encoded) {
  while (!encoded.empty()) {
    const auto end = encoded.find('&');
    std::string_view pair = encoded.substr(0, end);
    encoded.remove_prefix(end == std::string_view::npos ? encoded.size() : end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    std::string name(pair.substr(0, equals));
    std::string value(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1));
    for (std::string* text : {&name, &value}) {
      for (char& c : *text) c = c == '+' ? ' ' : c;
    }
    auto plain_name = http::percent_decode(name);
    auto plain_value = http::percent_decode(value);
    if (plain_name && plain_value && is_clean_utf8(*plain_name)) add_form_value(params, *plain_name, std::move(*plain_value));
  }
}

Task<Failure> take_params(Call& call, bool body_only) {
  const std::string_view content_type = call.request.headers.find("Content-Type").value_or("");
  if (!body_only || content_type.starts_with("application/x-www-form-urlencoded") || content_type.starts_with("multipart/")) {
    add_form(call.params, call.request.query);
  }
  if (content_type.starts_with("multipart/form-data")) {
    auto failure = co_await take_multipart(call, content_type);
    if (failure) co_return failure;
    call.raw = boost::json::serialize(call.params);
  } else {
    auto text = co_await http::read_all(*call.request.body, body_limit);
    if (!text) co_return too_long();
    call.raw = std::move(*text);
    if (content_type.starts_with("application/x-www-form-urlencoded")) {
      add_form(call.params, call.raw);
      call.raw = boost::json::serialize(call.params);
    } else {
      boost::system::error_code error;
      call.body = boost::json::parse(call.raw, error, &call.arena);
      if (error || !call.body.is_object()) call.body = boost::json::object(&call.arena);
      if (body_only) co_return std::nullopt;
      for (const auto& member : call.body.get_object()) call.params[member.key()] = member.value();
      co_return std::nullopt;
    }
  }
  call.body = call.params;
  co_return std::nullopt;
}

}  // namespace wherry::sim

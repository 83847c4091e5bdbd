#include "api/sessions/fields.h"

#include <charconv>
#include <cmath>

namespace wherry::api::sessions {

namespace {

constexpr std::uint64_t body_limit = 1u << 20;

std::string said(std::string_view name, std::string_view what) { return std::string(name) + " " + std::string(what); }

std::optional<double> number_of(const json::value& value) {
  if (!value.is_number()) return std::nullopt;
  const auto number = value.to_number<double>();
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

}  // namespace

std::string Fields::text(std::string_view name) {
  const auto* member = json::find(object_, name);
  if (member == nullptr) return {};
  if (member->is_string()) return std::string(member->get_string());
  refuse(said(name, "must be a string"));
  return {};
}

std::string Fields::required(std::string_view name) {
  if (!has(name)) return refuse(said(name, "is required")), std::string();
  auto value = text(name);
  if (value.empty()) refuse(said(name, "must not be empty"));
  return value;
}

std::optional<bool> Fields::flag(std::string_view name) {
  const auto* member = json::find(object_, name);
  if (member == nullptr) return std::nullopt;
  if (member->is_bool()) return member->get_bool();
  refuse(said(name, "must be true or false"));
  return std::nullopt;
}

std::optional<std::int64_t> Fields::whole(std::string_view name, std::int64_t least, std::int64_t most) {
  const auto* member = json::find(object_, name);
  if (member == nullptr) return std::nullopt;
  const auto value = number_of(*member);
  const bool fits = value && *value == std::floor(*value) && *value >= static_cast<double>(least) && *value <= static_cast<double>(most);
  if (fits) return static_cast<std::int64_t>(*value);
  refuse(said(name, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most)));
  return std::nullopt;
}

double Fields::number(std::string_view name, double least, double most) {
  const auto* member = json::find(object_, name);
  if (member == nullptr) return refuse(said(name, "is required")), 0;
  const auto value = number_of(*member);
  if (value && *value >= least && *value <= most) return *value;
  const auto limits = std::to_string(static_cast<int>(least)) + " to " + std::to_string(static_cast<int>(most));
  refuse(said(name, "must be a number from " + limits));
  return 0;
}

std::optional<std::vector<std::string>> Fields::texts(std::string_view name, std::size_t most) {
  const auto* member = json::find(object_, name);
  if (member == nullptr) return std::nullopt;
  std::vector<std::string> out;
  const auto* list = member->if_array();
  if (list == nullptr) return refuse(said(name, "must be an array of strings")), std::nullopt;
  if (list->size() > most) return refuse(said(name, "has at most " + std::to_string(most) + " entries")), std::nullopt;
  for (const auto& one : *list) {
    if (!one.is_string()) return refuse(said(name, "must be an array of strings")), std::nullopt;
    out.emplace_back(one.get_string());
  }
  return out;
}

std::optional<Jid> Fields::jid(std::string_view name) {
  const auto value = required(name);
  if (failed()) return std::nullopt;
  auto jid = Jid::parse(value);
  if (!jid) refuse(said(name, "must be a JID"));
  return jid;
}

const json::object* Fields::object(std::string_view name) {
  const auto* member = json::find(object_, name);
  if (member == nullptr) return nullptr;
  if (const auto* object = member->if_object()) return object;
  refuse(said(name, "must be an object"));
  return nullptr;
}

Result<json::object> parse_object(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return json::object();
  auto parsed = json::parse(text);
  if (!parsed || !parsed->is_object()) return Error{ErrorCode::invalid_argument, "the body must be a JSON object"};
  return std::move(parsed->get_object());
}

Task<Result<json::object>> read_object(http::Request& request) {
  CO_TRY(auto text, co_await http::read_all(*request.body, body_limit));
  co_return parse_object(text);
}

std::uint32_t page_limit(const http::Request& request) {
  constexpr std::uint32_t usual = 50, most = 200;
  const auto text = http::query_value(request.query, "limit").value_or("");
  std::uint32_t limit = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (read.ec == std::errc::result_out_of_range) return most;
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || limit == 0) return usual;
  return std::min(limit, most);
}

http::Response page_response(json::array data, std::string next_cursor) {
  json::object body{{"data", std::move(data)}, {"nextCursor", nullptr}};
  if (!next_cursor.empty()) body["nextCursor"] = std::move(next_cursor);
  return object_response(200, body);
}

http::Response object_response(int status, const json::object& body) { return http::json_response(status, json::serialize(body)); }

http::Response no_content() {
  http::Response response;
  response.status = 204;
  return response;
}

}  // namespace wherry::api::sessions

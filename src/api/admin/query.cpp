#include "api/admin/query.h"

#include <charconv>

namespace wherry::api::admin {

namespace {
constexpr std::uint32_t default_page = 50;
constexpr std::uint32_t largest_page = 500;
}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<std::optional<TenantId>> tenant_parameter(const http::Request& request) {
  return id_parameter<TenantId>(request, "tenant_id", "a tenant's id (ten_…)");
}

Result<TenantId> needed_tenant(const http::Request& request) {
  TRY(const auto tenant, tenant_parameter(request));
  if (!tenant) return Error{ErrorCode::invalid_argument, "tenant_id is needed"};
  return *tenant;
}

Result<std::uint32_t> limit_parameter(const http::Request& request) {
  TRY(const auto limit, number_parameter(request, "limit"));
  if (!limit) return default_page;
  if (*limit == 0 || *limit > largest_page) return Error{ErrorCode::invalid_argument, "limit is 1 to 500"};
  return static_cast<std::uint32_t>(*limit);
}

Result<std::optional<std::uint64_t>> number_parameter(const http::Request& request, std::string_view name) {
  const auto text = http::query_value(request.query, name);
  if (!text) return std::optional<std::uint64_t>();
  const auto value = parse_number(*text);
  if (!value) return Error{ErrorCode::invalid_argument, std::string(name) + " must be a whole number"};
  return std::optional<std::uint64_t>(*value);
}

Result<std::optional<bool>> flag_parameter(const http::Request& request, std::string_view name) {
  const auto text = http::query_value(request.query, name);
  if (!text) return std::optional<bool>();
  if (*text != "true" && *text != "false") return Error{ErrorCode::invalid_argument, std::string(name) + " must be true or false"};
  return std::optional<bool>(*text == "true");
}

Result<std::optional<WaId>> phone_parameter(const http::Request& request, std::string_view name) {
  const auto text = http::query_value(request.query, name);
  if (!text) return std::optional<WaId>();
  auto number = parse_wa_id(*text);
  if (!number) return Error{ErrorCode::invalid_argument, std::string(name) + " must be a phone number with its country code"};
  return std::optional(std::move(number));
}

Result<std::optional<Timestamp>> time_parameter(const http::Request& request, std::string_view name) {
  const auto text = http::query_value(request.query, name);
  if (!text) return std::optional<Timestamp>();
  const auto time = from_iso8601(*text);
  if (!time) return Error{ErrorCode::invalid_argument, std::string(name) + " must be a time in UTC such as 2026-02-03T09:15:27Z"};
  return std::optional<Timestamp>(*time);
}

}  // namespace wherry::api::admin

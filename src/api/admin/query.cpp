#include "api/admin/query.h"

#include <charconv>

namespace wherry::api::admin {

namespace {
constexpr std::uint32_t default_page = 50;
constexpr std::uint32_t largest_page = 500;

/// Takes `digits` digits and what must follow them from the front of the text.
std::optional<int> take(std::string_view& text, std::size_t digits, std::string_view then) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  if (!text.starts_with(then)) return std::nullopt;
  text.remove_prefix(then.size());
  return value;
}

std::optional<milliseconds> parse_time_of_day(std::string_view text) {
  const auto hour = take(text, 2, ":");
  const auto minute = take(text, 2, ":");
  const auto second = take(text, 2, "");
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  milliseconds time = std::chrono::hours(*hour) + std::chrono::minutes(*minute) + seconds(*second);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const auto fraction = take(text, 3, "");
    if (!fraction) return std::nullopt;
    time += milliseconds(*fraction);
  }
  return text == "Z" ? std::optional(time) : std::nullopt;
}
}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Timestamp> parse_time(std::string_view text) {
  const auto year = take(text, 4, "-");
  const auto month = take(text, 2, "-");
  const auto day = take(text, 2, "");
  if (!year || !month || !day) return std::nullopt;
  using namespace std::chrono;
  const auto date = std::chrono::year(*year) / static_cast<unsigned>(*month) / static_cast<unsigned>(*day);
  if (!date.ok()) return std::nullopt;
  const Timestamp midnight = sys_days(date);
  if (text.empty()) return midnight;
  if (!text.starts_with('T')) return std::nullopt;
  const auto time = parse_time_of_day(text.substr(1));
  return time ? std::optional(midnight + *time) : std::nullopt;
}

Result<std::optional<TenantId>> tenant_parameter(const http::Request& request) {
  return id_parameter<TenantId>(request, "tenant_id", "a tenant's id (ten_…)");
}

Result<TenantId> needed_tenant(const http::Request& request) {
  TRY(const auto tenant, tenant_parameter(request));
  if (!tenant) return Error{ErrorCode::invalid_argument, "tenant_id is needed: events are numbered per tenant"};
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

Result<std::optional<Timestamp>> time_parameter(const http::Request& request, std::string_view name) {
  const auto text = http::query_value(request.query, name);
  if (!text) return std::optional<Timestamp>();
  const auto time = parse_time(*text);
  if (!time) return Error{ErrorCode::invalid_argument, std::string(name) + " must be a time in UTC such as 2026-02-03T09:15:27Z"};
  return std::optional<Timestamp>(*time);
}

}  // namespace wherry::api::admin

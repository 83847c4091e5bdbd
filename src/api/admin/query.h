#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "domain/wa_id.h"
#include "net/message.h"

namespace wherry::api::admin {

/// Query parameters by type. Absent is nullopt; what cannot be read is invalid_argument and names the parameter.
template <class AnyId>
Result<std::optional<AnyId>> id_parameter(const http::Request& request, std::string_view name, std::string_view what) {
  auto text = http::query_value(request.query, name);
  if (!text) return std::optional<AnyId>();
  auto id = AnyId::parse(*text);
  if (!id) return Error{ErrorCode::invalid_argument, std::string(name) + " must be " + std::string(what)};
  return std::optional<AnyId>(*id);
}
/// tenant_id.
Result<std::optional<TenantId>> tenant_parameter(const http::Request& request);
/// tenant_id, which must be there.
Result<TenantId> needed_tenant(const http::Request& request);
/// limit, 1 to 500; 50 when absent.
Result<std::uint32_t> limit_parameter(const http::Request& request);
Result<std::optional<std::uint64_t>> number_parameter(const http::Request& request, std::string_view name);
/// true or false.
Result<std::optional<bool>> flag_parameter(const http::Request& request, std::string_view name);
/// A phone number with its country code.
Result<std::optional<WaId>> phone_parameter(const http::Request& request, std::string_view name);
/// As of from_iso8601().
Result<std::optional<Timestamp>> time_parameter(const http::Request& request, std::string_view name);

/// A whole number without sign; nullopt when it is none.
std::optional<std::uint64_t> parse_number(std::string_view text);

}  // namespace wherry::api::admin

#include "api/admin/operations.h"
#include "api/admin/wire.h"

namespace wherry::api::admin {

namespace {
Result<TenantId> parse_tenant(std::string_view text) {
  auto id = TenantId::parse(text);
  if (!id) return Error{ErrorCode::invalid_argument, "tenant_id must be a tenant's id (ten_…)"};
  return *id;
}
}  // namespace

/// POST /admin/v1/keys   Takes {"tenant_id","style"?,"label"?,"rate_limit"?,"rate_window_seconds"?}; rate_limit 0 = unlimited.
/// Gives 201 with the record and, this once, the key itself in "key".
Task<Result<http::Response>> create_key(AdminServices& services, http::Request& request) {
  CO_TRY(auto body, co_await read_object(request));
  CO_TRY_VOID(only_fields(body, {"tenant_id", "style", "label", "rate_limit", "rate_window_seconds"}));
  CO_TRY(auto tenant, text_field(body, "tenant_id"));
  CO_TRY(auto style, text_field(body, "style"));
  CO_TRY(auto label, text_field(body, "label"));
  CO_TRY(auto limit, integer_field(body, "rate_limit", 0, 10'000'000));
  CO_TRY(auto window, integer_field(body, "rate_window_seconds", 1, 86'400));
  NewKey wanted;
  CO_TRY(wanted.tenant, parse_tenant(tenant.value_or("")));
  wanted.style = style.value_or("pipes");
  wanted.label = label.value_or("");
  wanted.rate_limit = static_cast<std::uint32_t>(limit.value_or(60));
  wanted.rate_window = seconds(window.value_or(60));
  CO_TRY(auto issued, co_await services.access.create_key(std::move(wanted)));
  auto out = render(issued.record);
  out["key"] = issued.key.reveal();
  co_return http::json_response(201, json::serialize(out));
}

/// GET /admin/v1/keys?tenant_id=
Task<Result<http::Response>> list_keys(AdminServices& services, http::Request& request) {
  std::optional<TenantId> tenant;
  if (auto text = http::query_value(request.query, "tenant_id")) {
    CO_TRY(tenant, parse_tenant(*text));
  }
  CO_TRY(auto keys, co_await services.access.list_keys(tenant));
  json::array items;
  for (const auto& key : keys) items.push_back(render(key));
  co_return http::json_response(200, json::serialize(render_page(std::move(items), std::nullopt)));
}

/// DELETE /admin/v1/keys/{id}   Gives 204; the key stops working at once.
Task<Result<http::Response>> revoke_key(AdminServices& services, http::Request& request) {
  auto id = KeyId::parse(request.param("id"));
  if (!id) co_return Error{ErrorCode::not_found, "no such key"};
  CO_TRY_VOID(co_await services.access.revoke_key(*id));
  http::Response response;
  response.status = 204;
  co_return response;
}

}  // namespace wherry::api::admin

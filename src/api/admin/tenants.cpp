#include "api/admin/operations.h"
#include "api/admin/wire.h"

namespace wherry::api::admin {

namespace {

// The tenant with what holds for all its keys of a style together.
Task<Result<http::Response>> whole_tenant(AdminServices& services, TenantId id) {
  CO_TRY(auto tenant, co_await services.access.find_tenant(id));
  CO_TRY(auto limits, co_await services.access.tenant_limits(id));
  auto out = render(tenant);
  json::object by_style;
  for (const auto& [style, own] : limits) by_style[style] = render(own);
  out["rate_limits"] = std::move(by_style);
  co_return http::json_response(200, json::serialize(out));
}

Result<TenantId> tenant_in(const http::Request& request) {
  auto id = TenantId::parse(request.param("id"));
  if (!id) return Error{ErrorCode::not_found, "no such tenant"};
  return *id;
}

}  // namespace

/// POST /admin/v1/tenants   Takes {"name"}. Gives 201 with the tenant.
Task<Result<http::Response>> create_tenant(AdminServices& services, http::Request& request) {
  CO_TRY(auto body, co_await read_object(request));
  CO_TRY_VOID(only_fields(body, {"name"}));
  CO_TRY(auto name, text_field(body, "name"));
  CO_TRY(auto tenant, co_await services.access.create_tenant(name.value_or("")));
  co_return http::json_response(201, json::serialize(render(tenant)));
}

/// GET /admin/v1/tenants
Task<Result<http::Response>> list_tenants(AdminServices& services, http::Request&) {
  CO_TRY(auto tenants, co_await services.access.list_tenants());
  json::array items;
  for (const auto& tenant : tenants) items.push_back(render(tenant));
  co_return http::json_response(200, json::serialize(render_page(std::move(items), std::nullopt)));
}

/// GET /admin/v1/tenants/{id}   With "rate_limits": by key style, for all keys of that style together.
Task<Result<http::Response>> get_tenant(AdminServices& services, http::Request& request) {
  CO_TRY(auto id, tenant_in(request));
  co_return co_await whole_tenant(services, id);
}

/// PATCH /admin/v1/tenants/{id}   Takes {"rate_limits":{"<style>":[{"requests","window_seconds"}] or null}}; null: the style's own again.
Task<Result<http::Response>> change_tenant(AdminServices& services, http::Request& request) {
  CO_TRY(auto id, tenant_in(request));
  CO_TRY(auto body, co_await read_object(request));
  CO_TRY_VOID(only_fields(body, {"rate_limits"}));
  const auto* by_style = json::find(body, "rate_limits");
  if (by_style != nullptr && !by_style->is_object())
    co_return Error{ErrorCode::invalid_argument, "rate_limits must be an object by key style"};
  if (by_style != nullptr) {
    for (const auto& [style, value] : by_style->get_object()) {
      std::optional<RateLimits> limits;
      if (!value.is_null()) {
        CO_TRY(limits, parse_limits(value));
      }
      CO_TRY_VOID(co_await services.access.set_tenant_limits(id, std::string(style), std::move(limits)));
    }
  }
  co_return co_await whole_tenant(services, id);
}

}  // namespace wherry::api::admin

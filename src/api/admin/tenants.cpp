#include "api/admin/operations.h"
#include "api/admin/wire.h"

namespace wherry::api::admin {

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

}  // namespace wherry::api::admin

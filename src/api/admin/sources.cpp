#include "api/admin/operations.h"
#include "api/admin/query.h"
#include "api/admin/wire.h"

namespace wherry::api::admin {

namespace {

Error invalid(std::string text) { return {ErrorCode::invalid_argument, std::move(text)}; }

json::object render(const Source& source) {
  json::object out;
  out["id"] = to_uuid(source.id);
  out["tenant_id"] = source.tenant.text();
  out["channel_id"] = source.channel.text();
  out["name"] = source.name;
  out["created_at"] = to_iso8601(source.created_at);
  return out;
}

}  // namespace

/// POST /admin/v1/sources   Takes {"tenant_id","name","channel_id"?,"id"?}; without channel_id the tenant's only one. Gives 201.
Task<Result<http::Response>> create_source(AdminServices& services, http::Request& request) {
  CO_TRY(auto body, co_await read_object(request));
  CO_TRY_VOID(only_fields(body, {"tenant_id", "name", "channel_id", "id"}));
  CO_TRY(const auto tenant, text_field(body, "tenant_id"));
  CO_TRY(const auto name, text_field(body, "name"));
  CO_TRY(const auto channel, text_field(body, "channel_id"));
  CO_TRY(const auto id, text_field(body, "id"));
  const auto tenant_id = TenantId::parse(tenant.value_or(""));
  if (!tenant_id) co_return invalid("tenant_id must be a tenant's id (ten_…)");
  NewSource wanted;
  wanted.tenant = *tenant_id;
  wanted.name = name.value_or("");
  if (channel) {
    wanted.channel = ChannelId::parse(*channel);
    if (!wanted.channel) co_return invalid("channel_id must be a channel's id (pool_…)");
  }
  if (id) {
    wanted.id = from_uuid(*id);
    if (!wanted.id) co_return invalid("id must be a UUID");
  }
  CO_TRY(auto made, co_await services.sources.add(std::move(wanted)));
  co_return http::json_response(201, json::serialize(render(made)));
}

/// GET /admin/v1/sources?tenant_id=
Task<Result<http::Response>> list_sources(AdminServices& services, http::Request& request) {
  CO_TRY(const auto tenant, tenant_parameter(request));
  json::array items;
  for (const auto& source : services.sources.list(tenant)) items.push_back(render(source));
  co_return http::json_response(200, json::serialize(render_page(std::move(items), std::nullopt)));
}

/// DELETE /admin/v1/sources/{id}   Gives 204; messages that name it are refused from now on.
Task<Result<http::Response>> remove_source(AdminServices& services, http::Request& request) {
  const auto id = from_uuid(request.param("id"));
  if (!id) co_return Error{ErrorCode::not_found, "no such source"};
  CO_TRY_VOID(co_await services.sources.remove(*id));
  http::Response response;
  response.status = 204;
  co_return response;
}

}  // namespace wherry::api::admin

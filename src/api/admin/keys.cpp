#include "api/admin/operations.h"
#include "api/admin/wire.h"
#include "services/access/key_webhooks.h"

namespace wherry::api::admin {

namespace {

Error invalid(std::string text) { return {ErrorCode::invalid_argument, std::move(text)}; }

Result<TenantId> parse_tenant(std::string_view text) {
  auto id = TenantId::parse(text);
  if (!id) return invalid("tenant_id must be a tenant's id (ten_…)");
  return *id;
}

Result<KeyId> key_in(const http::Request& request) {
  auto id = KeyId::parse(request.param("id"));
  if (!id) return Error{ErrorCode::not_found, "no such key"};
  return *id;
}

Result<std::optional<Scopes>> scopes_field(const json::object& body) {
  const auto* given = json::find(body, "scopes");
  if (given == nullptr) return std::optional<Scopes>();
  const Error wrong = invalid("scopes must be a list of send, read and manage; empty means all");
  if (!given->is_array()) return wrong;
  Scopes scopes;
  for (const auto& name : given->get_array()) {
    const auto scope = name.is_string() ? scope_from(name.get_string()) : std::nullopt;
    if (!scope) return wrong;
    scopes.add(*scope);
  }
  return std::optional(scopes);
}

Result<std::optional<Timestamp>> expiry_field(const json::object& body) {
  TRY(auto text, text_field(body, "expires_at"));
  if (!text) return std::optional<Timestamp>();
  const auto at = from_iso8601(*text);
  if (!at) return invalid("expires_at must be an ISO 8601 time");
  return at;
}

Result<std::optional<RateLimits>> limits_field(const json::object& body) {
  const auto* given = json::find(body, "rate_limits");
  if (given == nullptr) return std::optional<RateLimits>();
  TRY(auto limits, parse_limits(*given));
  return std::optional(std::move(limits));
}

// rate_limit and rate_window_seconds: one window; 0 requests: none.
Result<std::optional<RateLimits>> one_or_many_limits(const json::object& body) {
  TRY(auto limit, integer_field(body, "rate_limit", 0, 10'000'000));
  TRY(auto window, integer_field(body, "rate_window_seconds", 1, 86'400));
  if (!limit && !window) return limits_field(body);
  if (body.contains("rate_limits")) return invalid("give rate_limits, or rate_limit and rate_window_seconds");
  if (limit == 0) return std::optional(RateLimits{});
  return std::optional(RateLimits{{static_cast<std::uint32_t>(limit.value_or(60)), seconds(window.value_or(60))}});
}

http::Response issued_response(const IssuedKey& issued) {
  auto out = render(issued.record);
  out["key"] = issued.key.reveal();
  return http::json_response(201, json::serialize(out));
}

}  // namespace

/// POST /admin/v1/keys   Takes {"tenant_id","style"?,"label"?,"scopes"?,"expires_at"?} and "rate_limits" or
/// "rate_limit","rate_window_seconds"; without them the style's hold.
/// Gives 201 with the record and, this once, the key itself in "key".
Task<Result<http::Response>> create_key(AdminServices& services, http::Request& request) {
  CO_TRY(auto body, co_await read_object(request));
  CO_TRY_VOID(
      only_fields(body, {"tenant_id", "style", "label", "scopes", "expires_at", "rate_limits", "rate_limit", "rate_window_seconds"}));
  CO_TRY(auto tenant, text_field(body, "tenant_id"));
  CO_TRY(auto style, text_field(body, "style"));
  CO_TRY(auto label, text_field(body, "label"));
  CO_TRY(auto scopes, scopes_field(body));
  NewKey wanted;
  CO_TRY(wanted.tenant, parse_tenant(tenant.value_or("")));
  wanted.style = style.value_or("pipes");
  wanted.label = label.value_or("");
  wanted.scopes = scopes.value_or(Scopes());
  CO_TRY(wanted.limits, one_or_many_limits(body));
  CO_TRY(wanted.expires_at, expiry_field(body));
  CO_TRY(auto issued, co_await services.access.create_key(std::move(wanted)));
  co_return issued_response(issued);
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

/// PATCH /admin/v1/keys/{id}   Takes {"label"?,"scopes"?,"rate_limits"?,"expires_at"?}; expires_at null: never. It holds at once.
Task<Result<http::Response>> change_key(AdminServices& services, http::Request& request) {
  CO_TRY(auto id, key_in(request));
  CO_TRY(auto body, co_await read_object(request));
  CO_TRY_VOID(only_fields(body, {"label", "scopes", "rate_limits", "expires_at"}));
  KeyChange change;
  CO_TRY(change.label, text_field(body, "label"));
  CO_TRY(change.scopes, scopes_field(body));
  CO_TRY(change.limits, limits_field(body));
  CO_TRY(auto expires_at, expiry_field(body));
  if (body.contains("expires_at")) change.expires_at = expires_at;
  CO_TRY(auto changed, co_await services.access.change_key(id, std::move(change)));
  co_return http::json_response(200, json::serialize(render(changed)));
}

/// POST /admin/v1/keys/{id}/rotate   Takes {"overlap_seconds"?,"expires_at"?}. Gives 201 with a new key; the old one works for the
/// overlap (0 when absent).
Task<Result<http::Response>> rotate_key(AdminServices& services, http::Request& request) {
  CO_TRY(auto id, key_in(request));
  CO_TRY(auto body, co_await read_object(request));
  CO_TRY_VOID(only_fields(body, {"overlap_seconds", "expires_at"}));
  CO_TRY(auto overlap, integer_field(body, "overlap_seconds", 0, Access::longest_overlap.count()));
  CO_TRY(auto expires_at, expiry_field(body));
  CO_TRY(auto issued, co_await services.access.rotate_key(id, seconds(overlap.value_or(0)), expires_at));
  co_return issued_response(issued);
}

/// DELETE /admin/v1/keys/{id}   Gives 204; the key stops working at once, and its webhook with it.
Task<Result<http::Response>> revoke_key(AdminServices& services, http::Request& request) {
  CO_TRY(auto id, key_in(request));
  KeyWebhooks webhooks(services.access, services.webhooks);
  CO_TRY_VOID(co_await webhooks.revoke(id));
  http::Response response;
  response.status = 204;
  co_return response;
}

}  // namespace wherry::api::admin

#include "api/admin/operations.h"
#include "api/admin/query.h"
#include "api/admin/wire.h"

namespace wherry::api::admin {

namespace {

Error invalid(std::string text) { return {ErrorCode::invalid_argument, std::move(text)}; }

json::object render(const Consent& consent) {
  json::object out;
  out["tenant_id"] = consent.tenant.text();
  out["recipient"] = consent.recipient.digits;
  out["opted_in"] = consent.opted_in;
  out["source"] = consent.source;
  out["user_agent"] = consent.user_agent.empty() ? json::value() : json::value(consent.user_agent);
  out["ip"] = consent.ip.empty() ? json::value() : json::value(consent.ip);
  out["since"] = to_iso8601(consent.since);
  return out;
}

Result<std::vector<WaId>> recipients_field(const json::object& body) {
  const auto* list = json::find_array(body, "recipients");
  if (list == nullptr) return invalid("recipients must be an array of phone numbers");
  std::vector<WaId> recipients;
  for (const auto& one : *list) {
    auto number = one.is_string() ? parse_wa_id(std::string_view(one.get_string())) : std::nullopt;
    if (!number) return invalid("recipients must be an array of phone numbers with their country codes");
    recipients.push_back(std::move(*number));
  }
  return recipients;
}

}  // namespace

/// GET /admin/v1/consents?tenant_id=&recipient=&opted_in=&limit=&cursor=
Task<Result<http::Response>> list_consents(AdminServices& services, http::Request& request) {
  CO_TRY(const auto tenant, needed_tenant(request));
  CO_TRY(auto recipient, phone_parameter(request, "recipient"));
  CO_TRY(const auto opted_in, flag_parameter(request, "opted_in"));
  CO_TRY(auto after, phone_parameter(request, "cursor"));
  CO_TRY(const auto limit, limit_parameter(request));
  json::array items;
  std::optional<std::string> next;
  if (recipient) {
    CO_TRY(auto found, co_await services.consents.find(tenant, std::move(*recipient)));
    if (found && opted_in.value_or(found->opted_in) == found->opted_in) items.push_back(render(*found));
  } else {
    CO_TRY(auto page, co_await services.consents.list(tenant, opted_in, std::move(after), limit));
    for (const auto& consent : page) items.push_back(render(consent));
    if (page.size() == limit) next = page.back().recipient.digits;
  }
  co_return http::json_response(200, json::serialize(render_page(std::move(items), std::move(next))));
}

/// PUT /admin/v1/consents   Takes {"tenant_id","opted_in","recipients","source","user_agent"?,"ip"?}: all of them or none. Gives {"changed":n}.
Task<Result<http::Response>> put_consents(AdminServices& services, http::Request& request) {
  CO_TRY(auto body, co_await read_object(request));
  CO_TRY_VOID(only_fields(body, {"tenant_id", "opted_in", "recipients", "source", "user_agent", "ip"}));
  CO_TRY(const auto tenant, text_field(body, "tenant_id"));
  CO_TRY(const auto opted_in, flag_field(body, "opted_in"));
  CO_TRY(auto recipients, recipients_field(body));
  CO_TRY(const auto source, text_field(body, "source"));
  CO_TRY(const auto user_agent, text_field(body, "user_agent"));
  CO_TRY(const auto ip, text_field(body, "ip"));
  const auto tenant_id = TenantId::parse(tenant.value_or(""));
  if (!tenant_id) co_return invalid("tenant_id must be a tenant's id (ten_…)");
  if (!opted_in) co_return invalid("opted_in must be true or false");
  ConsentChange change;
  change.tenant = *tenant_id;
  change.opted_in = *opted_in;
  for (auto& number : recipients) {
    change.recipients.push_back({std::move(number), source.value_or(""), user_agent.value_or(""), ip.value_or("")});
  }
  const auto count = change.recipients.size();
  CO_TRY_VOID(co_await services.consents.change(std::move(change)));
  co_return http::json_response(200, json::serialize(json::object{{"changed", count}}));
}

/// DELETE /admin/v1/consents?tenant_id=&recipient=   Forgets what was said. Gives 204.
Task<Result<http::Response>> remove_consent(AdminServices& services, http::Request& request) {
  CO_TRY(const auto tenant, needed_tenant(request));
  CO_TRY(auto recipient, phone_parameter(request, "recipient"));
  if (!recipient) co_return invalid("recipient is needed");
  CO_TRY_VOID(co_await services.consents.remove(tenant, std::move(*recipient)));
  http::Response response;
  response.status = 204;
  co_return response;
}

}  // namespace wherry::api::admin

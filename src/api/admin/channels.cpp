#include "api/admin/operations.h"
#include "api/admin/wire.h"

namespace wherry::api::admin {

namespace {

std::optional<Secret> secret_of(std::optional<std::string> text) {
  if (!text) return std::nullopt;
  return Secret(std::move(*text));
}

Result<std::optional<UncertainPolicy>> policy_field(const json::object& body) {
  TRY(auto text, text_field(body, "uncertain_policy"));
  if (!text) return std::optional<UncertainPolicy>();
  if (*text == "fail") return std::optional(UncertainPolicy::fail);
  if (*text == "resend") return std::optional(UncertainPolicy::resend);
  return Error{ErrorCode::invalid_argument, "uncertain_policy must be fail or resend"};
}

Result<std::optional<RawId>> agent_field(const json::object& body) {
  TRY(auto text, text_field(body, "agent_id"));
  if (!text) return std::optional<RawId>();
  const auto id = from_uuid(*text);
  if (!id) return Error{ErrorCode::invalid_argument, "agent_id must be a UUID"};
  return id;
}

Result<NewChannel> parse_new_channel(const json::object& body) {
  TRY_VOID(only_fields(
      body, {"tenant_id", "name", "phone_number_id", "waba_id", "display_number", "access_token", "app_secret", "verify_token", "graph_url",
             "graph_version", "messages_per_second", "pair_limit", "uncertain_policy", "uncertain_after_s", "agent_id"}));
  TRY(auto tenant, text_field(body, "tenant_id"));
  TRY(auto name, text_field(body, "name"));
  TRY(auto phone_number_id, text_field(body, "phone_number_id"));
  TRY(auto waba_id, text_field(body, "waba_id"));
  TRY(auto display_number, text_field(body, "display_number"));
  TRY(auto access_token, text_field(body, "access_token"));
  TRY(auto app_secret, text_field(body, "app_secret"));
  TRY(auto verify_token, text_field(body, "verify_token"));
  TRY(auto graph_url, text_field(body, "graph_url"));
  TRY(auto graph_version, text_field(body, "graph_version"));
  TRY(auto rate, integer_field(body, "messages_per_second", 0, 100'000));
  TRY(auto pair_limit, flag_field(body, "pair_limit"));
  TRY(auto policy, policy_field(body));
  TRY(auto uncertain_after, integer_field(body, "uncertain_after_s", 60, 86'400));
  auto tenant_id = TenantId::parse(tenant.value_or(""));
  if (!tenant_id) return Error{ErrorCode::invalid_argument, "tenant_id must be a tenant's id (ten_…)"};
  NewChannel wanted;
  wanted.tenant = *tenant_id;
  wanted.name = name.value_or("");
  wanted.phone_number_id = phone_number_id.value_or("");
  wanted.waba_id = waba_id.value_or("");
  wanted.display_number = display_number.value_or("");
  wanted.access_token = Secret(access_token.value_or(""));
  wanted.app_secret = Secret(app_secret.value_or(""));
  wanted.verify_token = Secret(verify_token.value_or(""));
  wanted.graph_url = graph_url.value_or("");
  wanted.graph_version = graph_version.value_or("");
  wanted.messages_per_second = static_cast<std::uint32_t>(rate.value_or(80));
  wanted.pair_limit = pair_limit.value_or(true);
  wanted.uncertain_policy = policy.value_or(UncertainPolicy::fail);
  if (uncertain_after) wanted.uncertain_after = seconds(*uncertain_after);
  TRY(wanted.agent, agent_field(body));
  return wanted;
}

std::string_view name_of(ChannelFinding::Severity severity) {
  switch (severity) {
    case ChannelFinding::Severity::ok: return "ok";
    case ChannelFinding::Severity::warning: return "warning";
    case ChannelFinding::Severity::problem: return "problem";
  }
  return "problem";
}

}  // namespace

Result<ChannelPtr> find_channel(const AdminServices& services, const http::Request& request) {
  auto id = ChannelId::parse(request.param("id"));
  auto channel = id ? services.channels.find(*id) : nullptr;
  if (!channel) return Error{ErrorCode::not_found, "no such channel"};
  return channel;
}

/// POST /admin/v1/channels   Takes a Cloud API number with its secrets. Gives 201 with the channel, without them.
Task<Result<http::Response>> add_channel(AdminServices& services, http::Request& request) {
  CO_TRY(auto body, co_await read_object(request));
  CO_TRY(auto wanted, parse_new_channel(body));
  CO_TRY(auto channel, co_await services.channels.add(std::move(wanted)));
  co_return http::json_response(201, json::serialize(render(*channel)));
}

/// GET /admin/v1/channels
Task<Result<http::Response>> list_channels(AdminServices& services, http::Request&) {
  json::array items;
  for (const auto& channel : services.channels.all()) items.push_back(render(*channel));
  co_return http::json_response(200, json::serialize(render_page(std::move(items), std::nullopt)));
}

/// GET /admin/v1/channels/{id}
Task<Result<http::Response>> get_channel(AdminServices& services, http::Request& request) {
  CO_TRY(auto channel, find_channel(services, request));
  co_return http::json_response(200, json::serialize(render(*channel)));
}

/// PATCH /admin/v1/channels/{id}   A new app secret leaves the old one valid for webhooks until the next change.
Task<Result<http::Response>> change_channel(AdminServices& services, http::Request& request) {
  CO_TRY(auto channel, find_channel(services, request));
  CO_TRY(auto body, co_await read_object(request));
  CO_TRY_VOID(only_fields(body, {"name", "access_token", "app_secret", "verify_token", "graph_url", "graph_version", "messages_per_second",
                                 "pair_limit", "uncertain_policy", "uncertain_after_s", "agent_id"}));
  ChannelChange change;
  CO_TRY(change.name, text_field(body, "name"));
  CO_TRY(auto access_token, text_field(body, "access_token"));
  CO_TRY(auto app_secret, text_field(body, "app_secret"));
  CO_TRY(auto verify_token, text_field(body, "verify_token"));
  CO_TRY(auto rate, integer_field(body, "messages_per_second", 0, 100'000));
  CO_TRY(change.graph_url, text_field(body, "graph_url"));
  CO_TRY(change.graph_version, text_field(body, "graph_version"));
  CO_TRY(change.pair_limit, flag_field(body, "pair_limit"));
  CO_TRY(change.uncertain_policy, policy_field(body));
  CO_TRY(auto uncertain_after, integer_field(body, "uncertain_after_s", 60, 86'400));
  if (uncertain_after) change.uncertain_after = seconds(*uncertain_after);
  CO_TRY(auto agent, agent_field(body));
  if (body.contains("agent_id")) change.agent = agent;
  change.access_token = secret_of(std::move(access_token));
  change.app_secret = secret_of(std::move(app_secret));
  change.verify_token = secret_of(std::move(verify_token));
  if (rate) change.messages_per_second = static_cast<std::uint32_t>(*rate);
  CO_TRY(auto changed, co_await services.channels.change(channel->id, std::move(change)));
  co_return http::json_response(200, json::serialize(render(*changed)));
}

/// DELETE /admin/v1/channels/{id}   Gives 204. Its conversations stay on disk, unreachable for sending.
Task<Result<http::Response>> remove_channel(AdminServices& services, http::Request& request) {
  CO_TRY(auto channel, find_channel(services, request));
  CO_TRY_VOID(co_await services.channels.remove(channel->id));
  http::Response response;
  response.status = 204;
  co_return response;
}

/// POST /admin/v1/channels/{id}/check   Asks Graph about the number. Gives {"healthy","findings":[{"severity","what","fix"}]}.
Task<Result<http::Response>> check_channel(AdminServices& services, http::Request& request) {
  CO_TRY(auto channel, find_channel(services, request));
  auto findings = co_await services.upstream.check(channel);
  bool healthy = true;
  json::array items;
  for (const auto& finding : findings) {
    healthy = healthy && finding.severity != ChannelFinding::Severity::problem;
    json::object item;
    item["severity"] = name_of(finding.severity);
    item["what"] = finding.what;
    item["fix"] = finding.fix;
    items.push_back(std::move(item));
  }
  json::object out;
  out["channel_id"] = channel->id.text();
  out["healthy"] = healthy;
  out["findings"] = std::move(items);
  co_return http::json_response(200, json::serialize(out));
}

}  // namespace wherry::api::admin

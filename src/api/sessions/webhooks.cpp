#include "api/sessions/fields.h"
#include "api/sessions/guard.h"
#include "services/webhooks/own_header.h"

namespace wherry::api::sessions {

namespace {

constexpr std::string_view id_start = "wh_";
constexpr std::size_t most_events = 32;

std::string id_text(SubscriptionId id) { return std::string(id_start) + to_base32(id.raw); }

json::object headers_of(const Subscription& webhook) {
  if (webhook.header_name != webhooks::several_headers) return {};
  auto parsed = json::parse(webhook.header_value.reveal());
  return parsed && parsed->is_object() ? std::move(parsed->get_object()) : json::object();
}

json::object policy_object(const RetryPolicy& policy) {
  return {{"policy", to_string(policy.growth)}, {"delaySeconds", policy.delay.count()}, {"attempts", policy.attempts}};
}

json::object webhook_object(const Subscription& webhook) {
  json::array events;
  for (const auto& name : webhook.kinds) events.emplace_back(name);
  if (events.empty()) events.emplace_back("*");
  return {{"id", id_text(webhook.id)},
          {"organizationId", webhook.tenant.text()},
          {"url", webhook.url},
          {"events", std::move(events)},
          {"sessionId", webhook.channel ? json::value(webhook.channel->text()) : json::value(nullptr)},
          {"customHeaders", headers_of(webhook)},
          {"retryPolicy", policy_object(webhook.retry.value_or(RetryPolicy()))},
          {"active", webhook.enabled()},
          {"createdAt", to_unix_millis(webhook.created_at)},
          {"updatedAt", to_unix_millis(webhook.updated_at)}};
}

// Nobody is to get silence or a flood by accident: an empty list is refused.
std::vector<std::string> read_events(Fields& fields) {
  auto events = fields.texts("events", most_events).value_or(std::vector<std::string>());
  if (events.empty()) fields.refuse("events must name at least one event, or \"*\" for all");
  for (const auto& event : events) {
    if (event == "*") return {};
  }
  return events;
}

std::optional<ChannelId> read_session(Fields& fields, const SessionsServices& services, const Principal& caller) {
  const auto text = fields.text("sessionId");
  if (text.empty()) return std::nullopt;
  const auto id = ChannelId::parse(text);
  if (!id || !services.sessions.find(caller.tenant, *id)) fields.refuse("sessionId is none of your sessions");
  return id;
}

// What is not named is as without a policy.
std::optional<RetryPolicy> read_policy(Fields& fields) {
  const auto* given = fields.object("retryPolicy");
  if (given == nullptr) return std::nullopt;
  Fields members(*given);
  RetryPolicy policy;
  if (const auto name = members.text("policy"); !name.empty()) {
    const auto growth = retry_growth_from(name);
    if (!growth) members.refuse("policy must be exponential, linear or constant");
    policy.growth = growth.value_or(policy.growth);
  }
  policy.delay = seconds(members.whole("delaySeconds", 1, 3600).value_or(policy.delay.count()));
  policy.attempts = static_cast<std::uint32_t>(members.whole("attempts", 1, 30).value_or(policy.attempts));
  if (const auto read = members.result(); !read) fields.refuse("retryPolicy: " + read.error().message);
  return policy;
}

struct Headers {
  std::string name;
  Secret value;
};
Headers read_headers(Fields& fields) {
  const auto* given = fields.object("customHeaders");
  if (given == nullptr || given->empty()) return {};
  return {std::string(webhooks::several_headers), Secret(json::serialize(*given))};
}

Task<Result<Subscription>> webhook_of(const SessionsServices& services, const http::Request& request, TenantId tenant) {
  const auto text = request.param("webhook");
  const Error unknown{ErrorCode::not_found, "no such webhook"};
  if (!text.starts_with(id_start)) co_return unknown;
  const auto raw = from_base32(text.substr(id_start.size()));
  if (!raw) co_return unknown;
  const SubscriptionId id{*raw};
  auto found = co_await services.webhooks.find(id);
  if (!found && found.error().code != ErrorCode::not_found) co_return found;
  const bool own = found && found->tenant == tenant && found->format == WebhookFormat::sessions;
  if (!own) co_return unknown;
  co_return found;
}

}  // namespace

Task<Result<http::Response>> list_webhooks(const SessionsServices& services, http::Request&, Principal caller) {
  CO_TRY(const auto all, co_await services.webhooks.list(caller.tenant));
  json::array data;
  for (const auto& one : all) {
    if (one.format == WebhookFormat::sessions) data.emplace_back(webhook_object(one));
  }
  co_return page_response(std::move(data));
}

Task<Result<http::Response>> create_webhook(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto body, co_await read_object(request));
  Fields fields(body);
  NewSubscription wanted;
  wanted.tenant = caller.tenant;
  wanted.format = WebhookFormat::sessions;
  wanted.url = fields.required("url");
  wanted.kinds = read_events(fields);
  wanted.channel = read_session(fields, services, caller);
  wanted.secret = fields.text("secret");
  auto headers = read_headers(fields);
  wanted.header_name = std::move(headers.name);
  wanted.header_value = std::move(headers.value);
  wanted.retry = read_policy(fields);
  const bool active = fields.flag("active").value_or(true);
  CO_TRY_VOID(fields.result());
  CO_TRY(auto made, co_await services.webhooks.add(std::move(wanted)));
  if (active) co_return object_response(201, webhook_object(made));
  SubscriptionChange off;
  off.enabled = false;
  CO_TRY(const auto changed, co_await services.webhooks.change(made.id, std::move(off)));
  co_return object_response(201, webhook_object(changed));
}

Task<Result<http::Response>> get_webhook(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto webhook, co_await webhook_of(services, request, caller.tenant));
  co_return object_response(200, webhook_object(webhook));
}

Task<Result<http::Response>> change_webhook(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto webhook, co_await webhook_of(services, request, caller.tenant));
  CO_TRY(const auto body, co_await read_object(request));
  Fields fields(body);
  SubscriptionChange change;
  if (fields.has("url")) change.url = fields.required("url");
  if (fields.has("events")) change.kinds = read_events(fields);
  if (body.contains("sessionId")) change.channel = read_session(fields, services, caller);
  if (fields.has("secret")) change.secret = fields.text("secret");
  change.forget_previous_secret = change.secret.has_value();
  if (body.contains("customHeaders")) {
    auto headers = read_headers(fields);
    change.header_name = std::move(headers.name);
    change.header_value = std::move(headers.value);
  }
  change.retry = read_policy(fields);
  change.enabled = fields.flag("active");
  CO_TRY_VOID(fields.result());
  CO_TRY(const auto changed, co_await services.webhooks.change(webhook.id, std::move(change)));
  co_return object_response(200, webhook_object(changed));
}

Task<Result<http::Response>> delete_webhook(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto webhook, co_await webhook_of(services, request, caller.tenant));
  CO_TRY_VOID(co_await services.webhooks.remove(webhook.id));
  co_return no_content();
}

}  // namespace wherry::api::sessions

#include <algorithm>
#include <charconv>
#include <limits>

#include "api/admin/operations.h"
#include "api/admin/wire.h"
#include "base/bytes.h"

namespace wherry::api::admin {

namespace {

constexpr std::uint32_t default_page = 50;
constexpr std::uint32_t largest_page = 500;
constexpr std::int64_t largest_sequence = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t largest_replay = 10'000;

Error invalid(std::string text) { return {ErrorCode::invalid_argument, std::move(text)}; }

Result<SubscriptionId> subscription_of(const http::Request& request) {
  auto id = SubscriptionId::parse(request.param("id"));
  if (!id) return Error{ErrorCode::not_found, "no such subscription"};
  return *id;
}

json::object render(const Subscription& subscription) {
  json::object out;
  out["id"] = subscription.id.text();
  out["tenant_id"] = subscription.tenant.text();
  out["channel_id"] = subscription.channel ? json::value(subscription.channel->text()) : json::value();
  out["format"] = to_string(subscription.format);
  out["url"] = subscription.url;
  json::array kinds;
  for (const auto& kind : subscription.kinds) kinds.emplace_back(kind);
  out["kinds"] = std::move(kinds);
  out["enabled"] = subscription.enabled();
  out["disabled_reason"] = subscription.enabled() ? json::value() : json::value(subscription.disabled_reason);
  out["failing_since"] = subscription.failing_since ? json::value(to_iso8601(*subscription.failing_since)) : json::value();
  out["rotating"] = subscription.previous_secret.has_value();
  if (subscription.signing_seed) out["public_key"] = "whpk_" + to_base64(ed25519_public_key(subscription.signing_seed->reveal()));
  out["edition"] = subscription.edition;
  out["header_name"] = subscription.header_name.empty() ? json::value() : json::value(subscription.header_name);
  out["created_at"] = to_iso8601(subscription.created_at);
  return out;
}

// Shown when it is made or changed, and never again.
json::object render_with_secret(const Subscription& subscription) {
  auto out = render(subscription);
  out["secret"] = subscription.secret.empty() ? json::value() : json::value(subscription.secret.reveal());
  return out;
}

Result<std::optional<std::vector<std::string>>> kinds_field(const json::object& body) {
  const auto* member = json::find(body, "kinds");
  if (member == nullptr) return std::optional<std::vector<std::string>>();
  if (!member->is_array()) return invalid("kinds must be an array of strings");
  std::vector<std::string> kinds;
  for (const auto& kind : member->get_array()) {
    if (!kind.is_string()) return invalid("kinds must be an array of strings");
    kinds.emplace_back(kind.get_string());
  }
  return std::optional(std::move(kinds));
}

Result<std::uint64_t> number_query(const http::Request& request, std::string_view name, std::uint64_t fallback, std::uint64_t most) {
  const auto text = http::query_value(request.query, name);
  if (!text) return fallback;
  std::uint64_t value = 0;
  const auto* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || value > most)
    return invalid(std::string(name) + " is a number up to " + std::to_string(most));
  return value;
}

}  // namespace

/// POST /admin/v1/subscriptions   Takes {"tenant_id","url","format"?,"channel_id"?,"secret"?,"kinds"?,"asymmetric"?,"edition"?,"header_name"?,"header_value"?}; gives 201 with "secret", this once.
Task<Result<http::Response>> create_subscription(AdminServices& services, http::Request& request) {
  CO_TRY(auto body, co_await read_object(request));
  CO_TRY_VOID(only_fields(
      body, {"tenant_id", "url", "format", "channel_id", "secret", "kinds", "asymmetric", "edition", "header_name", "header_value"}));
  CO_TRY(auto tenant, text_field(body, "tenant_id"));
  CO_TRY(auto url, text_field(body, "url"));
  CO_TRY(auto format, text_field(body, "format"));
  CO_TRY(auto channel, text_field(body, "channel_id"));
  CO_TRY(auto secret, text_field(body, "secret"));
  CO_TRY(auto kinds, kinds_field(body));
  CO_TRY(auto asymmetric, flag_field(body, "asymmetric"));
  CO_TRY(const auto edition, integer_field(body, "edition", 1, 1000));
  CO_TRY(auto header_name, text_field(body, "header_name"));
  CO_TRY(auto header_value, text_field(body, "header_value"));
  const auto tenant_id = TenantId::parse(tenant.value_or(""));
  if (!tenant_id) co_return invalid("tenant_id must be a tenant's id (ten_…)");
  const auto chosen = webhook_format_from(format.value_or("standard"));
  if (!chosen) co_return invalid("format is standard, pipes, pipes_app, graph, pepipost, magpipe or sessions");
  NewSubscription wanted;
  wanted.tenant = *tenant_id;
  wanted.format = *chosen;
  wanted.url = url.value_or("");
  wanted.secret = secret.value_or("");
  wanted.kinds = kinds.value_or(std::vector<std::string>());
  wanted.asymmetric = asymmetric.value_or(false);
  wanted.edition = static_cast<std::uint32_t>(edition.value_or(1));
  wanted.header_name = header_name.value_or("");
  wanted.header_value = Secret(header_value.value_or(""));
  if (channel) {
    wanted.channel = ChannelId::parse(*channel);
    if (!wanted.channel) co_return invalid("channel_id must be a channel's id (pool_…)");
  }
  CO_TRY(auto made, co_await services.webhooks.add(std::move(wanted)));
  co_return http::json_response(201, json::serialize(render_with_secret(made)));
}

/// GET /admin/v1/subscriptions?tenant_id=
Task<Result<http::Response>> list_subscriptions(AdminServices& services, http::Request& request) {
  std::optional<TenantId> tenant;
  if (auto text = http::query_value(request.query, "tenant_id")) {
    tenant = TenantId::parse(*text);
    if (!tenant) co_return invalid("tenant_id must be a tenant's id (ten_…)");
  }
  CO_TRY(auto subscriptions, co_await services.webhooks.list(tenant));
  json::array items;
  for (const auto& subscription : subscriptions) items.push_back(render(subscription));
  co_return http::json_response(200, json::serialize(render_page(std::move(items), std::nullopt)));
}

/// GET /admin/v1/subscriptions/{id}   With "deliveries": {journaled, acked, pending, dead}, counted now.
Task<Result<http::Response>> get_subscription(AdminServices& services, http::Request& request) {
  CO_TRY(const auto id, subscription_of(request));
  CO_TRY(auto subscription, co_await services.webhooks.find(id));
  CO_TRY(const auto counts, co_await services.webhooks.counts(id));
  auto out = render(subscription);
  out["deliveries"] = {{"journaled", counts.journaled}, {"acked", counts.acked}, {"pending", counts.pending}, {"dead", counts.dead}};
  co_return http::json_response(200, json::serialize(out));
}

/// PATCH /admin/v1/subscriptions/{id}   Takes {"url"?,"secret"?,"forget_previous_secret"?,"kinds"?,"edition"?,"header_name"?,"header_value"?,"enabled"?}. A secret of "" makes a new one.
Task<Result<http::Response>> change_subscription(AdminServices& services, http::Request& request) {
  CO_TRY(const auto id, subscription_of(request));
  CO_TRY(auto body, co_await read_object(request));
  CO_TRY_VOID(only_fields(body, {"url", "secret", "forget_previous_secret", "kinds", "edition", "header_name", "header_value", "enabled"}));
  SubscriptionChange change;
  CO_TRY(change.url, text_field(body, "url"));
  CO_TRY(change.secret, text_field(body, "secret"));
  CO_TRY(auto forget, flag_field(body, "forget_previous_secret"));
  CO_TRY(change.kinds, kinds_field(body));
  CO_TRY(change.enabled, flag_field(body, "enabled"));
  CO_TRY(const auto edition, integer_field(body, "edition", 1, 1000));
  CO_TRY(change.header_name, text_field(body, "header_name"));
  CO_TRY(auto header_value, text_field(body, "header_value"));
  if (edition) change.edition = static_cast<std::uint32_t>(*edition);
  if (header_value) change.header_value = Secret(std::move(*header_value));
  change.forget_previous_secret = forget.value_or(false);
  const bool new_secret = change.secret.has_value();
  CO_TRY(auto changed, co_await services.webhooks.change(id, std::move(change)));
  co_return http::json_response(200, json::serialize(new_secret ? render_with_secret(changed) : render(changed)));
}

/// DELETE /admin/v1/subscriptions/{id}   Gives 204.
Task<Result<http::Response>> remove_subscription(AdminServices& services, http::Request& request) {
  CO_TRY(const auto id, subscription_of(request));
  CO_TRY_VOID(co_await services.webhooks.remove(id));
  http::Response response;
  response.status = 204;
  co_return response;
}

/// POST /admin/v1/subscriptions/{id}/test   Sends a made-up message and says what the endpoint answered.
Task<Result<http::Response>> test_subscription(AdminServices& services, http::Request& request) {
  CO_TRY(const auto id, subscription_of(request));
  CO_TRY(auto answer, co_await services.webhooks.test(id));
  json::object out;
  out["acknowledged"] = answer.acknowledged();
  out["status"] = answer.status;
  out["error"] = answer.error.empty() ? json::value() : json::value(answer.error);
  co_return http::json_response(200, json::serialize(out));
}

/// GET /admin/v1/subscriptions/{id}/dead-letters?limit=&cursor=   Oldest first.
Task<Result<http::Response>> list_dead_letters(AdminServices& services, http::Request& request) {
  CO_TRY(const auto id, subscription_of(request));
  CO_TRY(const auto after, number_query(request, "cursor", 0, largest_sequence));
  CO_TRY(const auto wanted, number_query(request, "limit", default_page, largest_page));
  const auto limit = static_cast<std::uint32_t>(std::max<std::uint64_t>(1, wanted));
  CO_TRY(auto letters, co_await services.webhooks.dead_letters(id, after, limit));
  json::array items;
  for (const auto& letter : letters) {
    items.push_back({{"sequence", letter.sequence},
                     {"attempts", letter.attempts},
                     {"last_attempt_at", to_iso8601(letter.at)},
                     {"status", letter.status},
                     {"error", letter.error}});
  }
  std::optional<std::string> next;
  if (letters.size() == limit) next = std::to_string(letters.back().sequence);
  co_return http::json_response(200, json::serialize(render_page(std::move(items), std::move(next))));
}

/// POST /admin/v1/subscriptions/{id}/replay   Takes {"from"?,"to"?,"dead"?,"kind"?,"conversation_id"?,"limit"?}: sequence numbers, both included. Gives {"replayed":n}.
Task<Result<http::Response>> replay_subscription(AdminServices& services, http::Request& request) {
  CO_TRY(const auto id, subscription_of(request));
  CO_TRY(auto body, co_await read_object(request));
  CO_TRY_VOID(only_fields(body, {"from", "to", "dead", "kind", "conversation_id", "limit"}));
  CO_TRY(auto from, integer_field(body, "from", 1, largest_sequence));
  CO_TRY(auto to, integer_field(body, "to", 1, largest_sequence));
  CO_TRY(auto dead, flag_field(body, "dead"));
  CO_TRY(auto kind, text_field(body, "kind"));
  CO_TRY(auto conversation, text_field(body, "conversation_id"));
  CO_TRY(auto limit, integer_field(body, "limit", 1, largest_replay));
  WebhookStore::Replay what;
  what.from = static_cast<std::uint64_t>(from.value_or(1));
  what.to = static_cast<std::uint64_t>(to.value_or(largest_sequence));
  what.only_dead = dead.value_or(false);
  what.kind = kind.value_or("");
  what.limit = static_cast<std::uint32_t>(limit.value_or(1000));
  if (conversation) {
    what.conversation = ConversationId::parse(*conversation);
    if (!what.conversation) co_return invalid("conversation_id must be a conversation's id (conv_…)");
  }
  CO_TRY(const auto count, co_await services.webhooks.replay(id, std::move(what)));
  co_return http::json_response(202, json::serialize(json::object{{"replayed", count}}));
}

}  // namespace wherry::api::admin

#include "store/webhook_store.h"

#include "base/json.h"
#include "store/message_rows.h"
#include "store/values.h"

namespace wherry::store {

namespace {

constexpr const char* insert_subscription =
    "INSERT INTO subscriptions (id, tenant_id, channel_id, format, url, secret, previous_secret, signing_seed, kinds, disabled_reason, "
    "failing_since, first_sequence, cursor_at, created_at, edition, header_name, header_value, updated_at, retry_growth, "
    "retry_delay_s, retry_attempts) "
    "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, n.last, n.last, $12, $13, $14, $15, $12, $16, $17, $18 "
    "FROM (SELECT COALESCE(MAX(sequence), 0) AS last FROM journal WHERE tenant_id = $2) n";
constexpr const char* select_first = "SELECT first_sequence FROM subscriptions WHERE id = $1";
constexpr const char* select_subscriptions =
    "SELECT id, tenant_id, channel_id, format, url, secret, previous_secret, signing_seed, kinds, disabled_reason, failing_since, "
    "first_sequence, created_at, edition, header_name, header_value, updated_at, retry_growth, retry_delay_s, retry_attempts FROM "
    "subscriptions WHERE removed_at IS NULL ORDER BY id";
constexpr const char* update_row =
    "UPDATE subscriptions SET url = $2, secret = $3, previous_secret = $4, kinds = $5, disabled_reason = $6, failing_since = $7, "
    "edition = $8, header_name = $9, header_value = $10, channel_id = $11, updated_at = $12, retry_growth = $13, retry_delay_s = $14, "
    "retry_attempts = $15 "
    "WHERE id = $1 AND removed_at IS NULL";
constexpr const char* mark_removed = "UPDATE subscriptions SET removed_at = $2 WHERE id = $1 AND removed_at IS NULL";
constexpr const char* delete_deliveries = "DELETE FROM deliveries WHERE subscription_id = $1";
constexpr const char* mark_disabled = "UPDATE subscriptions SET disabled_reason = $2 WHERE id = $1";

std::string kinds_json(const std::vector<std::string>& kinds) {
  json::array list;
  for (const auto& kind : kinds) list.emplace_back(kind);
  return json::serialize(list);
}

// Its three columns.
void add_policy(std::vector<Value>& params, const std::optional<RetryPolicy>& policy) {
  params.push_back(policy ? Value(std::string(to_string(policy->growth))) : Value());
  params.push_back(policy ? Value(std::int64_t{policy->delay.count()}) : Value());
  params.push_back(policy ? number(policy->attempts) : Value());
}

std::optional<RetryPolicy> as_policy(const Row& row, std::size_t at) {
  const auto growth = retry_growth_from(as_text(row[at]));
  if (!growth) return std::nullopt;
  return RetryPolicy{*growth, seconds(as_int(row[at + 1])), static_cast<std::uint32_t>(as_int(row[at + 2]))};
}

std::vector<std::string> kinds_from(const std::string& text) {
  std::vector<std::string> kinds;
  const auto parsed = json::parse(text);
  if (!parsed || !parsed->is_array()) return kinds;
  for (const auto& kind : parsed->get_array()) {
    if (kind.is_string()) kinds.emplace_back(kind.get_string());
  }
  return kinds;
}

}  // namespace

Value SqlWebhookStore::sealed(const std::optional<Secret>& secret) const { return secret ? Value(secrets_.seal(*secret)) : Value(); }

Value SqlWebhookStore::sealed_header(const Subscription& subscription) const {
  return subscription.header_name.empty() ? Value() : Value(secrets_.seal(subscription.header_value));
}

Result<Subscription> SqlWebhookStore::to_subscription(const Row& row) const {
  Subscription subscription;
  subscription.id = as_id<SubscriptionId>(row[0]);
  subscription.tenant = as_id<TenantId>(row[1]);
  if (std::holds_alternative<Bytes>(row[2])) subscription.channel = as_id<ChannelId>(row[2]);
  subscription.format = webhook_format_from(as_text(row[3])).value_or(WebhookFormat::standard);
  subscription.url = as_text(row[4]);
  TRY(subscription.secret, secrets_.open(as_blob(row[5])));
  if (std::holds_alternative<Bytes>(row[6])) {
    TRY(subscription.previous_secret, secrets_.open(as_blob(row[6])));
  }
  if (std::holds_alternative<Bytes>(row[7])) {
    TRY(subscription.signing_seed, secrets_.open(as_blob(row[7])));
  }
  subscription.kinds = kinds_from(as_text(row[8]));
  subscription.disabled_reason = as_text(row[9]);
  subscription.failing_since = as_optional_time(row[10]);
  subscription.first_sequence = static_cast<std::uint64_t>(as_int(row[11]));
  subscription.created_at = as_time(row[12]);
  subscription.edition = static_cast<std::uint32_t>(as_int(row[13]));
  subscription.header_name = as_text(row[14]);
  if (std::holds_alternative<Bytes>(row[15])) {
    TRY(subscription.header_value, secrets_.open(as_blob(row[15])));
  }
  subscription.updated_at = as_optional_time(row[16]).value_or(subscription.created_at);
  subscription.retry = as_policy(row, 17);
  return subscription;
}

Task<Result<Subscription>> SqlWebhookStore::add_subscription(Subscription subscription) {
  const auto& s = subscription;
  Batch batch;
  batch.push_back({insert_subscription,
                   {value_of(s.id), value_of(s.tenant), s.channel ? value_of(*s.channel) : Value(), std::string(to_string(s.format)), s.url,
                    secrets_.seal(s.secret), sealed(s.previous_secret), sealed(s.signing_seed), kinds_json(s.kinds), s.disabled_reason,
                    value_of(s.failing_since), value_of(s.created_at), number(s.edition), s.header_name, sealed_header(s)},
                   1});
  add_policy(batch.back().params, s.retry);
  batch.push_back({select_first, {value_of(s.id)}, 1});
  CO_TRY(auto done, co_await database_.commit(std::move(batch)));
  subscription.first_sequence = static_cast<std::uint64_t>(as_int(done.back().rows.front().front()));
  co_return subscription;
}

Task<Result<std::vector<Subscription>>> SqlWebhookStore::list_subscriptions() {
  Statement statement{select_subscriptions, {}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  std::vector<Subscription> subscriptions;
  for (const auto& row : rows) {
    CO_TRY(auto subscription, to_subscription(row));
    subscriptions.push_back(std::move(subscription));
  }
  co_return subscriptions;
}

Task<Result<void>> SqlWebhookStore::update_subscription(Subscription subscription) {
  const auto& s = subscription;
  Batch batch{{update_row,
               {value_of(s.id), s.url, secrets_.seal(s.secret), sealed(s.previous_secret), kinds_json(s.kinds), s.disabled_reason,
                value_of(s.failing_since), number(s.edition), s.header_name, sealed_header(s), s.channel ? value_of(*s.channel) : Value(),
                value_of(s.updated_at)},
               1}};
  add_policy(batch.back().params, s.retry);
  auto done = co_await database_.commit(std::move(batch));
  if (!done && done.error().code == ErrorCode::conflict) co_return Error{ErrorCode::not_found, "no such subscription"};
  if (!done) co_return done.error();
  co_return Result<void>();
}

Task<Result<void>> SqlWebhookStore::remove_subscription(SubscriptionId id, Timestamp at) {
  Batch batch{{mark_removed, {value_of(id), value_of(at)}, {}}, {delete_deliveries, {value_of(id)}, {}}};
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  co_return Result<void>();
}

Task<Result<void>> SqlWebhookStore::disable(Subscription subscription, std::string reason, Timestamp at) {
  json::object body;
  body["subscriptionId"] = subscription.id.text();
  body["url"] = subscription.url;
  body["reason"] = reason;
  Batch batch{{mark_disabled, {value_of(subscription.id), reason}, 1}};
  batch.push_back(
      journal_row(subscription.tenant, "webhook.disabled", subscription.channel, std::nullopt, RawId{}, at, json::serialize(body)));
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  co_return Result<void>();
}

}  // namespace wherry::store

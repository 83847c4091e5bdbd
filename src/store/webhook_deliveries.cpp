// The part of SqlWebhookStore that is about single events.
#include "base/fault_point.h"
#include "base/json.h"
#include "store/live_store.h"
#include "store/message_rows.h"
#include "store/values.h"
#include "store/webhook_store.h"

namespace wherry::store {

namespace {

constexpr const char* select_cursor = "SELECT cursor_at FROM subscriptions WHERE id = $1";
constexpr const char* select_pending =
    "SELECT sequence, attempts, next_attempt_at FROM deliveries WHERE subscription_id = $1 AND state = 0 ORDER BY sequence LIMIT $2";
constexpr const char* select_set_aside =
    "SELECT d.sequence, d.attempts, d.next_attempt_at, COALESCE(j.conversation_id, j.channel_id) FROM deliveries d "
    "JOIN subscriptions s ON s.id = d.subscription_id JOIN journal j ON j.tenant_id = s.tenant_id AND j.sequence = d.sequence "
    "WHERE d.subscription_id = $1 AND d.state = 2 ORDER BY d.sequence";
constexpr const char* select_settled_beyond =
    "SELECT sequence FROM webhook_attempts WHERE subscription_id = $1 AND sequence > $2 AND status BETWEEN 200 AND 299 "
    "UNION SELECT sequence FROM deliveries WHERE subscription_id = $1 AND sequence > $2 AND state = 1";
constexpr const char* insert_set_aside =
    "INSERT INTO deliveries (subscription_id, sequence, state, attempts) VALUES ($1, $2, 2, 0) "
    "ON CONFLICT (subscription_id, sequence) DO UPDATE SET state = 2";
constexpr const char* insert_attempt =
    "INSERT INTO webhook_attempts (subscription_id, sequence, attempt, at, took_ms, status, error) VALUES ($1, $2, $3, $4, $5, $6, $7) "
    "ON CONFLICT (subscription_id, sequence, attempt) DO UPDATE SET at = excluded.at, took_ms = excluded.took_ms, "
    "status = excluded.status, error = excluded.error";
constexpr const char* upsert_delivery =
    "INSERT INTO deliveries (subscription_id, sequence, state, attempts, next_attempt_at) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (subscription_id, sequence) DO UPDATE SET state = excluded.state, attempts = excluded.attempts, "
    "next_attempt_at = excluded.next_attempt_at";
constexpr const char* delete_delivery = "DELETE FROM deliveries WHERE subscription_id = $1 AND sequence = $2";
constexpr const char* move_cursor = "UPDATE subscriptions SET cursor_at = $2, failing_since = $3 WHERE id = $1";
constexpr const char* select_dead =
    "SELECT d.sequence, d.attempts, a.at, a.status, a.error FROM deliveries d JOIN webhook_attempts a "
    "ON a.subscription_id = d.subscription_id AND a.sequence = d.sequence AND a.attempt = d.attempts "
    "WHERE d.subscription_id = $1 AND d.state = 1 AND d.sequence > $2 ORDER BY d.sequence LIMIT $3";

constexpr const char* select_attempts =
    "SELECT s.id, a.attempt, a.at, a.took_ms, a.status, a.error FROM subscriptions s JOIN webhook_attempts a "
    "ON a.subscription_id = s.id AND a.sequence = $2 WHERE s.tenant_id = $1 ORDER BY s.id, a.attempt";

// $1 subscription, $2 from, $3 to, $4 kind or '', $5 conversation or NULL, $6 only dead, $7 limit, $8 first time, $9 ms apart.
constexpr const char* mark_for_replay =
    "INSERT INTO deliveries (subscription_id, sequence, state, attempts, next_attempt_at) "
    "SELECT s.id, j.sequence, 0, COALESCE((SELECT MAX(a.attempt) FROM webhook_attempts a "
    "WHERE a.subscription_id = s.id AND a.sequence = j.sequence), 0), "
    "$8 + $9 * (ROW_NUMBER() OVER (ORDER BY j.sequence) - 1) FROM subscriptions s JOIN journal j ON j.tenant_id = s.tenant_id "
    "WHERE s.id = $1 AND j.sequence BETWEEN $2 AND $3 AND j.sequence <= s.cursor_at AND j.sequence > s.first_sequence "
    "AND ($4 = '' OR j.kind = $4) AND ($5 IS NULL OR j.conversation_id = $5) AND ($6 = 0 OR EXISTS (SELECT 1 FROM deliveries d "
    "WHERE d.subscription_id = s.id AND d.sequence = j.sequence AND d.state = 1)) "
    "AND NOT EXISTS (SELECT 1 FROM deliveries w WHERE w.subscription_id = s.id AND w.sequence = j.sequence AND w.state = 2) "
    "ORDER BY j.sequence LIMIT $7 "
    "ON CONFLICT (subscription_id, sequence) DO UPDATE SET state = 0, next_attempt_at = excluded.next_attempt_at";

// $1 subscription, $2 channel or NULL, $3 kinds joined by | or '' for every kind, $4 whether idle statuses are left out. What is neither acknowledged nor dead nor before the
// cursor is pending; the rest would be lost.
constexpr const char* select_counts =
    "SELECT COUNT(*), COALESCE(SUM(CASE WHEN m.acked THEN 1 ELSE 0 END), 0), "
    "COALESCE(SUM(CASE WHEN NOT m.acked AND m.state = 1 THEN 1 ELSE 0 END), 0), "
    "COALESCE(SUM(CASE WHEN NOT m.acked AND (m.state IN (0, 2) OR (m.state IS NULL AND m.sequence > m.cursor_at)) THEN 1 ELSE 0 END), 0) "
    "FROM (SELECT j.sequence, s.cursor_at, d.state, EXISTS (SELECT 1 FROM webhook_attempts a WHERE a.subscription_id = s.id "
    "AND a.sequence = j.sequence AND a.status BETWEEN 200 AND 299) AS acked "
    "FROM subscriptions s JOIN journal j ON j.tenant_id = s.tenant_id AND j.sequence > s.first_sequence "
    "LEFT JOIN deliveries d ON d.subscription_id = s.id AND d.sequence = j.sequence "
    "WHERE s.id = $1 AND ($2 IS NULL OR j.channel_id = $2) AND ($3 = '' OR '|' || $3 || '|' LIKE '%|' || j.kind || '|%') "
    "AND ($4 = 0 OR j.kind <> 'message.status' OR j.body LIKE '%,\"moved\":true}')) m";

#define WHERRY_DROPPED(table)                                                                                                \
  " FROM subscriptions s JOIN " table                                                                                        \
  " t ON t.subscription_id = s.id AND t.sequence < (SELECT MIN(j.sequence) FROM journal j WHERE j.tenant_id = s.tenant_id) " \
  "LIMIT $1)"
constexpr const char* delete_old_attempts =
    "DELETE FROM webhook_attempts WHERE (subscription_id, sequence, attempt) IN "
    "(SELECT t.subscription_id, t.sequence, t.attempt" WHERRY_DROPPED("webhook_attempts");
constexpr const char* delete_old_deliveries =
    "DELETE FROM deliveries WHERE (subscription_id, sequence) IN (SELECT t.subscription_id, t.sequence" WHERRY_DROPPED("deliveries");

constexpr std::uint64_t portion = 2000;  // everything else that is to be written waits meanwhile
constexpr std::uint32_t most_pending = 20'000;
constexpr std::int64_t state_pending = 0;
constexpr std::int64_t state_dead = 1;
constexpr std::int64_t state_set_aside = 2;

std::int64_t state_number(DeliveryOutcome::State state) {
  using State = DeliveryOutcome::State;
  if (state == State::dead) return state_dead;
  return state == State::set_aside ? state_set_aside : state_pending;
}

void add_outcome(Batch& batch, const Subscription& subscription, const DeliveryOutcome& outcome) {
  using State = DeliveryOutcome::State;
  const auto id = value_of(subscription.id);
  const auto sequence = number(outcome.sequence);
  batch.push_back({insert_attempt,
                   {id, sequence, number(outcome.attempt), value_of(outcome.at), static_cast<std::int64_t>(outcome.took.count()),
                    static_cast<std::int64_t>(outcome.status), outcome.error},
                   {}});
  if (outcome.state == State::acked) {
    if (outcome.attempt > 1 || outcome.was_set_aside) batch.push_back({delete_delivery, {id, sequence}, {}});
    return;
  }
  batch.push_back(
      {upsert_delivery, {id, sequence, state_number(outcome.state), number(outcome.attempt), value_of(outcome.next_attempt_at)}, {}});
  if (outcome.to_offline_queue) add_to_offline_queue(batch, subscription.tenant, outcome.sequence);
}

}  // namespace

Task<Result<DeliveryProgress>> SqlWebhookStore::progress(SubscriptionId id) {
  DeliveryProgress progress;
  Statement cursor{select_cursor, {value_of(id)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(cursor)));
  if (!rows.empty()) progress.cursor = static_cast<std::uint64_t>(as_int(rows.front().front()));
  Statement pending{select_pending, {value_of(id), number(most_pending)}, {}};
  CO_TRY(rows, co_await database_.query(std::move(pending)));
  for (const auto& row : rows) {
    progress.pending.push_back({static_cast<std::uint64_t>(as_int(row[0])), static_cast<std::uint32_t>(as_int(row[1])), as_time(row[2])});
  }
  Statement set_aside{select_set_aside, {value_of(id)}, {}};
  CO_TRY(rows, co_await database_.query(std::move(set_aside)));
  for (const auto& row : rows) {
    progress.set_aside.push_back({as_raw_id(row[3]), static_cast<std::uint64_t>(as_int(row[0])), static_cast<std::uint32_t>(as_int(row[1])),
                                  as_optional_time(row[2])});
  }
  Statement beyond{select_settled_beyond, {value_of(id), number(progress.cursor)}, {}};
  CO_TRY(rows, co_await database_.query(std::move(beyond)));
  for (const auto& row : rows) progress.settled_beyond.insert(static_cast<std::uint64_t>(as_int(row[0])));
  co_return progress;
}

Task<Result<void>> SqlWebhookStore::record(Subscription subscription, std::vector<std::uint64_t> set_aside,
                                           std::vector<DeliveryOutcome> outcomes, std::uint64_t cursor) {
  Batch batch;
  batch.reserve(set_aside.size() + 2 * outcomes.size() + 1);
  for (const auto sequence : set_aside) batch.push_back({insert_set_aside, {value_of(subscription.id), number(sequence)}, {}});
  for (const auto& outcome : outcomes) add_outcome(batch, subscription, outcome);
  batch.push_back({move_cursor, {value_of(subscription.id), number(cursor), value_of(subscription.failing_since)}, {}});
  fault_point("before-webhook-commit");
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  fault_point("after-webhook-commit");
  co_return Result<void>();
}

Task<Result<std::vector<DeadLetter>>> SqlWebhookStore::dead_letters(SubscriptionId id, std::uint64_t after, std::uint32_t limit) {
  Statement statement{select_dead, {value_of(id), number(after), number(limit)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, [](const Row& row) {
    return DeadLetter{static_cast<std::uint64_t>(as_int(row[0])), static_cast<std::uint32_t>(as_int(row[1])), as_time(row[2]),
                      static_cast<int>(as_int(row[3])), as_text(row[4])};
  });
}

Task<Result<std::uint64_t>> SqlWebhookStore::replay(Subscription subscription, Replay what, Timestamp first_at, milliseconds apart) {
  json::object body;
  body["subscriptionId"] = subscription.id.text();
  body["from"] = what.from;
  body["to"] = what.to;
  body["onlyDead"] = what.only_dead;
  Batch batch;
  batch.push_back({mark_for_replay,
                   {value_of(subscription.id), number(what.from), number(what.to), what.kind,
                    what.conversation ? value_of(*what.conversation) : Value(), number(what.only_dead ? 1 : 0), number(what.limit),
                    value_of(first_at), static_cast<std::int64_t>(apart.count())},
                   {}});
  batch.push_back(
      journal_row(subscription.tenant, "webhook.replayed", subscription.channel, std::nullopt, RawId{}, first_at, json::serialize(body)));
  CO_TRY(auto done, co_await database_.commit(std::move(batch)));
  co_return done.front().changed;
}

Task<Result<std::vector<WebhookAttempt>>> SqlWebhookStore::attempts_of(TenantId tenant, std::vector<std::uint64_t> sequences) {
  std::vector<WebhookAttempt> attempts;
  for (const auto sequence : sequences) {
    Statement statement{select_attempts, {value_of(tenant), number(sequence)}, {}};
    CO_TRY(auto rows, co_await database_.query(std::move(statement)));
    for (const auto& row : rows) {
      attempts.push_back({as_id<SubscriptionId>(row[0]).text(), sequence, static_cast<std::uint32_t>(as_int(row[1])), as_time(row[2]),
                          milliseconds(as_int(row[3])), static_cast<int>(as_int(row[4])), as_text(row[5])});
    }
  }
  co_return attempts;
}

Task<Result<std::uint64_t>> SqlWebhookStore::forget_dropped() {
  std::uint64_t forgotten = 0;
  for (const auto* sql : {delete_old_attempts, delete_old_deliveries}) {
    std::uint64_t last = portion;
    while (last == portion) {
      Batch batch{{sql, {number(portion)}, {}}};
      CO_TRY(auto done, co_await database_.commit(std::move(batch)));
      last = done.front().changed;
      forgotten += last;
    }
  }
  co_return forgotten;
}

Task<Result<DeliveryCounts>> SqlWebhookStore::counts(Subscription subscription, bool only_moves) {
  std::string kinds;
  for (const auto& kind : subscription.kinds) kinds += (kinds.empty() ? "" : "|") + kind;
  Statement statement{select_counts,
                      {value_of(subscription.id), subscription.channel ? value_of(*subscription.channel) : Value(), std::move(kinds),
                       number(only_moves ? 1 : 0)},
                      {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  const auto at = [&](std::size_t column) { return static_cast<std::uint64_t>(as_int(rows.front()[column])); };
  co_return DeliveryCounts{at(0), at(1), at(3), at(2)};
}

}  // namespace wherry::store

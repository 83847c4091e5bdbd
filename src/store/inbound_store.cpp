#include "store/inbound_store.h"

#include <algorithm>

#include "base/fault_point.h"
#include "base/json.h"
#include "store/inbound_batches.h"
#include "store/media_rows.h"
#include "store/message_rows.h"
#include "store/values.h"

namespace wherry::store {

namespace {

// In small portions, because everything else that is to be written waits meanwhile.
constexpr std::uint64_t portion = 2000;
constexpr const char* delete_seen =
    "DELETE FROM seen_events WHERE digest IN (SELECT digest FROM seen_events WHERE at < $1 ORDER BY at LIMIT 2000)";
constexpr const char* select_due =
    "SELECT media_id, tenant_id, channel_id, message_id, remote_id, mime_type, sha256, file_name, attempts, next_attempt_at "
    "FROM pending_fetches WHERE next_attempt_at <= $1 ORDER BY next_attempt_at LIMIT $2";
constexpr const char* update_fetch = "UPDATE pending_fetches SET attempts = $2, next_attempt_at = $3 WHERE media_id = $1";
constexpr const char* journal_fetch =
    "INSERT INTO journal (tenant_id, sequence, kind, channel_id, conversation_id, subject, at, recorded_at, body) "
    "SELECT p.tenant_id, " WHERRY_NEXT_SEQUENCE("p.tenant_id") ", $2, p.channel_id, m.conversation_id, p.message_id, $3, $3, $4 "
    "FROM pending_fetches p LEFT JOIN inbound_messages m ON m.id = p.message_id WHERE p.media_id = $1";
constexpr const char* delete_fetch = "DELETE FROM pending_fetches WHERE media_id = $1";

Batch batch_for(const NewInboundEvent& event, Timestamp now) {
  if (const auto* inbound = std::get_if<NewInbound>(&event)) return inbound_batch(*inbound, now);
  if (const auto* status = std::get_if<NewStatus>(&event)) return status_batch(*status, now);
  if (const auto* linked = std::get_if<NewLinkedEvent>(&event)) return linked_batch(*linked, now);
  return other_batch(std::get<NewOther>(event), now);
}

// The first statement of all but an OtherEvent is its de-duplication key: a conflict there means that it is known.
bool is_duplicate(const Result<BatchResult>& result) {
  return !result && result.error().code == ErrorCode::conflict && result.error().detail == "0";
}

Result<StoredInboundEvent> read(const NewInboundEvent& event, const Result<BatchResult>& result) {
  if (!result && !is_duplicate(result)) {
    Error error{ErrorCode::unavailable, "the event could not be stored", result.error().message + ": " + result.error().detail};
    error.retry_after = result.error().retry_after;
    return error;
  }
  if (std::holds_alternative<NewInbound>(event)) {
    return result ? read_inbound(*result) : StoredInbound{true, {}};
  }
  if (std::holds_alternative<NewStatus>(event)) return result ? read_status(*result) : StoredStatus{true, std::nullopt, false};
  if (std::holds_alternative<NewLinkedEvent>(event)) return StoredLinkedEvent{!result};
  return std::monostate();
}

TenantId tenant_of(const NewInboundEvent& event) {
  return std::visit([](const auto& one) { return one.tenant; }, event);
}

bool is_anything(const NewInboundEvent&) { return true; }
bool is_message(const NewInboundEvent& event) { return std::holds_alternative<NewInbound>(event); }

// A POST is seldom for more than one tenant.
void tell(JournalFeed* feed, bool (*concerns)(const NewInboundEvent&), const std::vector<NewInboundEvent>& events,
          const std::vector<Result<BatchResult>>& results) {
  if (feed == nullptr) return;
  std::vector<TenantId> told;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto tenant = tenant_of(events[i]);
    if (!results[i] || !concerns(events[i]) || std::find(told.begin(), told.end(), tenant) != told.end()) continue;
    feed->notify(tenant);
    told.push_back(tenant);
  }
}

std::string fetched_body(const Media& media) {
  json::object body;
  body["mediaId"] = media.id.text();
  body["mimeType"] = media.mime_type;
  body["size"] = media.size;
  if (!media.file_name.empty()) body["fileName"] = media.file_name;
  return json::serialize(body);
}

PendingFetch to_fetch(const Row& row) {
  PendingFetch fetch;
  fetch.media = as_id<MediaId>(row[0]);
  fetch.tenant = as_id<TenantId>(row[1]);
  fetch.channel = as_id<ChannelId>(row[2]);
  fetch.message = as_id<MessageId>(row[3]);
  fetch.remote = {as_text(row[4]), as_text(row[5]), as_text(row[6]), as_text(row[7])};
  fetch.attempts = static_cast<std::uint32_t>(as_int(row[8]));
  fetch.next_attempt_at = as_time(row[9]);
  return fetch;
}

}  // namespace

Task<std::vector<Result<StoredInboundEvent>>> SqlInboundStore::store(std::vector<NewInboundEvent> events, Timestamp now) {
  std::vector<Batch> batches;
  batches.reserve(events.size());
  for (const auto& event : events) batches.push_back(batch_for(event, now));
  fault_point("before-inbound-commit");
  auto results = co_await database_.commit_all(std::move(batches));
  fault_point("after-inbound-commit");
  if (results) {
    tell(feed_, is_anything, events, *results);
    tell(received_, is_message, events, *results);
  }
  std::vector<Result<StoredInboundEvent>> stored;
  stored.reserve(events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (results) stored.push_back(read(events[i], (*results)[i]));
    else stored.emplace_back(results.error());
  }
  co_return stored;
}

Task<Result<std::uint64_t>> SqlInboundStore::forget_seen(Timestamp before) {
  std::uint64_t forgotten = 0;
  std::uint64_t last = portion;
  while (last == portion) {
    Batch batch{{delete_seen, {value_of(before)}, {}}};
    CO_TRY(auto results, co_await database_.commit(std::move(batch)));
    last = results.front().changed;
    forgotten += last;
  }
  co_return forgotten;
}

Task<Result<std::vector<PendingFetch>>> SqlInboundStore::due_fetches(Timestamp now, std::uint32_t limit) {
  Statement statement{select_due, {value_of(now), number(limit)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, to_fetch);
}

Task<Result<void>> SqlInboundStore::reschedule_fetch(MediaId media, std::uint32_t attempts, Timestamp next_attempt_at) {
  Batch batch{{update_fetch, {value_of(media), number(attempts), value_of(next_attempt_at)}, {}}};
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  co_return Result<void>();
}

Task<Result<void>> SqlInboundStore::finish_fetch(Media media) {
  Batch batch;
  batch.push_back(media_row_once(media));
  const auto* kind = media.state == MediaState::available ? "media.fetched" : "media.unavailable";
  batch.push_back({journal_fetch, {value_of(media.id), kind, value_of(media.created_at), fetched_body(media)}, {}});
  batch.push_back({delete_fetch, {value_of(media.id)}, {}});
  CO_TRY(auto results, co_await database_.commit(std::move(batch)));
  if (feed_ != nullptr && results[1].changed > 0) feed_->notify(media.tenant);
  co_return Result<void>();
}

}  // namespace wherry::store

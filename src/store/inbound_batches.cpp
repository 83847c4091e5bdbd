#include "store/inbound_batches.h"

#include "base/crypto.h"
#include "base/json.h"
#include "store/contact_batches.h"
#include "store/message_rows.h"
#include "store/values.h"

namespace wherry::store {

namespace {

constexpr const char* insert_seen = "INSERT INTO seen_events (digest, at) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING";
constexpr const char* insert_entry =
    "INSERT INTO chat_entries (conversation_id, message_id, inbound, at) "
    "SELECT m.conversation_id, m.id, 1, m.received_at FROM inbound_messages m WHERE m.id = $1";
constexpr const char* insert_fetch =
    "INSERT INTO pending_fetches (media_id, tenant_id, channel_id, message_id, remote_id, mime_type, sha256, file_name, attempts, "
    "next_attempt_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9)";

// A status finds its message by our own id, which travelled along, or else by WhatsApp's. Never across channels.
#define WHERRY_BY_ID "id = $1 AND channel_id = $2"
#define WHERRY_BY_WAMID "wamid = $1 AND channel_id = $2"
constexpr const char* select_by_id = "SELECT " WHERRY_MESSAGE_COLUMNS " FROM messages WHERE " WHERRY_BY_ID;
constexpr const char* select_by_wamid = "SELECT " WHERRY_MESSAGE_COLUMNS " FROM messages WHERE " WHERRY_BY_WAMID;
// Whether the status moves the message is said in the row itself, so it is written before the message is. $5 is its body without the
// last brace.
#define WHERRY_JOURNAL_STATUS(which) \
  "INSERT INTO journal (tenant_id, sequence, kind, channel_id, conversation_id, subject, at, recorded_at, body) " \
  "VALUES ($3, " WHERRY_NEXT_SEQUENCE("$3") ", 'message.status', $2, "                                     \
  "(SELECT conversation_id FROM messages WHERE " which "), (SELECT id FROM messages WHERE " which "), $4, $6, "

constexpr const char* journal_idle_by_id = WHERRY_JOURNAL_STATUS(WHERRY_BY_ID) "$5 || ',\"moved\":false}')";
constexpr const char* journal_idle_by_wamid = WHERRY_JOURNAL_STATUS(WHERRY_BY_WAMID) "$5 || ',\"moved\":false}')";

#define WHERRY_JOURNAL_LINKED(which) \
  "INSERT INTO journal (tenant_id, sequence, kind, channel_id, conversation_id, subject, at, recorded_at, body) " \
  "VALUES ($1, " WHERRY_NEXT_SEQUENCE("$1") ", $4, $2, (SELECT v.id FROM contacts c JOIN conversations v "         \
  "ON v.contact_id = c.id AND v.channel_id = $2 AND v.superseded = 0 WHERE c.tenant_id = $1 AND " which "), NULL, $5, $6, $7)"
constexpr const char* journal_linked_by_key = WHERRY_JOURNAL_LINKED("c.contact_key = $3");
constexpr const char* journal_linked_by_bsuid = WHERRY_JOURNAL_LINKED("c.bsuid = $3");

Statement seen(std::string_view what, Timestamp now) {
  const auto digest = sha256(what);
  return {insert_seen, {Bytes(digest.begin(), digest.begin() + 16), value_of(now)}, 1};
}

// A status proves that WhatsApp has the message: it also ends the wait of one that we meant to try again.
bool status_may_move(MessageState from, MessageState to) { return from == MessageState::accepted || may_move(from, to); }

// The statements for each new state, restricted to the states that may move there (domain/message_state.h). Built once.
struct StatusTexts {
  std::array<std::string, message_state_count> move, journal;
};
struct MoveTexts {
  StatusTexts by_id, by_wamid;
  MoveTexts() {
    for (int to = 0; to < message_state_count; ++to) {
      std::string allowed;
      for (int from = 0; from < message_state_count; ++from) {
        if (!status_may_move(static_cast<MessageState>(from), static_cast<MessageState>(to))) continue;
        allowed += (allowed.empty() ? "" : ", ") + std::to_string(from);
      }
      const bool failed = static_cast<MessageState>(to) == MessageState::failed;
      // A failure that WhatsApp told of in a status is final and has a wamid. One without was our own verdict, and a message may have been
      // cancelled after a try that did arrive: a status knows better. A linked number's receipts always do: its messages have ids from the start.
      const std::string corrects =
          failed ? "" : " OR (state IN (6, 8) AND (wamid IS NULL OR channel_id IN (SELECT id FROM channels WHERE kind = 1)))";
      const auto head = "UPDATE messages SET state = " + std::to_string(to) +
                        ", wamid = COALESCE(wamid, $3), error = " + (failed ? "COALESCE($4, error)" : "$4") +
                        ", next_attempt_at = NULL, updated_at = $5 WHERE ";
      const auto tail = " AND (state IN (" + allowed + ")" + corrects + ")";
      const auto state = static_cast<std::size_t>(to);
      const auto moved = [&](const std::string& which) {
        return "$5 || CASE WHEN EXISTS (SELECT 1 FROM messages WHERE " + which + tail +
               ") THEN ',\"moved\":true}' ELSE ',\"moved\":false}' END)";
      };
      by_id.move[state] = head + WHERRY_BY_ID + tail;
      by_wamid.move[state] = head + WHERRY_BY_WAMID + tail;
      by_id.journal[state] = WHERRY_JOURNAL_STATUS(WHERRY_BY_ID) + moved(WHERRY_BY_ID);
      by_wamid.journal[state] = WHERRY_JOURNAL_STATUS(WHERRY_BY_WAMID) + moved(WHERRY_BY_WAMID);
    }
  }
};
const MoveTexts& move_texts() {
  static const MoveTexts texts;
  return texts;
}

std::optional<MessageState> state_of(const StatusUpdate& status) {
  auto state = message_state_from(status.status);
  if (!state || *state < MessageState::sent || *state == MessageState::uncertain || *state == MessageState::cancelled) return std::nullopt;
  return state;
}

std::string status_body(const StatusUpdate& status) {
  json::object body;
  body["wamid"] = status.wamid;
  body["status"] = status.status;
  body["recipient"] = status.recipient;
  if (status.message) body["messageId"] = status.message->text();
  if (status.error) body["error"] = error_object(*status.error);
  body["raw"] = status.raw;
  auto text = json::serialize(body);
  text.pop_back();  // what the status does to the message comes after it
  return text;
}

}  // namespace

Batch inbound_batch(const NewInbound& inbound, Timestamp now) {
  Batch batch;
  const auto& message = inbound.message;
  const auto place = message.place.empty() ? std::string() : "|" + message.place;
  batch.push_back(seen("message|" + message.phone_number_id + "|" + message.wamid + place, now));
  add_contact(batch, inbound, now);
  add_message(batch, inbound, now);
  // Only of linked numbers.
  if (!message.place.empty()) batch.push_back({insert_entry, {value_of(inbound.id)}, {}});
  if (inbound.media && inbound.message.media) {
    const auto& remote = *inbound.message.media;
    batch.push_back({insert_fetch,
                     {value_of(*inbound.media), value_of(inbound.tenant), value_of(inbound.channel), value_of(inbound.id), remote.remote_id,
                      remote.mime_type, remote.sha256_base64, remote.file_name, value_of(now)},
                     {}});
  }
  return batch;
}

Batch status_batch(const NewStatus& event, Timestamp now) {
  const auto& status = event.status;
  const bool by_id = status.message.has_value();
  const Value key = by_id ? value_of(*status.message) : Value(status.wamid);
  Batch batch;
  batch.push_back(seen("status|" + status.phone_number_id + "|" + status.wamid + "|" + status.status + "|" + status.recipient, now));
  const auto to = state_of(status);
  const auto& texts = by_id ? move_texts().by_id : move_texts().by_wamid;
  const auto* idle = by_id ? journal_idle_by_id : journal_idle_by_wamid;
  batch.push_back({to ? texts.journal[static_cast<std::size_t>(*to)].c_str() : idle,
                   {key, value_of(event.channel), value_of(event.tenant), value_of(status.at), status_body(status), value_of(now)},
                   {}});
  if (to) {
    batch.push_back(
        {texts.move[static_cast<std::size_t>(*to)].c_str(),
         {key, value_of(event.channel), status.wamid, status.error ? Value(error_to_json(*status.error)) : Value(), value_of(now)},
         {}});
  }
  batch.push_back({by_id ? select_by_id : select_by_wamid, {key, value_of(event.channel)}, {}});
  return batch;
}

Batch other_batch(const NewOther& other, Timestamp now) {
  json::object body;
  body["field"] = other.event.field;
  body["raw"] = other.event.raw;
  return {journal_row(other.tenant, "channel.event", other.channel, std::nullopt, RawId{}, now, json::serialize(body))};
}

Batch linked_batch(const NewLinkedEvent& linked, Timestamp now) {
  const auto& event = linked.event;
  const bool by_key = !linked.contact_key.empty();
  Batch batch;
  batch.push_back(seen(event.kind + "|" + event.phone_number_id + "|" + event.once, now));
  batch.push_back({by_key ? journal_linked_by_key : journal_linked_by_bsuid,
                   {value_of(linked.tenant), value_of(linked.channel), by_key ? Value(linked.contact_key) : value_of(event.with.bsuid),
                    event.kind, value_of(event.at), value_of(now), event.body},
                   {}});
  return batch;
}

StoredInbound read_inbound(const BatchResult& result) {
  StoredInbound stored;
  for (const auto& statement : result) {
    if (!statement.rows.empty()) stored.conversation = to_conversation(statement.rows.front());
  }
  return stored;
}

StoredStatus read_status(const BatchResult& result) {
  StoredStatus stored;
  stored.moved = result.size() == 4 && result[2].changed > 0;
  const auto& rows = result.back().rows;
  if (!rows.empty()) stored.message = to_message(rows.front());
  return stored;
}

}  // namespace wherry::store

#include "store/contact_batches.h"

#include "base/json.h"
#include "store/message_rows.h"
#include "store/values.h"

namespace wherry::store {

namespace {

// One batch runs after the other, so that two messages of one new customer meet. Parameters: $1 the tenant, $2 the number's key or
// NULL, $3 the business-scoped user id (BSUID) or NULL, then what else is known of the customer.
//
// A customer is known by number, by BSUID, or by both. When a message carries both and each is known to a different contact, the
// BSUID-only contact is folded into the other one: its conversations move over, and one that would be the second in its channel is
// marked superseded. A BSUID belongs to one number: when it comes with another, the old contact loses it.
#define WHERRY_BY_NUMBER "(SELECT id FROM contacts WHERE contact_key = $2 AND tenant_id = $1)"
#define WHERRY_BY_BSUID_ONLY "(SELECT id FROM contacts WHERE bsuid = $3 AND tenant_id = $1 AND contact_key IS NULL)"
constexpr const char* supersede_second =
    "UPDATE conversations SET superseded = 1 WHERE contact_id = " WHERRY_BY_BSUID_ONLY
    " AND channel_id IN (SELECT channel_id FROM conversations WHERE contact_id = " WHERRY_BY_NUMBER " AND superseded = 0)";
constexpr const char* move_conversations =
    "UPDATE conversations SET contact_id = " WHERRY_BY_NUMBER " WHERE contact_id = " WHERRY_BY_BSUID_ONLY " AND EXISTS " WHERRY_BY_NUMBER;
constexpr const char* delete_folded = "DELETE FROM contacts WHERE id = " WHERRY_BY_BSUID_ONLY " AND EXISTS " WHERRY_BY_NUMBER;
constexpr const char* take_bsuid_from_others = "UPDATE contacts SET bsuid = NULL WHERE bsuid = $3 AND tenant_id = $1 AND contact_key <> $2";

constexpr const char* insert_contact =
    "INSERT INTO contacts (id, tenant_id, contact_key, wa_id, bsuid, parent_bsuid, profile_name, username, created_at) "
    "SELECT $8, $1, $2, $4, $3, $5, $6, $7, $9 "
    "WHERE NOT EXISTS (SELECT 1 FROM contacts WHERE contact_key = $2 AND tenant_id = $1) "
    "AND NOT EXISTS (SELECT 1 FROM contacts WHERE bsuid = $3 AND tenant_id = $1)";
// The second half keeps a customer who says nothing new from being written again.
#define WHERRY_COMPLETE(which)                                                                                               \
  "UPDATE contacts SET contact_key = COALESCE($2, contact_key), bsuid = COALESCE($3, bsuid), wa_id = COALESCE($4, wa_id), "  \
  "parent_bsuid = COALESCE($5, parent_bsuid), profile_name = COALESCE($6, profile_name), username = COALESCE($7, username) " \
  "WHERE tenant_id = $1 AND " which                                                                                          \
  " AND (contact_key IS DISTINCT FROM COALESCE($2, contact_key) OR bsuid IS DISTINCT FROM COALESCE($3, bsuid) "              \
  "OR wa_id IS DISTINCT FROM COALESCE($4, wa_id) OR parent_bsuid IS DISTINCT FROM COALESCE($5, parent_bsuid) "               \
  "OR profile_name IS DISTINCT FROM COALESCE($6, profile_name) OR username IS DISTINCT FROM COALESCE($7, username))"
constexpr const char* complete_by_key = WHERRY_COMPLETE("contact_key = $2");
constexpr const char* complete_by_bsuid = WHERRY_COMPLETE("bsuid = $3");

#define WHERRY_OPEN(which)                                                                                       \
  "INSERT INTO conversations (id, tenant_id, channel_id, contact_id, last_inbound_at, created_at) "              \
  "SELECT $3, $1, $4, c.id, $5, $6 FROM contacts c WHERE c.tenant_id = $1 AND " which                            \
  " ON CONFLICT (channel_id, contact_id) WHERE superseded = 0 DO UPDATE SET last_inbound_at = "                  \
  "CASE WHEN conversations.last_inbound_at IS NULL OR excluded.last_inbound_at > conversations.last_inbound_at " \
  "THEN excluded.last_inbound_at ELSE conversations.last_inbound_at END"
constexpr const char* open_by_key = WHERRY_OPEN("c.contact_key = $2");
constexpr const char* open_by_bsuid = WHERRY_OPEN("c.bsuid = $2");

#define WHERRY_KEEP(which)                                                                                                        \
  "INSERT INTO inbound_messages (id, tenant_id, channel_id, conversation_id, wamid, type, body, media_id, raw, at, received_at, " \
  "reply_to) "                                                                                                                    \
  "VALUES ($4, $1, $3, (SELECT v.id FROM contacts c JOIN conversations v ON v.contact_id = c.id AND v.channel_id = $3 "           \
  "AND v.superseded = 0 WHERE c.tenant_id = $1 AND " which "), $5, $6, $7, $8, $9, $10, $11, $12)"
constexpr const char* keep_by_key = WHERRY_KEEP("c.contact_key = $2");
constexpr const char* keep_by_bsuid = WHERRY_KEEP("c.bsuid = $2");

constexpr const char* insert_received =
    "INSERT INTO journal (tenant_id, sequence, kind, channel_id, conversation_id, subject, at, recorded_at, body) "
    "SELECT m.tenant_id, " WHERRY_NEXT_SEQUENCE("m.tenant_id") ", 'message.received', m.channel_id, m.conversation_id, m.id, m.at, m.received_at, $2 "
    "FROM inbound_messages m WHERE m.id = $1";
constexpr const char* select_conversation_of =
    "SELECT " WHERRY_CONVERSATION_COLUMNS
    " FROM inbound_messages m JOIN conversations v ON v.id = m.conversation_id JOIN contacts c ON c.id = v.contact_id WHERE m.id = $1";

#define WHERRY_SELECT(which)                                                                                 \
  "SELECT " WHERRY_CONVERSATION_COLUMNS                                                                      \
  " FROM contacts c JOIN conversations v ON v.contact_id = c.id AND v.channel_id = $3 AND v.superseded = 0 " \
  "WHERE c.tenant_id = $1 AND " which
constexpr const char* select_by_key = WHERRY_SELECT("c.contact_key = $2");
constexpr const char* select_by_bsuid = WHERRY_SELECT("c.bsuid = $2");

// In the order of insert_contact's parameters.
std::vector<Value> identity_values(TenantId tenant, const std::string& key, const ContactIdentity& who, Timestamp now) {
  return {value_of(tenant),
          key.empty() ? Value() : Value(key),
          value_of(who.bsuid),
          who.wa_id ? Value(who.wa_id->digits) : Value(),
          value_of(who.parent_bsuid),
          value_of(who.profile_name),
          value_of(who.username),
          value_of(ContactId::make(now)),
          value_of(now)};
}

std::string received_body(const NewInbound& inbound) {
  json::object body;
  body["messageId"] = inbound.id.text();
  body["wamid"] = inbound.message.wamid;
  body["type"] = inbound.message.type;
  if (inbound.media) body["mediaId"] = inbound.media->text();
  return json::serialize(body);
}

}  // namespace

void add_contact(Batch& batch, const NewInbound& inbound, Timestamp now) {
  const auto& from = inbound.message.from;
  const Value tenant = value_of(inbound.tenant);
  const Value key = inbound.contact_key.empty() ? Value() : Value(inbound.contact_key);
  const Value bsuid = value_of(from.bsuid);
  if (!inbound.contact_key.empty() && from.bsuid) {
    for (const auto* sql : {supersede_second, move_conversations, delete_folded, take_bsuid_from_others}) {
      batch.push_back({sql, {tenant, key, bsuid}, {}});
    }
  }
  const auto identity = identity_values(inbound.tenant, inbound.contact_key, from, now);
  batch.push_back({insert_contact, identity, {}});
  if (from.bsuid) batch.push_back({complete_by_bsuid, identity, {}});
  if (!inbound.contact_key.empty()) batch.push_back({complete_by_key, identity, {}});
}

void add_message(Batch& batch, const NewInbound& inbound, Timestamp now) {
  const bool by_key = !inbound.contact_key.empty();
  const auto& message = inbound.message;
  const Value tenant = value_of(inbound.tenant);
  const Value channel = value_of(inbound.channel);
  const Value who = by_key ? Value(inbound.contact_key) : value_of(message.from.bsuid);
  batch.push_back({by_key ? open_by_key : open_by_bsuid,
                   {tenant, who, value_of(ConversationId::make(now)), channel, value_of(message.at), value_of(now)},
                   1});
  batch.push_back({by_key ? keep_by_key : keep_by_bsuid,
                   {tenant, who, channel, value_of(inbound.id), message.wamid, message.type, message.text,
                    inbound.media ? value_of(*inbound.media) : Value(), message.raw, value_of(message.at), value_of(now),
                    message.reply_to.empty() ? Value() : Value(message.reply_to)},
                   {}});
  batch.push_back({insert_received, {value_of(inbound.id), received_body(inbound)}, 1});
  batch.push_back({select_conversation_of, {value_of(inbound.id)}, 1});
}

Statement find_conversation_by_key(TenantId tenant, ChannelId channel, std::string key) {
  return {select_by_key, {value_of(tenant), std::move(key), value_of(channel)}, {}};
}

Statement find_conversation_of(TenantId tenant, ChannelId channel, const ContactIdentity& who) {
  if (who.wa_id) return find_conversation_by_key(tenant, channel, contact_key(*who.wa_id));
  return {select_by_bsuid, {value_of(tenant), value_of(who.bsuid), value_of(channel)}, {}};
}

Batch open_conversation_batch(TenantId tenant, ChannelId channel, const ContactIdentity& who, Timestamp now) {
  const auto key = who.wa_id ? contact_key(*who.wa_id) : std::string();
  const Value known_by = who.wa_id ? Value(key) : value_of(who.bsuid);
  Batch batch;
  batch.push_back({insert_contact, identity_values(tenant, key, who, now), {}});
  batch.push_back({who.wa_id ? open_by_key : open_by_bsuid,
                   {value_of(tenant), known_by, value_of(ConversationId::make(now)), value_of(channel), Value(), value_of(now)},
                   1});
  batch.push_back(find_conversation_of(tenant, channel, who));
  batch.back().expect_rows = 1;
  return batch;
}

}  // namespace wherry::store

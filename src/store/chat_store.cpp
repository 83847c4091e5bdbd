#include "store/chat_store.h"

#include "domain/jid.h"
#include "store/like_pattern.h"
#include "store/time_ids.h"
#include "store/values.h"

namespace wherry::store {

namespace {

// $1 the channel, $2 no id at all: what is before every other. The newest message, and what came in since the chat was last read or cleared.
#define WHERRY_CHATS(conversations)                                                                                             \
  "SELECT v.id, v.channel_id, c.wa_id, c.bsuid, c.profile_name, v.created_at, COALESCE(f.archived, 0), COALESCE(f.pinned, 0), " \
  "f.muted_until, COALESCE(f.cleared_at, 0), "                                                                                  \
  "(SELECT e.at FROM chat_entries e WHERE e.conversation_id = v.id ORDER BY e.message_id DESC LIMIT 1), "                       \
  "(SELECT COUNT(*) FROM chat_entries e WHERE e.conversation_id = v.id AND e.message_id > COALESCE(f.read_id, $2) "             \
  "AND e.message_id > COALESCE(f.cleared_id, $2) AND e.inbound = 1), "                                                          \
  "(SELECT MAX(k.name) FROM linked_contacts k WHERE k.channel_id = v.channel_id AND k.contact_key = c.contact_key), "           \
  "(SELECT g.subject FROM linked_groups g WHERE g.channel_id = v.channel_id AND g.jid = c.bsuid), v.tenant_id "                 \
  "FROM (" conversations ") v JOIN contacts c ON c.id = v.contact_id LEFT JOIN linked_chats f ON f.conversation_id = v.id "
#define WHERRY_OF_NUMBER                                                                                                         \
  "SELECT v.* FROM conversations v JOIN contacts c ON c.id = v.contact_id LEFT JOIN linked_chats f ON f.conversation_id = v.id " \
  "WHERE v.channel_id = $1 AND v.superseded = 0 "
// The page is chosen before anything is looked up for its chats.
constexpr const char* select_page =
    WHERRY_CHATS(WHERRY_OF_NUMBER
                 "AND ($3 IS NULL OR v.id < $3) AND ($5 = '' OR c.profile_name LIKE $5 OR c.wa_id LIKE $5 OR c.bsuid LIKE $5) "
                 "AND ($6 = 0 OR ($6 = 2 AND c.bsuid LIKE '%@g.us') OR ($6 = 1 AND (c.bsuid IS NULL OR c.bsuid NOT LIKE '%@g.us'))) "
                 "AND (f.cleared_id IS NULL OR EXISTS "
                 "(SELECT 1 FROM chat_entries e WHERE e.conversation_id = v.id AND e.message_id > f.cleared_id)) "
                 "ORDER BY v.id DESC LIMIT $4") "ORDER BY v.id DESC";
constexpr const char* select_one =
    WHERRY_CHATS(WHERRY_OF_NUMBER "AND ((c.contact_key IS NOT NULL AND c.contact_key = $3) OR c.bsuid = $4)");
constexpr std::uint8_t last_of_its_time = 0xff;

constexpr const char* insert_mark =
    "INSERT INTO linked_marks (conversation_id, message_id, by_whom, text, revoked) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (conversation_id, message_id, by_whom) DO UPDATE SET text = COALESCE(excluded.text, linked_marks.text), "
    "revoked = CASE WHEN excluded.revoked = 1 THEN 1 ELSE linked_marks.revoked END";
constexpr std::size_t most_ids = 50;
constexpr const char* select_marks =
    "SELECT message_id, by_whom, text, revoked FROM linked_marks WHERE conversation_id = $1 AND message_id IN ("
    "$2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, "
    "$26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, "
    "$48, $49, $50, $51"
    ")";
constexpr const char* insert_own =
    "INSERT INTO linked_own (id, tenant_id, channel_id, conversation_id, wamid, type, body, reply_to, raw, at) "
    "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 "
    "WHERE NOT EXISTS (SELECT 1 FROM linked_own WHERE conversation_id = $4 AND wamid = $5)";
constexpr const char* insert_own_entry =
    "INSERT INTO chat_entries (conversation_id, message_id, inbound, at) SELECT conversation_id, id, 0, at FROM linked_own WHERE id = $1";
// Columns that are NULL here stay what they are; $7 = 1: muted_until is to be what it is here.
constexpr const char* upsert =
    "INSERT INTO linked_chats (conversation_id, archived, pinned, muted_until, read_at, cleared_at, read_id, cleared_id) "
    "VALUES ($1, COALESCE($2, 0), COALESCE($3, 0), $4, COALESCE($5, 0), COALESCE($6, 0), $8, $9) "
    "ON CONFLICT (conversation_id) DO UPDATE SET archived = COALESCE($2, linked_chats.archived), "
    "pinned = COALESCE($3, linked_chats.pinned), "
    "muted_until = CASE WHEN $7 = 1 THEN $4 ELSE linked_chats.muted_until END, "
    "read_at = COALESCE($5, linked_chats.read_at), cleared_at = COALESCE($6, linked_chats.cleared_at), "
    "read_id = COALESCE($8, linked_chats.read_id), cleared_id = COALESCE($9, linked_chats.cleared_id)";

Chat to_chat(const Row& row) {
  Chat chat;
  chat.conversation = as_id<ConversationId>(row[0]);
  chat.channel = as_id<ChannelId>(row[1]);
  chat.tenant = as_id<TenantId>(row[14]);
  if (auto digits = as_optional_text(row[2])) chat.with.wa_id = WaId{std::move(*digits)};
  chat.with.bsuid = as_optional_text(row[3]);
  chat.with.profile_name = as_optional_text(row[4]);
  chat.created_at = as_time(row[5]);
  chat.archived = as_int(row[6]) != 0;
  chat.pinned = as_int(row[7]) != 0;
  chat.muted_until = as_optional_time(row[8]);
  chat.cleared_at = as_time(row[9]);
  const auto last = as_optional_time(row[10]);
  if (last && *last > chat.cleared_at) chat.last_message_at = last;
  chat.unread = static_cast<std::uint32_t>(as_int(row[11]));
  chat.name = as_optional_text(row[12]);
  if (!chat.name) chat.name = as_optional_text(row[13]);
  return chat;
}

Value last_id(const std::optional<Timestamp>& at) { return at ? value_of(id_at(*at, last_of_its_time)) : Value(); }

Value flag(const std::optional<bool>& value) { return value ? number(*value ? 1 : 0) : Value(); }

}  // namespace

Task<Result<std::vector<Chat>>> SqlChatStore::list(Page page) {
  Statement statement{select_page,
                      {value_of(page.channel), Bytes(), page.after ? value_of(*page.after) : Value(), number(page.limit),
                       like_pattern(page.search), number(static_cast<std::uint64_t>(page.which))},
                      {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, to_chat);
}

Task<Result<std::optional<Chat>>> SqlChatStore::find(ChannelId channel, std::string address) {
  const auto jid = Jid::parse(address);
  const auto number = jid ? jid->number() : std::nullopt;
  Statement statement{select_one, {value_of(channel), Bytes(), number ? Value(contact_key(*number)) : Value(), std::move(address)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return first_row(rows, to_chat);
}

Task<Result<void>> SqlChatStore::change(ConversationId conversation, ChatChange change) {
  const auto muted = change.muted_until.value_or(std::nullopt);
  Batch batch;
  batch.push_back({upsert,
                   {value_of(conversation), flag(change.archived), flag(change.pinned), value_of(muted), value_of(change.read_at),
                    value_of(change.cleared_at), number(change.muted_until ? 1 : 0), last_id(change.read_at), last_id(change.cleared_at)},
                   1});
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  co_return Result<void>();
}

Task<Result<void>> SqlChatStore::mark(ConversationId conversation, MessageMark mark) {
  Batch batch{{insert_mark, {value_of(conversation), mark.message_id, mark.by, value_of(mark.text), number(mark.revoked ? 1 : 0)}, {}}};
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  co_return Result<void>();
}

Task<Result<std::vector<MessageMark>>> SqlChatStore::marks(ConversationId conversation, std::vector<std::string> message_ids) {
  message_ids.resize(most_ids);
  Statement statement{select_marks, {value_of(conversation)}, {}};
  for (auto& id : message_ids) statement.params.emplace_back(std::move(id));
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(
      rows, [](const Row& row) { return MessageMark{as_text(row[0]), as_text(row[1]), as_optional_text(row[2]), as_int(row[3]) != 0}; });
}

Task<Result<void>> SqlChatStore::keep_own(ConversationId conversation, OwnMessage message) {
  Batch batch{
      {insert_own,
       {value_of(message.id), value_of(message.tenant), value_of(message.channel), value_of(conversation), message.wamid, message.type,
        message.text, message.reply_to.empty() ? Value() : Value(message.reply_to), message.raw, value_of(message.at)},
       {}}};
  batch.push_back({insert_own_entry, {value_of(message.id)}, {}});
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  co_return Result<void>();
}

}  // namespace wherry::store

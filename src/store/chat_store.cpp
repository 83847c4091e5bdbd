#include "store/chat_store.h"

#include "domain/jid.h"
#include "store/values.h"

namespace wherry::store {

namespace {

// The newest message of either direction, and what came in since it was last read or cleared.
#define WHERRY_CHATS                                                                                                            \
  "SELECT v.id, v.channel_id, c.wa_id, c.bsuid, c.profile_name, v.created_at, COALESCE(f.archived, 0), COALESCE(f.pinned, 0), " \
  "f.muted_until, COALESCE(f.cleared_at, 0), "                                                                                  \
  "(SELECT MAX(m.created_at) FROM messages m WHERE m.conversation_id = v.id), "                                                 \
  "(SELECT MAX(i.received_at) FROM inbound_messages i WHERE i.conversation_id = v.id), "                                        \
  "(SELECT COUNT(*) FROM inbound_messages i WHERE i.conversation_id = v.id AND i.received_at > COALESCE(f.read_at, 0) "         \
  "AND i.received_at > COALESCE(f.cleared_at, 0)) "                                                                             \
  "FROM conversations v JOIN contacts c ON c.id = v.contact_id LEFT JOIN linked_chats f ON f.conversation_id = v.id "           \
  "WHERE v.channel_id = $1 AND v.superseded = 0 "
constexpr const char* select_page = WHERRY_CHATS
    "AND ($2 IS NULL OR v.id < $2) AND ($4 = '' OR c.profile_name LIKE $4 OR c.wa_id LIKE $4 OR c.bsuid LIKE $4) "
    "AND ($5 = 0 OR ($5 = 2 AND c.bsuid LIKE '%@g.us') OR ($5 = 1 AND (c.bsuid IS NULL OR c.bsuid NOT LIKE '%@g.us'))) "
    "AND (f.cleared_at IS NULL OR EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = v.id AND m.created_at > f.cleared_at) "
    "OR EXISTS (SELECT 1 FROM inbound_messages i WHERE i.conversation_id = v.id AND i.received_at > f.cleared_at)) "
    "ORDER BY v.id DESC LIMIT $3";
constexpr const char* select_one = WHERRY_CHATS "AND ((c.contact_key IS NOT NULL AND c.contact_key = $2) OR c.bsuid = $3)";
// Columns that are NULL here stay what they are; $7 = 1: muted_until is to be what it is here.
constexpr const char* upsert =
    "INSERT INTO linked_chats (conversation_id, archived, pinned, muted_until, read_at, cleared_at) "
    "VALUES ($1, COALESCE($2, 0), COALESCE($3, 0), $4, COALESCE($5, 0), COALESCE($6, 0)) "
    "ON CONFLICT (conversation_id) DO UPDATE SET archived = COALESCE($2, linked_chats.archived), "
    "pinned = COALESCE($3, linked_chats.pinned), "
    "muted_until = CASE WHEN $7 = 1 THEN $4 ELSE linked_chats.muted_until END, "
    "read_at = COALESCE($5, linked_chats.read_at), cleared_at = COALESCE($6, linked_chats.cleared_at)";

Chat to_chat(const Row& row) {
  Chat chat;
  chat.conversation = as_id<ConversationId>(row[0]);
  chat.channel = as_id<ChannelId>(row[1]);
  if (auto digits = as_optional_text(row[2])) chat.with.wa_id = WaId{std::move(*digits)};
  chat.with.bsuid = as_optional_text(row[3]);
  chat.with.profile_name = as_optional_text(row[4]);
  chat.created_at = as_time(row[5]);
  chat.archived = as_int(row[6]) != 0;
  chat.pinned = as_int(row[7]) != 0;
  chat.muted_until = as_optional_time(row[8]);
  chat.cleared_at = as_time(row[9]);
  for (const auto& column : {row[10], row[11]}) {
    const auto at = as_optional_time(column);
    if (at && *at > chat.cleared_at && (!chat.last_message_at || *at > *chat.last_message_at)) chat.last_message_at = at;
  }
  chat.unread = static_cast<std::uint32_t>(as_int(row[12]));
  return chat;
}

// What LIKE gives a meaning to is left out: it cannot be searched for.
std::string pattern(std::string_view search) {
  if (search.empty()) return {};
  std::string text = "%";
  for (const char c : search) {
    if (c != '%' && c != '_') text.push_back(c);
  }
  return text + "%";
}

Value flag(const std::optional<bool>& value) { return value ? number(*value ? 1 : 0) : Value(); }

}  // namespace

Task<Result<std::vector<Chat>>> SqlChatStore::list(Page page) {
  Statement statement{select_page,
                      {value_of(page.channel), page.after ? value_of(*page.after) : Value(), number(page.limit), pattern(page.search),
                       number(static_cast<std::uint64_t>(page.which))},
                      {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, to_chat);
}

Task<Result<std::optional<Chat>>> SqlChatStore::find(ChannelId channel, std::string address) {
  const auto jid = Jid::parse(address);
  const auto number = jid ? jid->number() : std::nullopt;
  Statement statement{select_one, {value_of(channel), number ? Value(contact_key(*number)) : Value(), std::move(address)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return first_row(rows, to_chat);
}

Task<Result<void>> SqlChatStore::change(ConversationId conversation, ChatChange change) {
  const auto muted = change.muted_until.value_or(std::nullopt);
  Batch batch;
  batch.push_back({upsert,
                   {value_of(conversation), flag(change.archived), flag(change.pinned), value_of(muted), value_of(change.read_at),
                    value_of(change.cleared_at), number(change.muted_until ? 1 : 0)},
                   1});
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  co_return Result<void>();
}

}  // namespace wherry::store

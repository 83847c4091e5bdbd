#include "store/message_history.h"

#include "store/message_rows.h"
#include "store/time_ids.h"
#include "store/values.h"

namespace wherry::store {

namespace {

// The tables under one set of columns: an inbound message has no content, state and error, an outbound one no type, text and file. What was
// written on a linked phone is outbound, and looks like an inbound one.
#define WHERRY_OUTBOUND \
  "SELECT 0, id, channel_id, conversation_id, wamid, created_at, content, state, error, '', '', NULL, reply_to, '' FROM messages m "
#define WHERRY_INBOUND \
  "SELECT 1, id, channel_id, conversation_id, wamid, received_at, '', 0, '', type, body, media_id, reply_to, raw FROM inbound_messages m "
#define WHERRY_BY_PHONE \
  "SELECT 2, id, channel_id, conversation_id, wamid, at, '', 0, '', type, body, NULL, reply_to, raw FROM linked_own m "
// $1 tenant, $2 and $3 first and last id, $4 direction, $5 conversation, $6 channel and $7 contact_key of a party; NULL for any.
#define WHERRY_MATCHES(direction)                                                                                               \
  "WHERE m.tenant_id = $1 AND m.id >= $2 AND m.id <= $3 AND ($4 IS NULL OR $4 = " direction                                     \
  ") AND ($5 IS NULL OR m.conversation_id = $5) AND (($6 IS NULL AND $7 IS NULL) OR m.channel_id = $6 OR m.conversation_id IN " \
  "(SELECT v.id FROM conversations v JOIN contacts c ON c.id = v.contact_id WHERE c.contact_key = $7 AND c.tenant_id = $1)) "
#define WHERRY_WITH_CONTACT(rows)                              \
  "SELECT h.*, c.wa_id, c.bsuid, c.profile_name FROM (" rows   \
  ") h LEFT JOIN conversations v ON v.id = h.conversation_id " \
  "LEFT JOIN contacts c ON c.id = v.contact_id "

constexpr const char* select_page = WHERRY_WITH_CONTACT(WHERRY_OUTBOUND WHERRY_MATCHES("0") "UNION ALL " WHERRY_BY_PHONE WHERRY_MATCHES(
    "0") "UNION ALL " WHERRY_INBOUND WHERRY_MATCHES("1") "ORDER BY 2 DESC LIMIT $8 OFFSET $9") "ORDER BY 2 DESC";
constexpr const char* select_total =
    "SELECT (SELECT COUNT(*) FROM messages m " WHERRY_MATCHES("0") ") + (SELECT COUNT(*) FROM linked_own m " WHERRY_MATCHES(
        "0") ") + (SELECT COUNT(*) FROM inbound_messages m " WHERRY_MATCHES("1") ")";
constexpr const char* select_by_id =
    WHERRY_WITH_CONTACT(WHERRY_OUTBOUND "WHERE id = $2 AND tenant_id = $1 UNION ALL " WHERRY_BY_PHONE
                                        "WHERE id = $2 AND tenant_id = $1 UNION ALL " WHERRY_INBOUND "WHERE id = $2 AND tenant_id = $1");
// $2 the chat, $3 and $4 the first and last id, $5 how many.
#define WHERRY_SAID                                                                                                                  \
  "WHERE m.tenant_id = $1 AND m.id IN (SELECT e.message_id FROM chat_entries e WHERE e.conversation_id = $2 AND e.message_id >= $3 " \
  "AND e.message_id <= $4 ORDER BY e.message_id DESC LIMIT $5) "
constexpr const char* select_chat = WHERRY_WITH_CONTACT(
    WHERRY_OUTBOUND WHERRY_SAID "UNION ALL " WHERRY_BY_PHONE WHERRY_SAID "UNION ALL " WHERRY_INBOUND WHERRY_SAID) "ORDER BY 2 DESC";
constexpr const char* select_by_wamid = WHERRY_WITH_CONTACT(WHERRY_OUTBOUND "WHERE wamid = $2 AND tenant_id = $1");

MessageId last_of(const HistoryFilter& filter) {
  constexpr std::uint8_t greatest = 0xff;
  const auto last = id_at(filter.until.value_or(from_unix_millis((1LL << 48) - 1)), greatest);
  return filter.before ? std::min(last, just_before(*filter.before)) : last;
}

HistoryItem to_item(const Row& row) {
  HistoryItem item;
  item.direction = as_int(row[0]) == 1 ? HistoryItem::Direction::inbound : HistoryItem::Direction::outbound;
  item.by_phone = as_int(row[0]) == 2;
  item.id = as_id<MessageId>(row[1]);
  item.channel = as_id<ChannelId>(row[2]);
  item.conversation = as_id<ConversationId>(row[3]);
  item.wamid = as_text(row[4]);
  item.at = as_time(row[5]);
  if (auto content = content_from_json(as_text(row[6]))) item.content = std::move(*content);
  item.state = static_cast<MessageState>(as_int(row[7]));
  item.error = error_from_json(as_text(row[8]));
  item.type = as_text(row[9]);
  item.text = as_text(row[10]);
  if (std::holds_alternative<Bytes>(row[11])) item.media = MediaId{as_raw_id(row[11])};
  item.reply_to = as_text(row[12]);
  item.raw = as_text(row[13]);
  if (auto digits = as_optional_text(row[14])) item.contact.wa_id = WaId{std::move(*digits)};
  item.contact.bsuid = as_optional_text(row[15]);
  item.contact.profile_name = as_optional_text(row[16]);
  return item;
}

std::vector<Value> params_of(const HistoryFilter& filter) {
  constexpr std::uint8_t first = 0;
  const auto& party = filter.party;
  return {value_of(filter.tenant),
          value_of(filter.since ? id_at(*filter.since, first) : MessageId{}),
          value_of(last_of(filter)),
          filter.direction ? number(*filter.direction == HistoryItem::Direction::inbound ? 1 : 0) : Value(),
          filter.conversation ? value_of(*filter.conversation) : Value(),
          party ? (party->channel ? value_of(*party->channel) : Value(Bytes())) : Value(),
          party ? Value(party->contact_key) : Value()};
}

}  // namespace

Task<Result<HistoryPage>> SqlMessageHistory::list(HistoryFilter filter) {
  Statement counting{select_total, params_of(filter), {}};
  Statement reading{select_page, params_of(filter), {}};
  reading.params.push_back(number(filter.limit));
  reading.params.push_back(number(filter.offset));
  CO_TRY(auto total, co_await database_.query(std::move(counting)));
  CO_TRY(auto rows, co_await database_.query(std::move(reading)));
  HistoryPage page;
  page.items = map_rows(rows, to_item);
  page.total = static_cast<std::uint64_t>(as_int(total.front().front()));
  co_return page;
}

Task<Result<std::vector<HistoryItem>>> SqlMessageHistory::chat(ChatFilter filter) {
  HistoryFilter range;
  range.before = filter.before;
  constexpr std::uint8_t first = 0;
  const auto since = filter.since ? id_at(*filter.since, first) : MessageId{};
  Statement statement{
      select_chat,
      {value_of(filter.tenant), value_of(filter.conversation), value_of(since), value_of(last_of(range)), number(filter.limit)},
      {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, to_item);
}

Task<Result<std::optional<HistoryItem>>> SqlMessageHistory::first(Statement statement) {
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return first_row(rows, to_item);
}

Task<Result<std::optional<HistoryItem>>> SqlMessageHistory::find(TenantId tenant, MessageId id) {
  Statement statement{select_by_id, {value_of(tenant), value_of(id)}, {}};
  co_return co_await first(std::move(statement));
}

Task<Result<std::optional<HistoryItem>>> SqlMessageHistory::find_sent(TenantId tenant, std::string wamid) {
  Statement statement{select_by_wamid, {value_of(tenant), std::move(wamid)}, {}};
  co_return co_await first(std::move(statement));
}

}  // namespace wherry::store

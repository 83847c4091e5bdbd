#include "store/journal_store.h"

#include "store/values.h"

namespace wherry::store {

namespace {

constexpr const char* select_items =
    "SELECT j.sequence, j.kind, j.channel_id, j.conversation_id, j.subject, j.at, j.body, "
    "m.wamid, m.type, m.body, m.raw, m.at, m.media_id, c.wa_id, c.bsuid, c.parent_bsuid, c.profile_name, c.username, "
    "f.available, COALESCE(f.mime_type, p.mime_type), COALESCE(f.file_name, p.file_name), f.size, "
    "CASE WHEN j.kind = 'message.received' THEN (SELECT o.client_data FROM messages o WHERE o.conversation_id = j.conversation_id "
    "AND o.client_data IS NOT NULL AND o.id < j.subject AND (o.wamid IS NOT NULL OR o.state IN (1, 7)) ORDER BY o.id DESC LIMIT 1) "
    "ELSE (SELECT o.client_data FROM messages o WHERE o.id = j.subject) END, m.reply_to, r.id, r.client_data, j.recorded_at "
    "FROM journal j LEFT JOIN inbound_messages m ON j.kind = 'message.received' AND m.id = j.subject "
    "LEFT JOIN conversations v ON v.id = j.conversation_id LEFT JOIN contacts c ON c.id = v.contact_id "
    "LEFT JOIN media f ON f.id = m.media_id LEFT JOIN pending_fetches p ON p.media_id = m.media_id "
    "LEFT JOIN messages r ON r.wamid = m.reply_to AND r.tenant_id = j.tenant_id "
    "WHERE j.tenant_id = $1 AND j.sequence > $2 AND ($4 = '' OR j.kind = $4) ORDER BY j.sequence LIMIT $3";
constexpr const char* select_last = "SELECT COALESCE(MAX(sequence), 0) FROM journal WHERE tenant_id = $1";

bool is_null(const Value& value) { return std::holds_alternative<std::monostate>(value); }

InboundView::File file_state(const Row& row) {
  if (is_null(row[12])) return InboundView::File::none;
  if (!is_null(row[18])) return as_int(row[18]) != 0 ? InboundView::File::available : InboundView::File::unavailable;
  return is_null(row[19]) ? InboundView::File::unavailable : InboundView::File::pending;  // its row may be past its tombstone
}

ContactIdentity to_identity(const Row& row) {
  ContactIdentity who;
  if (auto digits = as_optional_text(row[13])) who.wa_id = WaId{std::move(*digits)};
  who.bsuid = as_optional_text(row[14]);
  who.parent_bsuid = as_optional_text(row[15]);
  who.profile_name = as_optional_text(row[16]);
  who.username = as_optional_text(row[17]);
  return who;
}

InboundView to_inbound(const Row& row) {
  InboundView view;
  view.id = as_id<MessageId>(row[4]);
  view.wamid = as_text(row[7]);
  view.type = as_text(row[8]);
  view.text = as_text(row[9]);
  view.raw = as_text(row[10]);
  view.at = as_time(row[11]);
  view.from = to_identity(row);
  view.reply_to = as_text(row[23]);
  if (!is_null(row[24])) view.answered = AnsweredMessage{as_id<MessageId>(row[24]), as_text(row[25])};
  view.file = file_state(row);
  if (view.file == InboundView::File::none) return view;
  view.media = MediaId{as_raw_id(row[12])};
  view.mime_type = as_text(row[19]);
  view.file_name = as_text(row[20]);
  if (view.file == InboundView::File::available) view.file_size = static_cast<std::uint64_t>(as_int(row[21]));
  return view;
}

}  // namespace

/// An empty `kind` is any.
Task<Result<std::vector<JournalItem>>> SqlJournalStore::read_kind(TenantId tenant, std::uint64_t after, std::uint32_t limit,
                                                                  std::string kind) {
  Statement statement{select_items, {value_of(tenant), number(after), number(limit), std::move(kind)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  std::vector<JournalItem> items;
  items.reserve(rows.size());
  for (const auto& row : rows) {
    JournalItem item;
    item.event.sequence = static_cast<std::uint64_t>(as_int(row[0]));
    item.event.tenant = tenant;
    item.event.kind = as_text(row[1]);
    if (!is_null(row[2])) item.event.channel = as_id<ChannelId>(row[2]);
    if (!is_null(row[3])) item.event.conversation = as_id<ConversationId>(row[3]);
    item.event.subject = as_raw_id(row[4]);
    item.event.at = as_time(row[5]);
    item.event.recorded_at = as_time(row[26]);
    item.event.body = as_text(row[6]);
    if (!is_null(row[7])) item.inbound = to_inbound(row);
    item.client_data = as_text(row[22]);
    item.with = to_identity(row);
    items.push_back(std::move(item));
  }
  co_return items;
}

Task<Result<std::vector<JournalItem>>> SqlJournalStore::read(TenantId tenant, std::uint64_t after, std::uint32_t limit) {
  co_return co_await read_kind(tenant, after, limit, std::string());
}

Task<Result<ReceivedPage>> SqlJournalStore::read_received(TenantId tenant, std::uint64_t after, std::uint32_t limit) {
  CO_TRY(const auto newest, co_await last(tenant));  // before the rows: what comes between the two queries is in the next page
  CO_TRY(auto items, co_await read_kind(tenant, after, limit, "message.received"));
  const auto last_item = items.empty() ? after : items.back().event.sequence;
  const auto read_to = items.size() < limit ? std::max(newest, last_item) : last_item;
  co_return ReceivedPage{std::move(items), read_to};
}

Task<Result<std::uint64_t>> SqlJournalStore::last(TenantId tenant) {
  Statement statement{select_last, {value_of(tenant)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return rows.empty() ? 0 : static_cast<std::uint64_t>(as_int(rows.front().front()));
}

}  // namespace wherry::store

#include "store/session_store.h"

#include "store/message_rows.h"
#include "store/values.h"

namespace wherry::store {

namespace {

constexpr const char* insert_session =
    "INSERT INTO linked_sessions (channel_id, auto_read, presence_typing, wanted, state, reason, detail, code, created_at, updated_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)";
constexpr const char* select_sessions =
    "SELECT s.channel_id, c.tenant_id, s.auto_read, s.presence_typing, s.wanted, s.state, s.reason, "
    "s.detail, s.code, s.ends_at, s.next_retry, s.jid, s.lid, s.push_name, s.platform, s.key_format, s.restricted_until, "
    "s.last_connected_at, s.created_at, s.updated_at FROM linked_sessions s JOIN channels c ON c.id = s.channel_id "
    "WHERE c.removed_at IS NULL ORDER BY s.channel_id";
constexpr const char* delete_keys = "DELETE FROM linked_keys WHERE channel_id = $1";
constexpr const char* delete_bytes = "DELETE FROM linked_bytes WHERE channel_id = $1";
constexpr const char* delete_sends = "DELETE FROM linked_sends WHERE channel_id = $1";
constexpr const char* delete_members = "DELETE FROM linked_members WHERE channel_id = $1";
constexpr const char* delete_groups = "DELETE FROM linked_groups WHERE channel_id = $1";
constexpr const char* delete_contacts = "DELETE FROM linked_contacts WHERE channel_id = $1";
constexpr const char* delete_session = "DELETE FROM linked_sessions WHERE channel_id = $1";
constexpr const char* update_settings =
    "UPDATE linked_sessions SET auto_read = $2, presence_typing = $3, updated_at = $4 WHERE channel_id = $1";
constexpr const char* update_wanted = "UPDATE linked_sessions SET wanted = $2, updated_at = $3 WHERE channel_id = $1";
constexpr const char* update_state =
    "UPDATE linked_sessions SET state = $2, reason = $3, detail = $4, code = $5, ends_at = $6, next_retry = $7, updated_at = $8, "
    "last_connected_at = CASE WHEN $2 = 'working' THEN $8 ELSE last_connected_at END WHERE channel_id = $1";
constexpr const char* update_number =
    "UPDATE linked_sessions SET jid = $2, lid = $3, push_name = $4, platform = $5, updated_at = $6 WHERE channel_id = $1";
constexpr const char* update_restricted = "UPDATE linked_sessions SET restricted_until = $2, updated_at = $3 WHERE channel_id = $1";
constexpr const char* take_session =
    "UPDATE linked_sessions SET owner = $2, owned_until = $4 WHERE channel_id = $1 AND (owner IN ('', $2) OR owned_until < $3)";
constexpr const char* renew_sessions = "UPDATE linked_sessions SET owned_until = $2 WHERE owner = $1 RETURNING channel_id";
constexpr const char* release_session = "UPDATE linked_sessions SET owner = '', owned_until = NULL WHERE channel_id = $1 AND owner = $2";
constexpr const char* forget_number =
    "UPDATE linked_sessions SET jid = NULL, lid = NULL, key_format = '', updated_at = $3 WHERE channel_id = $1 AND ($2 = '' OR owner = $2)";

Value flag(bool on) { return number(on ? 1 : 0); }

std::optional<linked::Pairing> as_number(const Row& row) {
  auto jid = Jid::parse(as_text(row[11]));
  if (!jid) return std::nullopt;
  return linked::Pairing{std::move(*jid), Jid::parse(as_text(row[12])), as_text(row[13]), as_text(row[14])};
}

LinkedSession to_session(const Row& row) {
  LinkedSession session;
  session.channel = as_id<ChannelId>(row[0]);
  session.tenant = as_id<TenantId>(row[1]);
  session.settings = {as_int(row[2]) != 0, as_int(row[3]) != 0};
  session.wanted = as_int(row[4]) != 0;
  session.state.state = linked::state_from(as_text(row[5])).value_or(linked::State::stopped);
  session.state.reason = linked::reason_from(as_text(row[6]));
  session.state.detail = as_text(row[7]);
  session.state.code = static_cast<int>(as_int(row[8]));
  session.state.until = as_optional_time(row[9]);
  session.state.next_retry = as_optional_time(row[10]);
  session.linked_to = as_number(row);
  session.key_format = as_text(row[15]);
  session.restricted_until = as_optional_time(row[16]);
  session.last_connected_at = as_optional_time(row[17]);
  session.created_at = as_time(row[18]);
  session.updated_at = as_time(row[19]);
  return session;
}

Statement row_of(const JournalEvent& event) {
  return journal_row(event.tenant, event.kind, event.channel, event.conversation, event.subject, event.at, event.body);
}

}  // namespace

// The first statement changes the session's row: without one there is no session.
Task<Result<void>> SqlSessionStore::change(Batch batch) {
  batch.front().expect_rows = 1;
  auto done = co_await database_.commit(std::move(batch));
  if (done) co_return Result<void>();
  const bool gone = done.error().code == ErrorCode::conflict && done.error().detail == "0";
  if (gone) co_return Error{ErrorCode::not_found, "no such session"};
  co_return done.error();
}

Task<Result<void>> SqlSessionStore::change_and_tell(Batch batch, TenantId tenant) {
  CO_TRY_VOID(co_await change(std::move(batch)));
  if (feed_ != nullptr) feed_->notify(tenant);
  co_return Result<void>();
}

Task<Result<void>> SqlSessionStore::add_session(LinkedSession session) {
  const auto& settings = session.settings;
  Batch batch{{insert_session,
               {value_of(session.channel), flag(settings.auto_read), flag(settings.presence_typing), flag(session.wanted),
                std::string(to_string(session.state.state)), std::string(to_string(session.state.reason)), session.state.detail,
                std::int64_t{session.state.code}, value_of(session.created_at)},
               {}}};
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  co_return Result<void>();
}

Task<Result<std::vector<LinkedSession>>> SqlSessionStore::list_sessions() {
  Statement statement{select_sessions, {}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, to_session);
}

Task<Result<void>> SqlSessionStore::remove_session(ChannelId channel) {
  Batch batch;
  for (const auto* sql : {delete_keys, delete_bytes, delete_sends, delete_members, delete_groups, delete_contacts, delete_session}) {
    batch.push_back({sql, {value_of(channel)}, {}});
  }
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  co_return Result<void>();
}

Task<Result<void>> SqlSessionStore::set_settings(ChannelId channel, SessionSettings settings, Timestamp now) {
  Batch batch{{update_settings, {value_of(channel), flag(settings.auto_read), flag(settings.presence_typing), value_of(now)}, {}}};
  co_return co_await change(std::move(batch));
}

Task<Result<void>> SqlSessionStore::set_wanted(ChannelId channel, bool wanted, Timestamp now) {
  Batch batch{{update_wanted, {value_of(channel), flag(wanted), value_of(now)}, {}}};
  co_return co_await change(std::move(batch));
}

Task<Result<void>> SqlSessionStore::set_state(ChannelId channel, SessionState state, JournalEvent told) {
  Batch batch{{update_state,
               {value_of(channel), std::string(to_string(state.state)), std::string(to_string(state.reason)), state.detail,
                std::int64_t{state.code}, value_of(state.until), value_of(state.next_retry), value_of(told.recorded_at)},
               {}}};
  batch.push_back(row_of(told));
  co_return co_await change_and_tell(std::move(batch), told.tenant);
}

Task<Result<void>> SqlSessionStore::set_linked_to(ChannelId channel, linked::Pairing number, Timestamp now) {
  const auto lid = number.lid ? Value(number.lid->text()) : Value();
  Batch batch{{update_number, {value_of(channel), number.jid.text(), lid, number.name, number.platform, value_of(now)}, {}}};
  co_return co_await change(std::move(batch));
}

Task<Result<void>> SqlSessionStore::set_restricted(ChannelId channel, std::optional<Timestamp> until, JournalEvent told) {
  Batch batch{{update_restricted, {value_of(channel), value_of(until), value_of(told.recorded_at)}, {}}};
  batch.push_back(row_of(told));
  co_return co_await change_and_tell(std::move(batch), told.tenant);
}

Task<Result<void>> SqlSessionStore::tell(JournalEvent event) {
  Batch batch{row_of(event)};
  co_return co_await change_and_tell(std::move(batch), event.tenant);
}

Task<Result<void>> SqlSessionStore::acquire(ChannelId channel, std::string owner, Timestamp now, Timestamp until) {
  Batch batch{{take_session, {value_of(channel), std::move(owner), value_of(now), value_of(until)}, 1}};
  auto done = co_await database_.commit(std::move(batch));
  if (done) co_return Result<void>();
  if (done.error().code == ErrorCode::conflict) co_return Error{ErrorCode::conflict, "another process runs this session"};
  co_return done.error();
}

Task<Result<std::vector<ChannelId>>> SqlSessionStore::renew(std::string owner, Timestamp until) {
  Batch batch{{renew_sessions, {std::move(owner), value_of(until)}, {}}};
  CO_TRY(auto done, co_await database_.commit(std::move(batch)));
  co_return map_rows(done.front().rows, [](const Row& row) { return as_id<ChannelId>(row[0]); });
}

Task<Result<void>> SqlSessionStore::release(ChannelId channel, std::string owner) {
  Batch batch{{release_session, {value_of(channel), std::move(owner)}, {}}};
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  co_return Result<void>();
}

Task<Result<void>> SqlSessionStore::wipe_keys(ChannelId channel, std::string owner, Timestamp now) {
  Batch batch{{forget_number, {value_of(channel), std::move(owner), value_of(now)}, 1}};
  batch.push_back({delete_keys, {value_of(channel)}, {}});
  auto done = co_await database_.commit(std::move(batch));
  if (done) co_return Result<void>();
  if (done.error().code == ErrorCode::conflict) co_return Error{ErrorCode::conflict, "the session is not this process's"};
  co_return done.error();
}

}  // namespace wherry::store

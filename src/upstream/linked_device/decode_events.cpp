#include "upstream/linked_device/decode_events.h"

#include "upstream/linked_device/decode_content.h"
#include "upstream/linked_device/decode_group.h"
#include "upstream/linked_device/words.h"

namespace wherry::linked {

namespace {

constexpr std::size_t max_code_bytes = 4096;
constexpr std::size_t max_sessions = 10'000;

template <class Enum>
Enum need_word(const Fields& fields, std::string_view name) {
  const auto value = from_word<Enum>(fields.text(name));
  if (!value) fields.refuse(name);
  return value.value_or(Enum());
}

/// Reads the elements of a list; one that is wrong is left out.
template <class Item, class Read>
Result<std::vector<Item>> read_list(const json::object& event, std::string_view name, Read read) {
  std::string wrong;
  std::vector<Item> items;
  for (const auto& value : Fields(event, wrong).need_list(name, max_listed)) {
    std::string wrong_item;
    if (!value.is_object()) continue;
    auto item = read(Fields(value.get_object(), wrong_item));
    if (wrong_item.empty()) items.push_back(std::move(item));
  }
  if (!wrong.empty()) return wrong_field(std::move(wrong));
  return items;
}

ChatChange read_chat(const Fields& chat) {
  ChatChange change;
  change.jid = chat.need_jid("jid");
  change.name = chat.maybe_text("name");
  change.archived = chat.maybe_flag("archived");
  change.pinned = chat.maybe_flag("pinned");
  change.muted_until = chat.time("muted_until");
  change.unread = chat.maybe_count("unread");
  change.last_message_at = chat.time("last_message_at");
  change.deleted = chat.flag("deleted");
  return change;
}

ContactChange read_contact(const Fields& contact) {
  return {contact.need_jid("jid"), contact.jid("lid"), contact.maybe_text("name"), contact.maybe_text("push_name"),
          contact.maybe_text("business_name")};
}

SessionHealth read_session(const Fields& session) {
  SessionHealth health;
  health.session.text = session.need_text("session", 64);
  const auto state = state_from(session.text("state"));
  if (!state) session.refuse("state");
  health.state = state.value_or(State::stopped);
  health.last_frame_at = session.time("last_frame_at");
  health.queue = session.count("queue");
  health.unacked = session.count("unacked");
  return health;
}

}  // namespace

Result<StateChange> decode_state(const json::object& event) {
  std::string wrong;
  const Fields fields(event, wrong);
  StateChange change;
  const auto state = state_from(fields.text("state"));
  if (!state) fields.refuse("state");
  change.state = state.value_or(State::failed);
  change.reason = reason_from(fields.text("reason"));
  change.code = static_cast<int>(fields.number("code", 0, 1e6));
  change.next_retry = fields.time("next_retry");
  change.until = fields.time("until");
  change.message = fields.text("message").substr(0, 1000);
  if (fields.failed()) return wrong_field(std::move(wrong));
  return change;
}

Result<QrCode> decode_qr(const json::object& event) {
  std::string wrong;
  const Fields fields(event, wrong);
  QrCode code{fields.need_text("code", max_code_bytes), fields.need_time("expires_at"), fields.count("left")};
  if (fields.failed()) return wrong_field(std::move(wrong));
  return code;
}

Result<PairingCode> decode_pairing_code(const json::object& event) {
  std::string wrong;
  const Fields fields(event, wrong);
  PairingCode code{fields.need_text("code", 32), fields.need_time("expires_at")};
  if (fields.failed()) return wrong_field(std::move(wrong));
  return code;
}

Result<TypingNotice> decode_typing(const json::object& event) {
  std::string wrong;
  const Fields fields(event, wrong);
  TypingNotice notice{fields.need_jid("chat"), fields.need_jid("sender"), need_word<Typing>(fields, "state")};
  if (fields.failed()) return wrong_field(std::move(wrong));
  return notice;
}

Result<PresenceNotice> decode_presence(const json::object& event) {
  std::string wrong;
  const Fields fields(event, wrong);
  PresenceNotice notice{fields.need_jid("jid"), fields.need_flag("available"), fields.time("last_seen")};
  if (fields.failed()) return wrong_field(std::move(wrong));
  return notice;
}

Result<std::vector<ChatChange>> decode_chats(const json::object& event) { return read_list<ChatChange>(event, "chats", read_chat); }

Result<std::vector<ContactChange>> decode_contacts(const json::object& event) {
  return read_list<ContactChange>(event, "contacts", read_contact);
}

Result<GroupsNotice> decode_groups(const json::object& event) {
  GroupsNotice notice;
  TRY(notice.groups, read_list<GroupChange>(event, "groups", decode_group_change));
  std::string wrong;
  const Fields fields(event, wrong);
  if (const auto members = fields.object("members"))
    notice.members = MembersChange{members->need_jid("group"), need_word<MemberAction>(*members, "action"), members->jids("participants")};
  if (fields.failed()) return wrong_field(std::move(wrong));
  return notice;
}

Result<CallNotice> decode_call(const json::object& event) {
  std::string wrong;
  const Fields fields(event, wrong);
  CallNotice notice;
  notice.call_id = fields.need_text("call_id", max_foreign_id_bytes);
  notice.from = fields.need_jid("from");
  notice.chat = fields.jid("chat").value_or(notice.from);
  notice.state = need_word<CallNotice::State>(fields, "state");
  notice.video = fields.flag("video");
  notice.at = fields.time("at").value_or(Timestamp());
  if (fields.failed()) return wrong_field(std::move(wrong));
  return notice;
}

HistoryNotice decode_history(const json::object& event) {
  std::string wrong;
  const Fields fields(event, wrong);
  HistoryNotice notice;
  if (const auto percent = fields.maybe_number("progress", 0, 100)) notice.progress = static_cast<std::uint32_t>(*percent);
  notice.done = fields.flag("done");
  return notice;
}

Result<UndecryptableNotice> decode_undecryptable(const json::object& event) {
  std::string wrong;
  const Fields fields(event, wrong);
  UndecryptableNotice notice{fields.need_jid("chat"), fields.need_jid("sender"), fields.need_text("message_id", max_foreign_id_bytes),
                             fields.time("at").value_or(Timestamp())};
  if (fields.failed()) return wrong_field(std::move(wrong));
  return notice;
}

std::optional<Timestamp> decode_restricted(const json::object& event) {
  std::string wrong;
  return Fields(event, wrong).time("until");
}

Result<ProcessHealth> decode_health(const json::object& event) {
  std::string wrong;
  const Fields fields(event, wrong);
  ProcessHealth health;
  if (const auto process = fields.object("process")) {
    health.resident_bytes = static_cast<std::uint64_t>(process->number("rss", 0, 1e15));
    health.heap_bytes = static_cast<std::uint64_t>(process->number("heap", 0, 1e15));
    health.uptime = milliseconds(static_cast<std::int64_t>(process->number("uptime_ms", 0, 1e15)));
    health.loop_delay = milliseconds(static_cast<std::int64_t>(process->number("loop_delay_ms", 0, 1e9)));
  } else {
    fields.refuse("process");
  }
  if (fields.need_list("sessions", max_sessions).size() > 0)
    fields.each("sessions", [&](const Fields& session) { health.sessions.push_back(read_session(session)); });
  if (fields.failed()) return wrong_field(std::move(wrong));
  return health;
}

}  // namespace wherry::linked

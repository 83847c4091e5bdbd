#include "api/sessions/chat_wire.h"
#include "api/sessions/fields.h"
#include "api/sessions/live.h"

namespace wherry::api::sessions {

namespace {

Task<Result<Chat>> chat_of(const SessionsServices& services, const http::Request& request, const Session& session) {
  std::string given(request.param("cid"));
  const auto jid = Jid::parse(given);
  if (!jid) co_return Error{ErrorCode::not_found, "no such chat"};
  CO_TRY(auto chat, co_await services.chats.find(session.channel->id, jid->text()));
  if (!chat) co_return Error{ErrorCode::not_found, "no such chat"};
  co_return std::move(*chat);
}

// The id after which a page begins; what is none of our cursors is refused.
template <class Which>
Result<std::optional<Which>> cursor_of(const http::Request& request) {
  const auto text = http::query_value(request.query, "cursor").value_or("");
  if (text.empty()) return std::optional<Which>();
  const auto raw = from_base32(text);
  if (!raw) return Error{ErrorCode::invalid_argument, "cursor is none of this list"};
  return std::optional(Which{*raw});
}

Task<Result<std::vector<MessageMark>>> marks_of(const SessionsServices& services, ConversationId conversation,
                                                const std::vector<HistoryItem>& items) {
  constexpr std::size_t most_at_once = 50;
  std::vector<MessageMark> all;
  for (std::size_t first = 0; first < items.size(); first += most_at_once) {
    std::vector<std::string> ids;
    for (std::size_t i = first; i < std::min(items.size(), first + most_at_once); ++i) ids.push_back(items[i].wamid);
    CO_TRY(auto some, co_await services.chats.marks(conversation, std::move(ids)));
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  co_return all;
}

// The bytes may be gone: what is known about them stays for some days.
Task<Result<std::optional<Media>>> file_of(const SessionsServices& services, const HistoryItem& item) {
  const auto* media = std::get_if<MediaContent>(&item.content);
  const bool ours = media != nullptr && item.direction == HistoryItem::Direction::outbound && !item.by_phone;
  if (!ours) co_return std::optional<Media>();
  co_return co_await services.media_rows.find_media(media->media);
}

}  // namespace

Task<Result<http::Response>> list_chats(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto session, session_of(services, request, caller));
  ChatStore::Page page;
  page.channel = session.channel->id;
  page.limit = page_limit(request);
  CO_TRY(page.after, cursor_of<ConversationId>(request));
  const auto limit = page.limit;
  CO_TRY(const auto chats, co_await services.chats.list(std::move(page)));
  json::array data;
  for (const auto& chat : chats) data.emplace_back(chat_object(chat));
  const bool more = chats.size() == limit;
  co_return page_response(std::move(data), more ? to_base32(chats.back().conversation.raw) : std::string());
}

Task<Result<http::Response>> list_chat_messages(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto session, session_of(services, request, caller));
  CO_TRY(const auto chat, co_await chat_of(services, request, session));
  ChatFilter filter;
  filter.tenant = caller.tenant;
  filter.conversation = chat.conversation;
  filter.limit = page_limit(request);
  if (chat.cleared_at > Timestamp()) filter.since = chat.cleared_at + milliseconds(1);
  CO_TRY(filter.before, cursor_of<MessageId>(request));
  const auto limit = filter.limit;
  CO_TRY(const auto items, co_await services.history.chat(std::move(filter)));
  json::array data;
  CO_TRY(const auto marks, co_await marks_of(services, chat.conversation, items));
  for (const auto& item : items) {
    CO_TRY(const auto file, co_await file_of(services, item));
    data.emplace_back(message_object(chat, session, item, file, marks));
  }
  const bool more = items.size() == limit;
  co_return page_response(std::move(data), more ? to_base32(items.back().id.raw) : std::string());
}

Task<Result<http::Response>> change_chat(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto session, session_of(services, request, caller));
  CO_TRY(auto chat, co_await chat_of(services, request, session));
  CO_TRY(const auto body, co_await read_object(request));
  constexpr std::int64_t latest = 253'402'300'799'999;  // the year 9999
  Fields fields(body);
  ChatChange change;
  change.archived = fields.flag("archived");
  change.pinned = fields.flag("pinned");
  const auto muted_until = fields.whole("mutedUntil", 1, latest);
  const bool unmute = fields.flag("unmute").value_or(false);
  if (unmute && muted_until) fields.refuse("mutedUntil and unmute cannot be given together");
  CO_TRY_VOID(fields.result());
  if (muted_until) change.muted_until = from_unix_millis(*muted_until);
  if (unmute) change.muted_until = std::optional<Timestamp>();
  CO_TRY_VOID(co_await services.chats.change(chat.conversation, change));
  if (change.archived) chat.archived = *change.archived;
  if (change.pinned) chat.pinned = *change.pinned;
  if (change.muted_until) chat.muted_until = *change.muted_until;
  co_return object_response(200, chat_object(chat));
}

Task<Result<http::Response>> read_chat(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto session, session_of(services, request, caller));
  CO_TRY(auto chat, co_await chat_of(services, request, session));
  ChatChange change;
  change.read_at = services.clock.now();
  CO_TRY_VOID(co_await services.chats.change(chat.conversation, change));
  chat.unread = 0;
  co_return object_response(200, chat_object(chat));
}

Task<Result<http::Response>> delete_chat(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto session, session_of(services, request, caller));
  CO_TRY(const auto chat, co_await chat_of(services, request, session));
  ChatChange change;
  change.cleared_at = services.clock.now();
  CO_TRY_VOID(co_await services.chats.change(chat.conversation, change));
  co_return no_content();
}

Task<Result<http::Response>> show_presence(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto session, session_of(services, request, caller));
  const auto chat = Jid::parse(request.param("cid"));
  if (!chat) co_return Error{ErrorCode::not_found, "no such chat"};
  CO_TRY(const auto body, co_await read_object(request));
  Fields fields(body);
  const auto state = fields.required("state");
  auto typing = linked::Typing::composing;
  if (state == "recording") typing = linked::Typing::recording;
  else if (state == "paused") typing = linked::Typing::paused;
  else if (state != "composing") fields.refuse("state must be composing, recording or paused");
  CO_TRY_VOID(fields.result());
  if (!is_connected(session)) co_return not_connected();
  linked::SessionId name{session.channel->id.text()};
  auto shown = co_await services.transport.show_typing(std::move(name), *chat, typing);
  if (!shown) co_return live_failure(shown.error());
  co_return no_content();
}

}  // namespace wherry::api::sessions

#include "api/sessions/chat_wire.h"
#include "api/sessions/envelope.h"
#include "api/sessions/fields.h"
#include "api/sessions/live.h"
#include "api/sessions/wire.h"

namespace wherry::api::sessions {

namespace {

json::value text_or_null(const std::optional<std::string>& text) { return text ? json::value(*text) : json::value(nullptr); }

json::object identity_object(const Chat& chat) {
  const auto lid = chat.with.bsuid ? Jid::parse(*chat.with.bsuid) : std::nullopt;
  const bool hidden = lid && lid->kind() == JidKind::lid;
  const auto& number = chat.with.wa_id;
  return {{"id", number_of(chat.conversation.raw)},
          {"lid", hidden ? json::value(lid->text()) : json::value(nullptr)},
          {"name", text_or_null(chat.with.profile_name)},
          {"businessName", nullptr},
          {"phoneJid", number ? json::value(Jid::of(*number).text()) : json::value(nullptr)},
          {"phoneNumber", number ? json::value(number->digits) : json::value(nullptr)},
          {"firstSeenAt", to_unix_millis(chat.created_at)},
          {"updatedAt", time_value(chat.last_message_at ? chat.last_message_at : std::optional(chat.created_at))}};
}

struct Asked {
  Session session;
  Jid who;
};
Result<Asked> asked(const SessionsServices& services, const http::Request& request, const Principal& caller) {
  TRY(auto session, session_of(services, request, caller));
  auto who = Jid::parse(request.param("contact"));
  if (!who || !who->is_person()) return Error{ErrorCode::not_found, "no such contact"};
  return Asked{std::move(session), std::move(*who)};
}

linked::SessionId name_at_transport(const Session& session) { return {session.channel->id.text()}; }

Task<Result<http::Response>> set_blocked(const SessionsServices& services, http::Request& request, Principal caller, bool blocked) {
  CO_TRY(auto it, asked(services, request, caller));
  if (!is_connected(it.session)) co_return not_connected();
  auto name = name_at_transport(it.session);
  auto done = co_await services.transport.set_blocked(std::move(name), std::move(it.who), blocked);
  if (!done) co_return live_failure(done.error());
  co_return no_content();
}

}  // namespace

Task<Result<http::Response>> list_contacts(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto session, session_of(services, request, caller));
  const auto source = http::query_value(request.query, "source").value_or("dm");
  if (source != "dm" && source != "group") co_return Error{ErrorCode::invalid_argument, "source must be dm or group"};
  json::array data;
  // Who is in a group is asked of WhatsApp: GET …/groups/{gid}/members.
  if (source == "group") co_return page_response(std::move(data));
  ChatStore::Page page;
  page.channel = session.channel->id;
  page.limit = page_limit(request);
  page.search = http::query_value(request.query, "q").value_or("");
  page.which = ChatStore::Page::Which::people;
  if (const auto cursor = http::query_value(request.query, "cursor"); cursor && !cursor->empty()) {
    const auto raw = from_base32(*cursor);
    if (!raw) co_return Error{ErrorCode::invalid_argument, "cursor is none of this list"};
    page.after = ConversationId{*raw};
  }
  const auto limit = page.limit;
  CO_TRY(const auto chats, co_await services.chats.list(std::move(page)));
  for (const auto& chat : chats) data.emplace_back(identity_object(chat));
  const bool more = chats.size() == limit;
  co_return page_response(std::move(data), more ? to_base32(chats.back().conversation.raw) : std::string());
}

Task<Result<http::Response>> get_contact(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(auto it, asked(services, request, caller));
  CO_TRY(const auto chat, co_await services.chats.find(it.session.channel->id, it.who.text()));
  if (!chat) co_return Error{ErrorCode::not_found, "no such contact"};
  co_return object_response(200, {{"dm", chat_object(*chat)}, {"groups", json::array()}, {"identity", identity_object(*chat)}});
}

Task<Result<http::Response>> check_contact(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto session, session_of(services, request, caller));
  const auto query = http::query_value(request.query, "phone").value_or("");
  const auto number = parse_wa_id(query);
  if (!number) co_return Error{ErrorCode::invalid_argument, "phone must be a phone number with its country code"};
  if (!is_connected(session)) co_return not_connected();
  std::vector<WaId> numbers{*number};
  auto name = name_at_transport(session);
  auto checked = co_await services.transport.check_numbers(std::move(name), std::move(numbers));
  if (!checked) co_return live_failure(checked.error());
  json::object out{{"isOnWhatsApp", false}, {"jid", nullptr}, {"query", query}};
  if (!checked->empty() && checked->front().exists && checked->front().jid) {
    out["isOnWhatsApp"] = true;
    out["jid"] = checked->front().jid->text();
  }
  co_return object_response(200, out);
}

Task<Result<http::Response>> get_about(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(auto it, asked(services, request, caller));
  if (!is_connected(it.session)) co_return not_connected();
  auto name = name_at_transport(it.session);
  auto about = co_await services.transport.about(std::move(name), std::move(it.who));
  if (!about) co_return live_failure(about.error());
  co_return object_response(200, {{"about", about->text}});
}

Task<Result<http::Response>> get_picture(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(auto it, asked(services, request, caller));
  if (!is_connected(it.session)) co_return not_connected();
  auto name = name_at_transport(it.session);
  auto url = co_await services.transport.picture(std::move(name), std::move(it.who), linked::PictureSize::full);
  if (!url) co_return live_failure(url.error());
  co_return object_response(200, {{"url", *url}});
}

Task<Result<http::Response>> block_contact(const SessionsServices& services, http::Request& request, Principal caller) {
  co_return co_await set_blocked(services, request, std::move(caller), true);
}

Task<Result<http::Response>> unblock_contact(const SessionsServices& services, http::Request& request, Principal caller) {
  co_return co_await set_blocked(services, request, std::move(caller), false);
}

}  // namespace wherry::api::sessions

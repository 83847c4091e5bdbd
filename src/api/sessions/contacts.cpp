#include "api/sessions/chat_wire.h"
#include "api/sessions/envelope.h"
#include "api/sessions/fields.h"
#include "api/sessions/live.h"
#include "api/sessions/wire.h"

namespace wherry::api::sessions {

namespace {

json::object place_object(const GroupPlace& place) {
  return {{"jid", place.group.text()},
          {"lastSeen", time_value(place.wrote_at)},
          {"name", place.subject ? json::value(*place.subject) : json::value(nullptr)},
          {"role", role_word(place.role)},
          {"tag", nullptr}};
}

Result<PeopleStore::Page> page_asked(const http::Request& request, const Session& session) {
  using Which = PeopleStore::Page::Which;
  PeopleStore::Page page;
  page.channel = session.channel->id;
  page.tenant = session.channel->tenant;
  page.limit = page_limit(request);
  page.search = http::query_value(request.query, "q").value_or("");
  page.group = http::query_value(request.query, "group").value_or("");
  const auto source = http::query_value(request.query, "source").value_or(page.group.empty() ? "" : "group");
  if (source == "dm") page.which = Which::with_chat;
  else if (source == "group") page.which = Which::in_groups;
  else if (!source.empty()) return Error{ErrorCode::invalid_argument, "source must be dm or group"};
  const auto group = Jid::parse(page.group);
  const bool wrong = !page.group.empty() && (!group || group->kind() != JidKind::group);
  if (wrong) return Error{ErrorCode::invalid_argument, "group must be the JID of a group"};
  if (group) page.group = group->text();
  const auto cursor = http::query_value(request.query, "cursor").value_or("");
  if (cursor.empty()) return page;
  const auto after = Jid::parse(cursor);
  if (!after) return Error{ErrorCode::invalid_argument, "cursor is none of this list"};
  page.after = after->text();
  return page;
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
  CO_TRY(auto page, page_asked(request, session));
  const auto limit = page.limit;
  CO_TRY(const auto people, co_await services.people.list(std::move(page)));
  json::array data;
  for (const auto& person : people) data.emplace_back(person_object(session.channel->id, person));
  const bool more = people.size() == limit;
  co_return page_response(std::move(data), more ? people.back().jid.text() : std::string());
}

Task<Result<http::Response>> get_contact(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(auto it, asked(services, request, caller));
  const auto channel = it.session.channel->id;
  CO_TRY(auto person, co_await services.people.find(channel, it.who));
  CO_TRY(auto chat, co_await services.chats.find(channel, it.who.text()));
  // The chat may be known by their other address.
  if (!chat && person) {
    const auto& other = person->jid == it.who && person->lid ? *person->lid : person->jid;
    CO_TRY(chat, co_await services.chats.find(channel, other.text()));
  }
  if (!chat && !person) co_return Error{ErrorCode::not_found, "no such contact"};
  if (!person) person = person_in(*chat);
  CO_TRY(const auto places, co_await services.people.groups_of(channel, person->jid));
  json::array groups;
  for (const auto& place : places) groups.emplace_back(place_object(place));
  co_return object_response(200, {{"dm", chat ? json::value(chat_object(*chat)) : json::value(nullptr)},
                                  {"groups", std::move(groups)},
                                  {"identity", person_object(channel, *person)}});
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

#include "api/sessions/chat_wire.h"
#include "api/sessions/errors.h"
#include "api/sessions/fields.h"
#include "api/sessions/live.h"
#include "api/sessions/wire.h"
#include "base/log.h"

namespace wherry::api::sessions {

namespace {

constexpr std::size_t most_participants = 1024;
constexpr std::size_t longest_subject = 100, longest_description = 2048;

json::object group_object(const linked::Group& group) {
  return {{"id", group.jid.text()},
          {"groupJid", group.jid.text()},
          {"subject", group.subject},
          {"description", group.description},
          {"ownerJid", group.owner ? json::value(group.owner->text()) : json::value(nullptr)},
          {"isAnnounce", group.announce},
          {"isLocked", group.locked},
          {"participantCount", group.size},
          {"createdAtWa", time_value(group.created_at)},
          {"firstSeenAt", nullptr},
          {"updatedAt", nullptr}};
}

json::object member_object(const Session& session, const linked::Group& group, const linked::GroupMember& member) {
  const auto lid = member.jid.kind() == JidKind::lid ? std::optional(member.jid) : member.lid;
  return {{"id", member.jid.text()},
          {"groupJid", group.jid.text()},
          {"sessionId", session.channel->id.text()},
          {"lid", lid ? json::value(lid->text()) : json::value(nullptr)},
          {"role", role_word(member.role)},
          {"tag", nullptr},
          {"firstSeenAt", nullptr},
          {"lastSeenAt", nullptr}};
}

// So that contacts can be listed by group. What is not stored now comes with the next look.
Task<void> remember(const SessionsServices& services, const Session& session, const linked::Group& group) {
  linked::GroupChange known;
  known.jid = group.jid;
  known.subject = group.subject;
  known.members = group.members;
  auto stored = co_await services.people.learn_group(session.channel->id, std::move(known), services.clock.now());
  if (!stored) log::warn("group_not_stored", {{"session", session.channel->id.text()}, {"error", to_string(stored.error().code)}});
}

http::Response members_response(const Session& session, const linked::Group& group) {
  json::array data;
  for (const auto& member : group.members) data.emplace_back(member_object(session, group, member));
  return page_response(std::move(data));
}

struct Asked {
  Session session;
  Jid group;
  linked::SessionId name() const { return {session.channel->id.text()}; }
};
Result<Asked> asked(const SessionsServices& services, const http::Request& request, const Principal& caller) {
  TRY(auto session, session_of(services, request, caller));
  auto group = Jid::parse(request.param("gid"));
  if (!group || group->kind() != JidKind::group) return Error{ErrorCode::not_found, "no such group"};
  return Asked{std::move(session), std::move(*group)};
}

std::vector<Jid> read_participants(Fields& fields) {
  std::vector<Jid> people;
  const auto texts = fields.texts("participants", most_participants);
  if (!texts || texts->empty()) fields.refuse("participants must name at least one person");
  for (const auto& text : texts.value_or(std::vector<std::string>())) {
    auto jid = Jid::parse(text);
    if (jid && jid->is_person()) people.push_back(std::move(*jid));
    else fields.refuse("participants must be JIDs of people");
  }
  return people;
}

Task<Result<http::Response>> invite(const SessionsServices& services, http::Request& request, Principal caller, bool reset) {
  CO_TRY(auto it, asked(services, request, caller));
  if (!is_connected(it.session)) co_return not_connected();
  auto made = co_await services.transport.group_invite(it.name(), std::move(it.group), reset);
  if (!made) co_return live_failure(made.error());
  co_return object_response(200, {{"invite", made->url}});
}

}  // namespace

Task<Result<http::Response>> list_groups(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto session, session_of(services, request, caller));
  if (!is_connected(session)) co_return not_connected();
  linked::SessionId name{session.channel->id.text()};
  auto groups = co_await services.transport.groups(std::move(name));
  if (!groups) co_return live_failure(groups.error());
  json::array data;
  for (const auto& group : *groups) data.emplace_back(group_object(group));
  co_return page_response(std::move(data));
}

Task<Result<http::Response>> create_group(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto session, session_of(services, request, caller));
  CO_TRY(const auto body, co_await read_object(request));
  Fields fields(body);
  auto subject = fields.required("name");
  if (subject.size() > longest_subject * 4) fields.refuse("name has at most 100 characters");
  auto people = read_participants(fields);
  CO_TRY_VOID(fields.result());
  if (!is_connected(session)) co_return not_connected();
  linked::SessionId name{session.channel->id.text()};
  auto made = co_await services.transport.create_group(std::move(name), std::move(subject), std::move(people));
  if (!made) co_return live_failure(made.error());
  co_return object_response(201, group_object(*made));
}

Task<Result<http::Response>> get_group(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(auto it, asked(services, request, caller));
  if (!is_connected(it.session)) co_return not_connected();
  auto group = co_await services.transport.group(it.name(), std::move(it.group));
  if (!group) co_return live_failure(group.error());
  co_return object_response(200, group_object(*group));
}

Task<Result<http::Response>> change_group(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(auto it, asked(services, request, caller));
  CO_TRY(const auto body, co_await read_object(request));
  Fields fields(body);
  linked::GroupEdit edit;
  if (fields.has("subject")) edit.subject = fields.required("subject");
  if (fields.has("description")) edit.description = fields.text("description");
  edit.announce = fields.flag("announce");
  edit.locked = fields.flag("locked");
  if (edit.subject && edit.subject->size() > longest_subject * 4) fields.refuse("subject has at most 100 characters");
  if (edit.description && edit.description->size() > longest_description * 4) fields.refuse("description has at most 2048 characters");
  if (!edit.subject && !edit.description && !edit.announce && !edit.locked) fields.refuse("nothing to change");
  CO_TRY_VOID(fields.result());
  if (!is_connected(it.session)) co_return not_connected();
  auto changed = co_await services.transport.edit_group(it.name(), std::move(it.group), std::move(edit));
  if (!changed) co_return live_failure(changed.error());
  co_return object_response(200, group_object(*changed));
}

Task<Result<http::Response>> list_members(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(auto it, asked(services, request, caller));
  if (!is_connected(it.session)) co_return not_connected();
  auto group = co_await services.transport.group(it.name(), std::move(it.group));
  if (!group) co_return live_failure(group.error());
  co_await remember(services, it.session, *group);
  co_return members_response(it.session, *group);
}

Task<Result<http::Response>> add_members(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(auto it, asked(services, request, caller));
  CO_TRY(const auto body, co_await read_object(request));
  Fields fields(body);
  linked::MembersChange change{it.group, linked::MemberAction::add, read_participants(fields)};
  CO_TRY_VOID(fields.result());
  if (!is_connected(it.session)) co_return not_connected();
  auto added = co_await services.transport.change_members(it.name(), std::move(change));
  if (!added) co_return live_failure(added.error());
  auto group = co_await services.transport.group(it.name(), it.group);
  if (!group) co_return live_failure(group.error());
  co_await remember(services, it.session, *group);
  co_return members_response(it.session, *group);
}

Task<Result<http::Response>> get_invite(const SessionsServices& services, http::Request& request, Principal caller) {
  co_return co_await invite(services, request, std::move(caller), false);
}

Task<Result<http::Response>> reset_invite(const SessionsServices& services, http::Request& request, Principal caller) {
  co_return co_await invite(services, request, std::move(caller), true);
}

Task<Result<http::Response>> list_channel_messages(const SessionsServices& services, http::Request& request, Principal caller) {
  const auto jid = Jid::parse(request.param("jid"));
  const bool channel = jid && jid->kind() == JidKind::newsletter;
  if (!channel) co_return Error{ErrorCode::not_found, "no such channel"};
  request.params.emplace_back("cid", jid->text());
  co_return co_await list_chat_messages(services, request, std::move(caller));
}

Task<Result<http::Response>> no_channels(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY_VOID(session_of(services, request, caller));
  co_return not_implemented("channels are not supported");
}

}  // namespace wherry::api::sessions

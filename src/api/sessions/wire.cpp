#include "api/sessions/wire.h"

namespace wherry::api::sessions {

namespace {

json::value text_or_null(const std::optional<Jid>& jid) { return jid ? json::value(jid->text()) : json::value(nullptr); }

void add_number(json::object& object, const Session& session) {
  std::optional<Jid> jid, lid;
  if (const auto& linked = session.link.linked_to) {
    jid = linked->jid;
    lid = linked->lid;
  }
  const auto digits = jid ? jid->number() : std::nullopt;
  object["phoneNumber"] = digits ? json::value(digits->digits) : json::value(nullptr);
  object["waJid"] = text_or_null(jid);
  object["waLid"] = text_or_null(lid);
}

}  // namespace

json::value time_value(const std::optional<Timestamp>& at) { return at ? json::value(to_unix_millis(*at)) : json::value(nullptr); }

std::string_view role_word(linked::Role role) {
  switch (role) {
    case linked::Role::member: return "member";
    case linked::Role::admin: return "admin";
    case linked::Role::superadmin: return "superadmin";
  }
  return "member";
}

json::object session_object(const SessionsServices& services, const Session& session) {
  const auto& channel = *session.channel;
  json::object object;
  object["id"] = channel.id.text();
  object["organizationId"] = channel.tenant.text();
  object["label"] = channel.name;
  object["status"] = to_string(session.status());
  add_number(object, session);
  object["autoRead"] = session.link.settings.auto_read;
  object["presenceTyping"] = session.link.settings.presence_typing;
  const auto budget = channel.budget(services.default_budget);
  object["ratePerMin"] = budget.per_minute;
  object["ratePerHour"] = budget.per_hour;
  object["gatewayId"] = services.gateway_id;
  object["isAdminSession"] = false;
  object["createdByUserId"] = nullptr;
  object["lastConnectedAt"] = time_value(session.link.last_connected_at);
  object["createdAt"] = time_value(session.link.created_at);
  object["updatedAt"] = time_value(session.link.updated_at);
  return object;
}

json::object me_object(const Session& session) {
  json::object object;
  object["connected"] = session.status() == SessionStatus::working;
  object["sessionId"] = session.channel->id.text();
  object["status"] = to_string(session.status());
  add_number(object, session);
  return object;
}

std::string pairing_code_text(std::string_view code) {
  std::string text(code);
  if (text.size() == 8) text.insert(4, "-");
  return text;
}

}  // namespace wherry::api::sessions

#include "simulator/render.h"

#include "simulator/ascii_json.h"

namespace wherry::sim {

namespace {

std::string unix_seconds(Timestamp at) { return std::to_string(to_unix_millis(at) / 1000); }

}  // namespace

std::string render_contact(const UserView& user, bool with_username) {
  std::string out;
  out.reserve(200);
  AsciiWriter writer(out);
  writer.open('{').key("profile").open('{').member("name", user.name);
  if (with_username) writer.member_if("username", user.username);
  writer.close('}');
  if (!user.phone_hidden) writer.member("wa_id", user.wa_id);
  writer.member_if("user_id", user.bsuid).member_if("parent_user_id", user.parent_bsuid);
  writer.member_if("identity_key_hash", user.identity_hash).close('}');
  return out;
}

RenderedStatus render_status(const StatusView& status) {
  RenderedStatus rendered;
  auto& out = rendered.text;
  out.reserve(480);
  AsciiWriter writer(out);
  const auto& user = status.user;
  writer.open('{').member("id", status.id).member("status", status.status).member("timestamp", unix_seconds(status.at));
  if (!status.group_id.empty()) {
    writer.member("recipient_id", status.group_id).member("recipient_type", "group");
    if (status.with_recipient_id) writer.member_if("recipient_participant_id", user.wa_id);
    if (status.with_recipient_user_id) {
      writer.member_if("recipient_participant_user_id", user.bsuid);
      writer.member_if("recipient_participant_parent_user_id", user.parent_bsuid);
    }
  } else {
    if (status.with_recipient_id) writer.member_if("recipient_id", user.wa_id);
    if (status.with_recipient_user_id) {
      writer.member_if("recipient_user_id", user.bsuid).member_if("recipient_parent_user_id", user.parent_bsuid);
    }
  }
  writer.member_if("recipient_identity_key_hash", user.identity_hash);
  writer.member_if("biz_opaque_callback_data", status.opaque).member_if("template_id", status.template_id);
  rendered.conversation_at = out.size();
  if (status.pricing) {
    writer.key("pricing").open('{').key("billable").boolean(status.pricing->type == "regular").member("pricing_model", "PMP");
    writer.member("type", status.pricing->type).member("category", status.pricing->category).close('}');
  }
  if (status.error != nullptr) writer.key("errors").open('[').raw(webhook_error(*status.error)).close(']');
  writer.close('}');
  return rendered;
}

std::string render_conversation(std::string_view id, std::string_view origin, std::optional<Timestamp> expires) {
  std::string out;
  AsciiWriter writer(out);
  writer.open('{').member("id", id);
  if (expires) writer.member("expiration_timestamp", unix_seconds(*expires));
  writer.key("origin").open('{').member("type", origin).close('}').close('}');
  return out;
}

std::string render_inbound(const UserView& user, std::string_view id, Timestamp at, std::string_view group_id,
                           const boost::json::object& members) {
  std::string out;
  out.reserve(512);
  AsciiWriter writer(out);
  writer.open('{');
  if (const auto* context = members.if_contains("context")) writer.key("context").json(*context);
  if (!user.phone_hidden) writer.member("from", user.wa_id);
  writer.member_if("from_user_id", user.bsuid).member_if("from_parent_user_id", user.parent_bsuid);
  writer.member_if("group_id", group_id).member("id", id).member("timestamp", unix_seconds(at));
  for (const auto& member : members) {
    if (member.key() == "context") continue;
    writer.key(std::string_view(member.key().data(), member.key().size())).json(member.value());
  }
  writer.close('}');
  return out;
}

}  // namespace wherry::sim

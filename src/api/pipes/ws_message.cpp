#include "api/pipes/ws_message.h"

#include "api/pipes/inbound_kinds.h"
#include "api/pipes/inbound_media.h"
#include "base/json.h"

namespace wherry::api::pipes {

namespace {

std::string plus(std::string_view digits) { return digits.empty() ? std::string() : "+" + std::string(digits); }

void copy_text(json::object& to, const json::object& from, std::string_view name) {
  const auto text = json::find_string(from, name);
  if (text) to[name] = *text;
}

// [{phone, type?}] or [{email, type?}]; entries without the thing itself are left out.
json::array reachable_by(const json::array& given, std::string_view what) {
  json::array kept;
  for (const auto& entry : given) {
    if (!entry.is_object() || !json::find_string(entry.get_object(), what)) continue;
    json::object one;
    copy_text(one, entry.get_object(), what);
    copy_text(one, entry.get_object(), "type");
    kept.push_back(std::move(one));
  }
  return kept;
}

json::object contact_object(const json::object& given) {
  json::object name{{"formatted_name", ""}};
  if (const auto* given_name = json::find_object(given, "name")) copy_text(name, *given_name, "formatted_name");
  json::object contact;
  contact["name"] = std::move(name);
  const auto* phones = json::find_array(given, "phones");
  if (phones != nullptr) contact["phones"] = reachable_by(*phones, "phone");
  const auto* emails = json::find_array(given, "emails");
  if (emails != nullptr) contact["emails"] = reachable_by(*emails, "email");
  return contact;
}

std::optional<json::value> contacts_array(const json::object& raw) {
  const auto* given = json::find_array(raw, "contacts");
  if (given == nullptr) return std::nullopt;
  json::array contacts;
  for (const auto& entry : *given) {
    if (entry.is_object()) contacts.push_back(contact_object(entry.get_object()));
  }
  return contacts;
}

std::optional<json::value> reaction_object(const json::object& raw) {
  const auto given = reaction_in(raw);
  if (!given) return std::nullopt;
  json::object reaction{{"messageId", given->message_id}};
  if (!given->emoji.empty()) reaction["emoji"] = given->emoji;
  return reaction;
}

struct TypePart {
  std::string_view type;
  std::string_view key;  ///< empty: the envelope is all
  json::value object;
};

TypePart type_part(const InboundView& message) {
  const std::string_view type = message.type;
  if (type == "text") return {type, {}, {}};
  for (const std::string_view kind : {"image", "audio", "video", "document", "sticker"}) {
    if (type == kind) return {type, "media", media_object(message)};
  }
  const auto raw = json::parse(message.raw);
  std::optional<json::value> part;
  if (raw && raw->is_object()) {
    if (type == "location") part = location_object(raw->get_object());
    if (type == "contacts") part = contacts_array(raw->get_object());
    if (type == "reaction") part = reaction_object(raw->get_object());
  }
  if (!part) return {"unsupported", {}, {}};
  return {type, type, std::move(*part)};
}

}  // namespace

std::string render_whatsapp_message(const Channel* channel, const JournalItem& item) {
  const auto message = item.inbound.value_or(InboundView());
  const auto& number = message.from.wa_id;
  auto part = type_part(message);
  json::object data;
  data["messageId"] = message.id.text();
  data["conversationId"] = item.event.conversation ? item.event.conversation->text() : std::string();
  data["poolNumberId"] = item.event.channel ? item.event.channel->text() : std::string();
  data["poolNumberPhoneNumber"] = channel != nullptr ? plus(channel->display_number) : std::string();
  data["fromNumber"] = number ? plus(number->digits) : std::string();
  if (message.from.profile_name) data["fromName"] = *message.from.profile_name;
  data["text"] = message.text;
  data["body"] = message.text;
  data["timestamp"] = to_iso8601(message.at);
  if (channel != nullptr && !channel->name.empty()) data["label"] = channel->name;
  data["type"] = part.type;
  if (!part.key.empty()) data[part.key] = std::move(part.object);
  json::object frame;
  frame["type"] = "whatsapp_message";
  frame["data"] = std::move(data);
  return json::serialize(frame);
}

}  // namespace wherry::api::pipes

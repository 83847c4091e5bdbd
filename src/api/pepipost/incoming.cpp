// What customers write, in the words of the callbacks.
#include "api/pepipost/webhook_format.h"
#include "domain/meta_shape.h"

namespace wherry::api::pepipost {

namespace {

std::string text_in(const json::object& object, std::string_view name) { return std::string(json::find_string(object, name).value_or("")); }

std::string degrees_in(const json::object& object, std::string_view name) {
  const auto* member = json::find(object, name);
  if (member != nullptr && member->is_number()) return degrees_text(member->to_number<double>());
  return text_in(object, name);
}

bool is_true(const json::object& object, std::string_view name) {
  const auto* member = json::find(object, name);
  return member != nullptr && member->is_bool() && member->get_bool();
}

json::object file_object(const InboundView& message, const json::object& given) {
  return {{"sha256", text_in(given, "sha256")},
          {"mime_type", message.mime_type.empty() ? text_in(given, "mime_type") : message.mime_type},
          {"id", message.media ? to_uuid(message.media->raw) : ""}};
}

json::object captioned(json::object file, const json::object& given) {
  if (const auto caption = json::find_string(given, "caption")) file["caption"] = *caption;
  return file;
}

json::object document_object(const InboundView& message, const json::object& given) {
  json::object out{{"filename", message.file_name.empty() ? text_in(given, "filename") : message.file_name}};
  for (auto& member : captioned(file_object(message, given), given)) out.insert(member);
  return out;
}

json::object place_object(const json::object& given) {
  return {{"latitude", degrees_in(given, "latitude")},
          {"longitude", degrees_in(given, "longitude")},
          {"name", text_in(given, "name")},
          {"url", text_in(given, "url")},
          {"address", text_in(given, "address")}};
}

json::object audio_object(const InboundView& message, const json::object& given) {
  auto out = file_object(message, given);
  if (given.contains("voice")) out["voice"] = false;
  return out;
}

// The type's name and its object; nothing for what has none here.
void add_content(json::object& out, const InboundView& message, const json::object& given) {
  const auto put = [&](std::string_view type, std::string_view member, json::object content) {
    out["message_type"] = type;
    out[member] = std::move(content);
  };
  const auto& type = message.type;
  if (type == "text") put("TEXT", "text_type", {{"text", text_in(given, "body")}});
  if (type == "image") put("IMAGE", "image_type", captioned(file_object(message, given), given));
  if (type == "video") put("VIDEO", "video_type", captioned(file_object(message, given), given));
  if (type == "document") put("DOCUMENT", "document_type", document_object(message, given));
  if (type == "location") put("LOCATION", "location_type", place_object(given));
  if (type == "reaction") put("REACTION", "reaction_type", {{"emoji", text_in(given, "emoji")}});
  if (type == "interactive") put("INTERACTIVE", "interactive_type", given);
  if (type == "button") put("button", "text_type", {{"payload", text_in(given, "payload")}, {"text", text_in(given, "text")}});
  if (type == "sticker") put("STICKER", "sticker_type", file_object(message, given));
  if (type == "order") put("ORDER", "order_type", given);
  if (type == "system") put("SYSTEM", "system_type", given);
  if (type != "audio") return;
  if (is_true(given, "voice")) {
    put("VOICE", "voice_type", file_object(message, given));
  } else {
    put("AUDIO", "audio_type", audio_object(message, given));
  }
}

json::object context_object(const InboundView& message) {
  json::object context{{"ncmessage_id", message.answered ? to_uuid(message.answered->id.raw) : ""}, {"message_id", message.reply_to}};
  if (!message.answered) return context;
  const auto kept = json::parse(message.answered->client_data);
  const auto header = kept && kept->is_object() ? json::find_string(kept->get_object(), "x-apiheader") : std::nullopt;
  if (header) context["x-apiheader"] = *header;
  return context;
}

}  // namespace

json::object incoming_object(const InboundView& message, const Channel* channel) {
  json::object out;
  out["message_id"] = message.wamid;
  out["from"] = message.from.wa_id ? message.from.wa_id->digits : message.from.bsuid.value_or("");
  out["to"] = channel != nullptr ? channel->display_number : "";
  out["from_name"] = message.from.profile_name.value_or("");
  out["received_at"] = std::to_string(std::chrono::floor<seconds>(message.at.time_since_epoch()).count());
  out["context"] = context_object(message);
  const auto raw = json::parse(message.raw);
  if (!raw || !raw->is_object()) return out;
  if (const auto* content = json::find_object(raw->get_object(), message.type)) add_content(out, message, *content);
  const auto* cards = message.type == "contacts" ? json::find_array(raw->get_object(), "contacts") : nullptr;
  if (cards != nullptr) {
    out["message_type"] = "CONTACTS";
    out["contacts_type"] = *cards;
  }
  return out;
}

}  // namespace wherry::api::pepipost

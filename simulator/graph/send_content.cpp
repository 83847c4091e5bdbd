#include <array>

#include "domain/media_kind.h"
#include "simulator/graph/answer.h"
#include "simulator/graph/send_draft.h"

namespace wherry::sim {
namespace {

constexpr std::size_t caption_limit = 1024;

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i != 4 && i != 7 && (text[i] < '0' || text[i] > '9')) return false;
  }
  const int month = (text[5] - '0') * 10 + (text[6] - '0'), day = (text[8] - '0') * 10 + (text[9] - '0');
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

Failure check_text_message(const SendDraft& draft) {
  const ParamPath at{nullptr, "text"};
  if (auto failure = check_text(*draft.content, at, "body", 4096, Absent::required_100)) return failure;
  const auto* preview = json::find(*draft.content, "preview_url");
  if (preview && !preview->is_bool() && !bool_param(*draft.content, "preview_url")) {
    return parameter_error("Param text['preview_url'] must be a boolean.");
  }
  return std::nullopt;
}

Failure check_media_message(const Call& call, SendDraft& draft) {
  const ParamPath at{nullptr, draft.type};
  if (auto failure = check_media(call, draft, *draft.content, at, draft.type)) return failure;
  const bool has_caption = json::find(*draft.content, "caption") != nullptr;
  if (draft.type == "audio" || draft.type == "sticker") {
    if (has_caption) return parameter_error("Invalid parameter", "Caption is not supported for type '" + std::string(draft.type) + "'");
    draft.voice = draft.type == "audio" && bool_param(*draft.content, "voice").value_or(false);
    return std::nullopt;
  }
  if (auto failure = check_text(*draft.content, at, "caption", caption_limit, Absent::allowed)) return failure;
  if (draft.type == "document") return check_text(*draft.content, at, "filename", 0, Absent::allowed);
  return std::nullopt;
}

Failure check_location(const SendDraft& draft) {
  const ParamPath at{nullptr, "location"};
  struct Axis {
    std::string_view name;
    double bound;
  };
  for (const Axis axis : {Axis{"latitude", 90}, Axis{"longitude", 180}}) {
    if (!json::find(*draft.content, axis.name)) return missing(at.child(axis.name));
    const auto degrees = decimal_of(*draft.content, axis.name);
    if (!degrees || !(*degrees >= -axis.bound && *degrees <= axis.bound)) {
      return not_valid("Parameter value of " + at.child(axis.name).text() + " is not a valid coordinate");
    }
  }
  for (const std::string_view name : {"name", "address"}) {
    if (auto failure = check_text(*draft.content, at, name, 1000, Absent::allowed)) return failure;
  }
  return std::nullopt;
}

Failure check_contact(const json::object& contact, const ParamPath& at) {
  const ParamPath name_at = at.child("name");
  const auto* name = json::find_object(contact, "name");
  if (!name) return missing(name_at);
  if (auto failure = check_text(*name, name_at, "formatted_name", 0, Absent::missing_131008)) return failure;
  bool named = false;
  for (const std::string_view part : {"first_name", "last_name", "middle_name", "prefix", "suffix"}) {
    named = named || !text_of(*name, part).empty();
  }
  if (!named) return missing(name_at.child("first_name"));
  if (const auto* birthday = json::find(contact, "birthday")) {
    if (!birthday->is_string() || !is_date(birthday->get_string())) {
      return not_valid("Parameter value of " + at.child("birthday").text() + " must be a date of the form YYYY-MM-DD");
    }
  }
  for (const std::string_view list : {"phones", "emails", "addresses", "urls"}) {
    const auto* values = json::find(contact, list);
    if (!values) continue;
    if (!values->is_array()) return parameter_error("Param " + at.child(list).text() + " must be an array.");
    for (const auto& value : values->get_array()) {
      if (!value.is_object()) return parameter_error("Param " + at.child(list).text() + " must be an array of objects.");
    }
  }
  return std::nullopt;
}

Failure check_contacts(const SendDraft& draft) {
  const auto& contacts = draft.body->at("contacts").get_array();
  const ParamPath at{nullptr, "contacts"};
  if (contacts.empty()) return required(at);
  if (contacts.size() > 257) return not_valid("At most 257 contacts can be sent in one message");
  for (std::size_t i = 0; i < contacts.size(); ++i) {
    const ParamPath entry = at.at(i);
    if (!contacts[i].is_object()) return parameter_error("Param " + entry.text() + " must be an object.");
    if (auto failure = check_contact(contacts[i].get_object(), entry)) return failure;
  }
  return std::nullopt;
}

Failure check_reaction(const Call& call, SendDraft& draft) {
  const ParamPath at{nullptr, "reaction"};
  if (auto failure = check_text(*draft.content, at, "message_id", 0, Absent::missing_131008)) return failure;
  const auto* emoji = json::find(*draft.content, "emoji");
  if (!emoji) return missing(at.child("emoji"));
  if (!emoji->is_string() || emoji->get_string().size() > 64) return not_valid("Parameter value of reaction['emoji'] is not an emoji");
  World& world = call.world();
  const GraphError bad_target = not_valid("The message to react to does not exist, is too old or is itself a reaction");
  if (json::find(*draft.body, "context")) {
    draft.late = not_valid("A reaction cannot carry a context");
    return std::nullopt;
  }
  const std::string_view target = text_of(*draft.content, "message_id");
  constexpr auto oldest = std::chrono::hours(24 * 30);
  if (const auto sent = world.messages.find(target)) {
    if (sent->type == "reaction" || sent->number_id != draft.number->id || sent->at + oldest < call.now()) draft.late = bad_target;
  } else if (const auto received = world.received.find(target)) {
    if (received->type == "reaction" || received->number_id != draft.number->id || received->at + oldest < call.now())
      draft.late = bad_target;
  } else {
    draft.late = bad_target;
  }
  return std::nullopt;
}

Failure check_pin(const SendDraft& draft) {
  const ParamPath at{nullptr, "pin"};
  if (draft.group_id.empty()) return parameter_error("Invalid parameter", "Messages can be pinned in groups only");
  const std::string_view kind = text_of(*draft.content, "type");
  if (kind != "pin" && kind != "unpin") return not_one_of("pin['type']", "PIN, UNPIN", kind);
  if (auto failure = check_text(*draft.content, at, "message_id", 0, Absent::missing_131008)) return failure;
  if (kind == "unpin") return std::nullopt;
  const auto days = int_param(*draft.content, "expiration_days");
  if (!days) return missing(at.child("expiration_days"));
  if (*days < 1 || *days > 30) return not_valid("Parameter value of pin['expiration_days'] must be between 1 and 30");
  return std::nullopt;
}

}  // namespace

Failure check_media(const Call& call, SendDraft& draft, const json::object& media, const ParamPath& at, std::string_view kind) {
  const std::string id = scalar_of(media, "id");
  const std::string_view link = text_of(media, "link");
  if (id.empty() == link.empty()) {
    return parameter_error("Invalid parameter", "Exactly one of 'id' and 'link' is needed in '" + at.text() + "'");
  }
  if (id.empty()) {
    if (!is_http_url(link)) return not_valid(at.child("link").text() + " is not a valid URL");
    if (link.size() > 2048) return too_long(at.child("link"), 2048);
    return std::nullopt;
  }
  auto item = call.world().media.find(id, call.now());
  if (!item || item->number_id != draft.number->id) return wrong_object(http::Method::post, id);
  const MediaKind stored = media_kind_for(item->mime_type);
  const bool fits = kind == "document" || to_string(stored) == kind;
  if (!fits && !draft.late) {
    draft.late = graph_error(131053, "Media file with ID " + id + " has type " + item->mime_type + ", which is not a supported type of '" +
                                         std::string(kind) + "'.");
  }
  if (!draft.media) draft.media = std::move(item);
  return std::nullopt;
}

Failure check_content(const Call& call, SendDraft& draft) {
  const std::string_view type = draft.type;
  if (type == "text") return check_text_message(draft);
  if (type == "template") return check_template_shape(draft);
  if (type == "interactive") return check_interactive(call, draft);
  if (type == "location") return check_location(draft);
  if (type == "contacts") return check_contacts(draft);
  if (type == "reaction") return check_reaction(call, draft);
  if (type == "pin") return check_pin(draft);
  return check_media_message(call, draft);
}

}  // namespace wherry::sim

#include "simulator/user_actions.h"

#include "base/json.h"
#include "net/headers.h"

namespace wherry::sim {

namespace {

Error wrong(std::string text) { return Error{ErrorCode::invalid_argument, std::move(text)}; }

Result<std::string> message_id_of(const json::object& request) {
  const auto id = json::find_string(request, "message_id");
  if (!id) return wrong("message_id is required");
  return std::string(*id);
}

std::string text_of(const json::object& object, std::string_view name) { return std::string(json::find_string(object, name).value_or("")); }

struct Choice {
  std::string kind;  ///< button_reply, list_reply, or button for a template's quick reply
  json::object reply;
};

void add_interactive_choices(const json::object& interactive, std::vector<Choice>& choices) {
  const auto* action = json::find_object(interactive, "action");
  if (action == nullptr) return;
  if (const auto* buttons = json::find_array(*action, "buttons")) {
    for (const auto& button : *buttons) {
      const auto* reply = button.is_object() ? json::find_object(button.get_object(), "reply") : nullptr;
      if (reply != nullptr) choices.push_back({"button_reply", {{"id", text_of(*reply, "id")}, {"title", text_of(*reply, "title")}}});
    }
  }
  if (const auto* sections = json::find_array(*action, "sections")) {
    for (const auto& section : *sections) {
      const auto* rows = section.is_object() ? json::find_array(section.get_object(), "rows") : nullptr;
      if (rows == nullptr) continue;
      for (const auto& row : *rows) {
        if (!row.is_object()) continue;
        Choice choice{"list_reply", {{"id", text_of(row.get_object(), "id")}, {"title", text_of(row.get_object(), "title")}}};
        if (const auto description = json::find_string(row.get_object(), "description")) {
          choice.reply["description"] = std::string(*description);
        }
        choices.push_back(std::move(choice));
      }
    }
  }
}

/// The payload a send gave to the quick reply at this index; its text otherwise.
std::string payload_of(const json::object& body, std::size_t index, const std::string& text) {
  const auto* value = json::find_object(body, "template");
  const auto* components = value == nullptr ? nullptr : json::find_array(*value, "components");
  if (components == nullptr) return text;
  for (const auto& component : *components) {
    const auto* object = component.if_object();
    if (object == nullptr || !http::equal_ignoring_case(text_of(*object, "sub_type"), "quick_reply")) continue;
    const auto* at = json::find(*object, "index");
    const bool here = at != nullptr && ((at->is_int64() && at->get_int64() == static_cast<std::int64_t>(index)) ||
                                        (at->is_string() && at->get_string() == std::to_string(index)));
    const auto* parameters = json::find_array(*object, "parameters");
    if (!here || parameters == nullptr || parameters->empty() || !parameters->front().is_object()) continue;
    return text_of(parameters->front().get_object(), "payload");
  }
  return text;
}

void add_template_choices(const json::object& body, const Template& value, std::vector<Choice>& choices) {
  for (const auto& component : value.components) {
    const auto* object = component.if_object();
    const auto* buttons = object == nullptr ? nullptr : json::find_array(*object, "buttons");
    if (buttons == nullptr) continue;
    for (std::size_t i = 0; i < buttons->size(); ++i) {
      const auto* button = (*buttons)[i].if_object();
      if (button == nullptr || !http::equal_ignoring_case(text_of(*button, "type"), "QUICK_REPLY")) continue;
      const auto text = text_of(*button, "text");
      choices.push_back({"button", {{"payload", payload_of(body, i, text)}, {"text", text}}});
    }
  }
}

}  // namespace

Result<SentMessagePtr> UserActions::sent(const json::object& request) const {
  TRY(const auto id, message_id_of(request));
  auto message = world_.messages.find(id);
  if (!message) return Error{ErrorCode::not_found, "unknown message_id"};
  return message;
}

Result<ReceivedMessage> UserActions::received(const json::object& request) const {
  TRY(const auto id, message_id_of(request));
  auto message = world_.received.find(id);
  if (!message) return Error{ErrorCode::not_found, "unknown message_id"};
  return *message;
}

InboundMessage UserActions::from_recipient(const SentMessage& message, std::string type, Timestamp at) const {
  InboundMessage inbound;
  inbound.number_id = message.number_id;
  inbound.from = message.wa_id;
  inbound.group_id = message.group_id;
  inbound.type = std::move(type);
  inbound.at = at;
  return inbound;
}

Result<std::string> UserActions::react(const json::object& request) {
  TRY(const auto id, message_id_of(request));
  InboundMessage inbound;
  if (const auto message = world_.messages.find(id)) {
    inbound = from_recipient(*message, "reaction", world_.now());
  } else if (const auto own = world_.received.find(id)) {
    inbound.number_id = own->number_id;
    inbound.from = own->from;
    inbound.type = "reaction";
    inbound.at = world_.now();
  } else {
    return Error{ErrorCode::not_found, "unknown message_id"};
  }
  json::object reaction{{"message_id", id}};
  const auto emoji = text_of(request, "emoji");
  if (!emoji.empty()) reaction["emoji"] = emoji;
  inbound.members["type"] = "reaction";
  inbound.members["reaction"] = std::move(reaction);
  return inbound_.deliver(std::move(inbound));
}

Result<void> UserActions::receipt(const json::object& request, StatusKind kind) {
  TRY(const auto message, sent(request));
  timeline_.tell(*message, kind, world_.now());
  return Result<void>();
}

Result<json::object> UserActions::answer_to(const SentMessage& message, std::size_t index, std::string_view id) const {
  const auto parsed = json::parse(message.body);
  const auto* body = parsed ? parsed->if_object() : nullptr;
  std::vector<Choice> choices;
  if (body != nullptr) {
    if (const auto* interactive = json::find_object(*body, "interactive")) add_interactive_choices(*interactive, choices);
    const auto value = message.template_id.empty() ? nullptr : world_.templates.find(message.template_id);
    if (value) add_template_choices(*body, *value, choices);
  }
  if (!id.empty()) {
    index = choices.size();
    for (std::size_t i = 0; i < choices.size(); ++i) {
      if (text_of(choices[i].reply, "id") == id || text_of(choices[i].reply, "payload") == id) index = i;
    }
  }
  if (index >= choices.size()) return wrong("the message has no such button or row");
  const auto& choice = choices[index];
  const auto number = world_.numbers.find(message.number_id);
  json::object members;
  members["context"] = json::object{{"from", number ? number->digits : ""}, {"id", message.id}};
  if (choice.kind == "button") {
    members["type"] = "button";
    members["button"] = choice.reply;
  } else {
    members["type"] = "interactive";
    members["interactive"] = json::object{{"type", choice.kind}, {choice.kind, choice.reply}};
  }
  return members;
}

Result<std::string> UserActions::tap(const json::object& request) {
  TRY(const auto message, sent(request));
  std::size_t index = 0;
  if (const auto* value = json::find(request, "index")) {
    if (!value->is_int64() || value->get_int64() < 0 || value->get_int64() > 100) return wrong("index must be a small whole number");
    index = static_cast<std::size_t>(value->get_int64());
  }
  TRY(auto members, answer_to(*message, index, text_of(request, "id")));
  auto inbound = from_recipient(*message, text_of(members, "type"), world_.now());
  inbound.members = std::move(members);
  return inbound_.deliver(std::move(inbound));
}

Result<std::string> UserActions::revoke(const json::object& request) {
  TRY(const auto original, received(request));
  InboundMessage inbound;
  inbound.number_id = original.number_id;
  inbound.from = original.from;
  inbound.type = "revoke";
  inbound.members["type"] = "revoke";
  inbound.members["revoke"] = json::object{{"original_message_id", original.id}};
  return inbound_.deliver(std::move(inbound));
}

Result<std::string> UserActions::edit(const json::object& request) {
  TRY(const auto original, received(request));
  json::object message;
  if (const auto* given = json::find_object(request, "message")) {
    message = *given;
  } else if (const auto text = json::find_string(request, "text")) {
    message = {{"type", "text"}, {"text", {{"body", std::string(*text)}}}};
  } else {
    return wrong("message or text is required");
  }
  InboundMessage inbound;
  inbound.number_id = original.number_id;
  inbound.from = original.from;
  inbound.type = "edit";
  inbound.members["type"] = "edit";
  inbound.members["edit"] = json::object{{"original_message_id", original.id}, {"message", std::move(message)}};
  return inbound_.deliver(std::move(inbound));
}

void UserActions::change_number(const SentMessage& message, Timestamp at) {
  const auto user = world_.user(message.wa_id);
  if (!user.changed_to.empty() || message.wa_id.size() != 11) return;
  // The same user number among the ordinary magic users.
  const std::string changed = "9990" + message.wa_id.substr(4, 6) + "0";
  world_.change_user(message.wa_id, [&](User& known) { known.changed_to = changed; });
  auto inbound = from_recipient(message, "system", at);
  inbound.with_contact = inbound.opens_window = false;
  inbound.members["type"] = "system";
  inbound.members["system"] = json::object{{"body", "User " + user.name + " changed from " + message.wa_id + " to " + changed},
                                           {"wa_id", changed},
                                           {"type", "user_changed_number"}};
  inbound_.deliver(std::move(inbound));
}

void UserActions::afterwards(const SentMessagePtr& message, Afterwards what, Timestamp at) {
  switch (what) {
    case Afterwards::nothing: return;
    case Afterwards::change_number: return change_number(*message, at);
    case Afterwards::tap: {
      auto members = answer_to(*message, 0, {});
      if (!members) return;
      auto inbound = from_recipient(*message, text_of(*members, "type"), at);
      inbound.members = std::move(*members);
      inbound_.deliver(std::move(inbound));
      return;
    }
    case Afterwards::echo: {
      const auto parsed = json::parse(message->body);
      const auto* text = parsed && parsed->is_object() ? json::find_object(parsed->get_object(), "text") : nullptr;
      std::string body = text == nullptr ? message->rendered : text_of(*text, "body");
      if (body.empty()) body = "You sent: " + message->type;
      auto inbound = from_recipient(*message, "text", at);
      inbound.members["type"] = "text";
      inbound.members["text"] = json::object{{"body", std::move(body)}};
      inbound_.deliver(std::move(inbound));
      return;
    }
  }
}

}  // namespace wherry::sim

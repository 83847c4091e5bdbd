#include "api/pepipost/wire.h"
#include "domain/meta_shape.h"

namespace wherry::api::pepipost {

namespace {

json::value text_part(const json::value& text) { return text.is_string() ? json::value(json::object{{"text", text}}) : text; }

// {"type","url"} becomes Meta's {"type",<type>:{"link"}}.
json::value header_part(const json::value& header) {
  const auto* given = header.if_object();
  if (given == nullptr || !given->contains("url")) return header;
  const auto type = json::find_string(*given, "type");
  if (!type || given->contains(*type)) return header;
  json::object file{{"link", given->at("url")}};
  if (const auto* name = json::find(*given, "filename")) file["filename"] = *name;
  json::object out{{"type", *type}};
  out[*type] = std::move(file);
  return out;
}

// The action is an array of one; of a link its one button is what Meta calls the action.
json::value action_part(const json::value& action, std::string_view type) {
  const auto* list = action.if_array();
  const auto* only = list != nullptr && list->size() == 1 ? list->front().if_object() : action.if_object();
  if (only == nullptr) return action;
  const auto* buttons = type == "cta_url" ? json::find_array(*only, "buttons") : nullptr;
  if (buttons != nullptr && buttons->size() == 1) return buttons->front();
  return *only;
}

json::object in_metas_shape(const json::object& given, std::string_view type) {
  auto shaped = given;
  for (const auto* name : {"body", "footer"}) {
    if (auto* part = shaped.if_contains(name)) *part = text_part(*part);
  }
  if (const auto* footer = json::find_object(shaped, "footer"); footer != nullptr && json::find_string(*footer, "text") == "")
    shaped.erase("footer");
  if (auto* header = shaped.if_contains("header")) *header = header_part(*header);
  if (auto* action = shaped.if_contains("action")) *action = action_part(*action, type);
  return shaped;
}

// "interactive.action.button is required" is about this door's `action.button`.
std::string without_root(std::string text) {
  constexpr std::string_view root = "interactive.";
  if (text.starts_with(root)) text.erase(0, root.size());
  return text + ".";
}

}  // namespace

InteractiveContent read_interactive(const Fields& message) {
  const auto* object = message.only("type_interactive", Fields::Shape::array_or_object);
  if (object == nullptr) return {};
  const auto fields = message.of(*object);
  const auto type = fields.required("type", 64);
  if (fields.failed()) return {};
  fields.one_of("type", type, {"list", "button", "cta_url"}, "list, button or cta_url");
  const auto* action = json::find(*object, "action");
  const bool empty = action == nullptr || (action->is_array() && action->get_array().empty());
  if (empty) fields.refuse(invalid("action is required."));
  if (!empty && action->is_array() && action->get_array().size() > 1) fields.refuse(invalid("action can hold only one element."));
  if (fields.failed()) return {};
  auto read = wherry::read_interactive(in_metas_shape(*object, type));
  if (read) {
    const auto checked = check_content(Content(*read));
    if (checked) return std::move(*read);
    fields.refuse(invalid(without_root(checked.error().message)));
    return {};
  }
  fields.refuse(invalid(without_root(read.error().message)));
  return {};
}

}  // namespace wherry::api::pepipost

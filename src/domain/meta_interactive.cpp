#include "base/overloaded.h"
#include "domain/meta_media.h"
#include "domain/meta_shape.h"

namespace wherry {

namespace {

using Presence = ObjectReader::Presence;

json::object text_object(const std::string& text) { return json::object{{"text", text}}; }

json::object action_object(const ReplyButtons& action) {
  json::array buttons;
  for (const auto& button : action.buttons) {
    buttons.push_back(json::object{{"type", "reply"}, {"reply", json::object{{"id", button.id}, {"title", button.title}}}});
  }
  return json::object{{"buttons", std::move(buttons)}};
}

json::object action_object(const ListMenu& action) {
  json::array sections;
  for (const auto& section : action.sections) {
    json::array rows;
    for (const auto& row : section.rows) {
      json::object out{{"id", row.id}, {"title", row.title}};
      if (!row.description.empty()) out["description"] = row.description;
      rows.push_back(std::move(out));
    }
    json::object out;
    if (!section.title.empty()) out["title"] = section.title;
    out["rows"] = std::move(rows);
    sections.push_back(std::move(out));
  }
  return json::object{{"button", action.button}, {"sections", std::move(sections)}};
}

json::object action_object(const UrlButton& action) {
  return json::object{{"name", "cta_url"}, {"parameters", json::object{{"display_text", action.display_text}, {"url", action.url}}}};
}

json::object action_object(const OtherAction& action) { return action.action; }

ReplyButtons read_buttons(const ObjectReader& in) {
  ReplyButtons out;
  in.each("buttons", Presence::required, [&](const ObjectReader& button) {
    if (const auto reply = button.object("reply", Presence::required)) {
      out.buttons.push_back({reply->text("id", Presence::required), reply->text("title", Presence::required)});
    }
  });
  return out;
}

ListMenu read_list(const ObjectReader& in) {
  ListMenu out;
  out.button = in.text("button", Presence::required);
  in.each("sections", Presence::required, [&](const ObjectReader& section) {
    ListSection read;
    read.title = section.text("title");
    section.each("rows", Presence::required, [&](const ObjectReader& row) {
      read.rows.push_back({row.text("id", Presence::required), row.text("title", Presence::required), row.text("description")});
    });
    out.sections.push_back(std::move(read));
  });
  return out;
}

UrlButton read_url_button(const ObjectReader& in) {
  UrlButton out;
  if (const auto parameters = in.object("parameters", Presence::required)) {
    out.display_text = parameters->text("display_text", Presence::required);
    out.url = parameters->text("url", Presence::required);
  }
  return out;
}

void read_header(const ObjectReader& header, InteractiveContent& content) {
  const auto type = header.text("type", Presence::required);
  if (type == "text") {
    content.header = header.text("text", Presence::required);
  } else if (const auto kind = header_media_kind(type)) {
    content.header = read_media_reference(header, *kind);
  } else {
    header.refuse("type", "must be text, image, video or document");
  }
}

std::string read_part(const ObjectReader& in, std::string_view name) {
  const auto part = in.object(name);
  return part ? part->text("text", Presence::required) : std::string();
}

}  // namespace

std::string_view interactive_type(const InteractiveContent& content) {
  return std::visit(
      Overloaded{[](const ReplyButtons&) -> std::string_view { return "button"; },
                 [](const ListMenu&) -> std::string_view { return "list"; }, [](const UrlButton&) -> std::string_view { return "cta_url"; },
                 [](const OtherAction& other) -> std::string_view { return other.type; }},
      content.action);
}

json::object meta_object(const InteractiveContent& interactive, UploadedFiles uploaded) {
  json::object out{{"type", interactive_type(interactive)}};
  if (const auto* text = std::get_if<std::string>(&interactive.header)) out["header"] = json::object{{"type", "text"}, {"text", *text}};
  if (const auto* media = std::get_if<MediaReference>(&interactive.header)) out["header"] = typed_media(*media, uploaded);
  if (!interactive.body.empty()) out["body"] = text_object(interactive.body);
  if (!interactive.footer.empty()) out["footer"] = text_object(interactive.footer);
  out["action"] = std::visit([](const auto& action) { return action_object(action); }, interactive.action);
  return out;
}

Result<InteractiveContent> read_interactive(const json::object& object) {
  std::optional<Error> failure;
  const ObjectReader in(object, "interactive", failure);
  InteractiveContent content;
  auto type = in.text("type", Presence::required);
  if (const auto header = in.object("header")) read_header(*header, content);
  content.body = read_part(in, "body");
  content.footer = read_part(in, "footer");
  if (const auto action = in.object("action", Presence::required)) {
    if (type == "button") {
      content.action = read_buttons(*action);
    } else if (type == "list") {
      content.action = read_list(*action);
    } else if (type == "cta_url") {
      content.action = read_url_button(*action);
    } else {
      content.action = OtherAction{std::move(type), action->raw()};
    }
  }
  if (failure) return std::move(*failure);
  return content;
}

}  // namespace wherry

#include "domain/content.h"

#include "base/overloaded.h"

namespace wherry {

namespace {

std::optional<MediaId> file_of_reference(const MediaReference& media) {
  const auto* ours = std::get_if<MediaId>(&media.source);
  return ours != nullptr ? std::optional(*ours) : std::nullopt;
}

std::optional<MediaId> file_of_components(const std::vector<TemplateComponent>& components) {
  for (const auto& component : components) {
    for (const auto& parameter : component.parameters) {
      const auto* media = std::get_if<MediaReference>(&parameter);
      if (const auto file = media != nullptr ? file_of_reference(*media) : std::nullopt) return file;
    }
    for (const auto& card : component.cards) {
      if (const auto file = file_of_components(card.components)) return file;
    }
  }
  return std::nullopt;
}

std::string names_of(const ContactsContent& content) {
  std::string text;
  for (const auto& card : content.contacts) text += (text.empty() ? "" : ", ") + card.name.formatted_name;
  return text;
}

}  // namespace

std::string_view kind_name(const Content& content) {
  return std::visit(Overloaded{[](const TextContent&) -> std::string_view { return "text"; },
                               [](const MediaContent& media) { return to_string(media.kind); },
                               [](const ReactionContent&) -> std::string_view { return "reaction"; },
                               [](const LocationContent&) -> std::string_view { return "location"; },
                               [](const ContactsContent&) -> std::string_view { return "contacts"; },
                               [](const InteractiveContent&) -> std::string_view { return "interactive"; },
                               [](const TemplateContent&) -> std::string_view { return "template"; },
                               [](const PollContent&) -> std::string_view { return "poll"; },
                               [](const ForwardContent&) -> std::string_view { return "forward"; }},
                    content);
}

std::optional<MediaId> file_of(const Content& content) {
  using File = std::optional<MediaId>;
  return std::visit(Overloaded{[](const MediaContent& media) { return File(media.media); },
                               [](const InteractiveContent& interactive) {
                                 const auto* header = std::get_if<MediaReference>(&interactive.header);
                                 return header != nullptr ? file_of_reference(*header) : File();
                               },
                               [](const TemplateContent& message) { return file_of_components(message.components); },
                               [](const TextContent&) { return File(); }, [](const ReactionContent&) { return File(); },
                               [](const LocationContent&) { return File(); }, [](const ContactsContent&) { return File(); },
                               [](const PollContent&) { return File(); }, [](const ForwardContent&) { return File(); }},
                    content);
}

std::string display_text(const Content& content) {
  return std::visit(Overloaded{[](const TextContent& text) { return text.body; }, [](const MediaContent& media) { return media.caption; },
                               [](const ReactionContent& reaction) { return reaction.emoji; },
                               [](const LocationContent& place) { return place.name.empty() ? place.address : place.name; },
                               [](const ContactsContent& contacts) { return names_of(contacts); },
                               [](const InteractiveContent& interactive) { return interactive.body; },
                               [](const TemplateContent& message) { return "[Template: " + message.name + "]"; },
                               [](const PollContent& poll) { return poll.name; }, [](const ForwardContent&) { return std::string(); }},
                    content);
}

}  // namespace wherry

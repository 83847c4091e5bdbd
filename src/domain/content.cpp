#include "domain/content.h"

#include <algorithm>

#include "base/overloaded.h"

namespace wherry {

namespace {

void add_file(std::vector<MediaId>& files, const MediaReference& media) {
  const auto* ours = std::get_if<MediaId>(&media.source);
  if (ours != nullptr && std::find(files.begin(), files.end(), *ours) == files.end()) files.push_back(*ours);
}

void add_files(std::vector<MediaId>& files, const std::vector<TemplateComponent>& components) {
  for (const auto& component : components) {
    for (const auto& parameter : component.parameters) {
      if (const auto* media = std::get_if<MediaReference>(&parameter)) add_file(files, *media);
    }
    for (const auto& card : component.cards) add_files(files, card.components);
  }
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

std::vector<MediaId> files_of(const Content& content) {
  std::vector<MediaId> files;
  std::visit(Overloaded{[&](const MediaContent& media) { files.push_back(media.media); },
                        [&](const InteractiveContent& interactive) {
                          if (const auto* header = std::get_if<MediaReference>(&interactive.header)) add_file(files, *header);
                        },
                        [&](const TemplateContent& message) { add_files(files, message.components); }, [](const TextContent&) {},
                        [](const ReactionContent&) {}, [](const LocationContent&) {}, [](const ContactsContent&) {},
                        [](const PollContent&) {}, [](const ForwardContent&) {}},
             content);
  return files;
}

std::optional<MediaId> file_of(const Content& content) {
  const auto files = files_of(content);
  return files.empty() ? std::nullopt : std::optional(files.front());
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

#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/json.h"
#include "domain/media_reference.h"

namespace wherry {

struct ReplyButton {
  std::string id;            ///< 1-256 characters, comes back with the tap
  std::string title;         ///< 1-20 characters
  bool operator==(const ReplyButton&) const = default;
};
/// One to three buttons with ids and titles of their own.
struct ReplyButtons {
  std::vector<ReplyButton> buttons;
  bool operator==(const ReplyButtons&) const = default;
};

struct ListRow {
  std::string id;            ///< 1-200 characters, unique in the list
  std::string title;         ///< 1-24 characters
  std::string description;   ///< at most 72 characters; may be empty
  bool operator==(const ListRow&) const = default;
};
struct ListSection {
  std::string title;         ///< at most 24 characters; needed when there is more than one section
  std::vector<ListRow> rows;
  bool operator==(const ListSection&) const = default;
};
/// A button that opens one to ten sections with ten rows in all.
struct ListMenu {
  std::string button;        ///< 1-20 characters
  std::vector<ListSection> sections;
  bool operator==(const ListMenu&) const = default;
};

/// A button that opens a web page.
struct UrlButton {
  std::string display_text;  ///< 1-20 characters
  std::string url;
  bool operator==(const UrlButton&) const = default;
};

/// Any other kind ("flow", "location_request_message", "carousel" …): Meta's action object as it is.
struct OtherAction {
  std::string type;
  json::object action;
  bool operator==(const OtherAction&) const = default;
};

/// A message with something to tap.
struct InteractiveContent {
  std::variant<std::monostate, std::string, MediaReference> header;  ///< text: at most 60 characters
  std::string body;          ///< at most 1024 characters, of a list 4096
  std::string footer;        ///< at most 60 characters; empty for none
  std::variant<ReplyButtons, ListMenu, UrlButton, OtherAction> action;
  bool operator==(const InteractiveContent&) const = default;
};

/// "button", "list", "cta_url" or the type of the other action.
std::string_view interactive_type(const InteractiveContent& content);

}  // namespace wherry

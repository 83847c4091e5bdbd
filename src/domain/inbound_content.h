#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "domain/content.h"

namespace wherry {

/// A tap on something of ours.
struct InboundReply {
  enum class Kind { button, list_row, template_button, form } kind = Kind::button;
  std::string id;             ///< the button's or row's id, or the payload of a template's button; empty for a form
  std::string title;          ///< what was tapped, in words
  std::string description;    ///< rows, when they have one
  std::string response_json;  ///< forms (flows, addresses): what was entered
};

/// A basket of a catalogue.
struct InboundOrder {
  struct Item {
    std::string product_retailer_id;
    std::int64_t quantity = 0;
    double item_price = 0;
    std::string currency;
  };
  std::string catalog_id, text;
  std::vector<Item> items;
};

/// The customer's number or user id has changed.
struct InboundSystemNote {
  std::string kind;           ///< user_changed_number, user_changed_user_id …
  std::string body;
  std::string wa_id, user_id; ///< the new ones; may be empty
};

/// What a message refers to.
struct InboundContext {
  std::string message_id;     ///< WhatsApp's id of the message that is answered or tapped; empty for none
  std::string from;           ///< who wrote that one
  bool forwarded = false;
  bool frequently_forwarded = false;
};

/// A customer's message by its type, for those who show it. Text and media are in InboundMessage and InboundView already.
struct InboundContent {
  std::variant<std::monostate, LocationContent, ContactsContent, ReactionContent, InboundReply, InboundOrder, InboundSystemNote> what;
  InboundContext context;
  std::string location_url;   ///< of a location, when it has one
  bool voice = false;         ///< audio: recorded in the chat
  bool animated = false;      ///< stickers
  std::string problem;        ///< unsupported: why WhatsApp does not pass it on
};

/// Reads WhatsApp's message object. What is missing or of the wrong type stays empty.
/// Source: Cloud API webhooks "messages".
InboundContent read_inbound_content(std::string_view type, const json::object& message);
/// The same from InboundView::raw.
InboundContent read_inbound_content(std::string_view type, std::string_view raw);

}  // namespace wherry

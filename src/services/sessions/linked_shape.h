#pragma once

#include <string>

#include "base/json.h"
#include "services/ports/linked_listener.h"

namespace wherry {

/// A received message in the shape of WhatsApp's webhooks for the same kind, so that whoever reads those reads this. What they have no word
/// for stands in the member "linked".
struct LinkedShape {
  std::string type;  ///< "text", "image", …, "poll", "unsupported"
  std::string text;  ///< body, caption, name of a poll; empty when none
  json::object object;
};

/// Of edits, votes, notices and revocations only what they share with messages.
LinkedShape linked_shape(const linked::ReceivedMessage& message);
/// The content alone: {"type":"text","text":{"body":…}}.
LinkedShape linked_shape(const linked::PlainContent& content);

/// How people and groups are written there: digits where the number is known, else the address.
std::string linked_address_text(const Jid& jid, const std::optional<Jid>& alt = std::nullopt);
/// The number, when either address tells it.
std::optional<WaId> number_of(const Jid& jid, const std::optional<Jid>& alt);

}  // namespace wherry

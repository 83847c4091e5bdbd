#pragma once

#include <optional>
#include <string>

#include "services/ports/models.h"

namespace wherry {

/// An inbound message with everything a front door tells about it.
struct InboundView {
  enum class File {
    none,         ///< the message carries no file
    available,    ///< `media` is its row
    pending,      ///< still being taken from WhatsApp
    unavailable,  ///< could not be taken
  };
  MessageId id;
  ConversationId conversation;
  ChannelId channel;
  std::string display_number;                ///< the channel's, digits
  std::string channel_label;                 ///< may be empty
  std::string from;                          ///< the customer's number in digits; empty when only a user id is known
  std::optional<std::string> profile_name;
  std::string type;                          ///< Meta's word
  std::string text;                          ///< body or caption
  std::string raw;                           ///< Meta's message object as JSON
  Timestamp at;
  File file = File::none;
  std::optional<Media> media;
  std::string declared_mime;                 ///< of the file, as WhatsApp said it
  std::string declared_file_name;
};

}  // namespace wherry

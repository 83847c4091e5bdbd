#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "domain/message_state.h"
#include "domain/meta_error.h"
#include "domain/wa_id.h"

namespace wherry {

/// A file a customer sent, still at WhatsApp.
struct InboundMedia {
  std::string remote_id;      ///< Meta's media id
  std::string mime_type;      ///< as declared, not normalised
  std::string sha256_base64;  ///< may be empty
  std::string file_name;
};

/// What a customer sent, of any type. Unknown types are kept in `raw` and passed on.
struct InboundMessage {
  std::string phone_number_id;
  std::string wamid;
  std::string place;                    ///< chat and sender where wamid alone does not tell messages apart; else empty
  ContactIdentity from;
  Timestamp at;                         ///< WhatsApp's own timestamp
  std::string type;                     ///< "text", "image", …, or one we do not know
  std::string text;                     ///< body, caption, or what was tapped; empty when none
  std::string reply_to;                 ///< WhatsApp's id of the message that is answered or reacted to; empty when none
  std::optional<InboundMedia> media;
  std::string raw;                      ///< the message object as JSON, as received
};

/// What became of a message we sent.
struct StatusUpdate {
  std::string phone_number_id;
  std::string wamid;
  std::string status;                   ///< as received; unknown ones are journaled and move nothing
  std::string recipient;                ///< recipient_id, participant or BSUID: part of the de-duplication key
  std::optional<MessageId> message;     ///< from biz_opaque_callback_data, when it is one of our ids
  Timestamp at;
  std::optional<UpstreamError> error;
  std::string raw;
};

/// Anything else: another field, value.errors, an unknown change. Kept raw.
struct OtherEvent {
  std::string phone_number_id;          ///< empty when the change names no number
  std::string waba_id;
  std::string field;
  std::string raw;
};

/// Something a linked number tells that is neither message nor status. Journaled under a kind of its own.
struct LinkedEvent {
  std::string phone_number_id;
  std::string kind;                     ///< "message.edited", …: src/store/README.md
  std::string once;                     ///< what makes it one with its repetition, within kind and number
  ContactIdentity with;                 ///< whose conversation it belongs to; empty: none. It is not opened by it
  Timestamp at;
  std::string body;                     ///< JSON
};

using InboundEvent = std::variant<InboundMessage, StatusUpdate, OtherEvent, LinkedEvent>;

}  // namespace wherry

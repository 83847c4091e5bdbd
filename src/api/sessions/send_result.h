#pragma once

#include "base/clock.h"
#include "net/message.h"
#include "services/ports/models.h"

namespace wherry::api::sessions {

/// How a send was asked for; it is kept with the message, so that a repeat under its key reads the same.
enum class Mode { sync, async };
std::string_view to_string(Mode mode);
Mode mode_of(const Message& message);

/// What a send or an action on a message is answered with.
struct SendResult {
  std::string message_id;       ///< WhatsApp's
  std::string_view status;      ///< "sent", "queued", "pending": nobody knows
  Timestamp at;
  Mode mode = Mode::sync;
  std::string outbox_id = {};   ///< of an async one
};
/// 200, or 202 for an async one.
http::Response send_response(const SendResult& result);

/// What an async send is answered with.
SendResult queued_result(const Message& message);
/// From what is stored about a message whose own answer is not known.
SendResult result_of(const Message& message);

/// The same answer again, with `replayed` true.
std::string replayed_body(std::string_view body);

}  // namespace wherry::api::sessions

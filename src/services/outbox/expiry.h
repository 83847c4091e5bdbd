#pragma once

#include "services/ports/models.h"

namespace wherry {

inline bool is_expired(const Message& message, Timestamp now) { return message.expires_at && *message.expires_at <= now; }

/// Why a message fails that was not sent in its time; `last` is what kept it back.
inline UpstreamError expired_error(std::string last) {
  UpstreamError error;
  error.title = "the message was not sent within its time to live";
  error.details = std::move(last);
  return error;
}
inline Error expired() { return {ErrorCode::rejected, "The message was not sent within its time to live"}; }

}  // namespace wherry

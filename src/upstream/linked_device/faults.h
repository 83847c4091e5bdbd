#pragma once

#include <string>

#include "base/json.h"
#include "services/ports/linked_transport.h"

namespace wherry::linked {

/// An `error` of the protocol (docs/formats/linked-device.md, section 4), from either side.
struct Fault {
  std::string code = "internal";
  std::string message;  ///< for people; no secrets
  bool retryable = false;
  std::string field;    ///< of bad_request
  std::string reason;   ///< of refused and media_failed
  int wa_code = 0;      ///< of refused
};

Fault decode_fault(const json::object& error);
json::object encode_fault(const Fault& fault);

/// What the caller of an operation is told.
Error to_error(const Fault& fault);
/// What the sender of a message is told. `may_retry` where the transport says so and where a connection is missing.
SendRefused to_refusal(const Fault& fault);

/// A failure of the listener as the transport is told: asked again when our store may recover.
Fault store_fault(const Error& error);

}  // namespace wherry::linked

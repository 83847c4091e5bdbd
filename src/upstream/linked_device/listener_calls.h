#pragma once

#include <optional>
#include <string>

#include "services/ports/linked_listener.h"
#include "upstream/linked_device/faults.h"
#include "upstream/linked_device/frames.h"

namespace wherry::linked {

/// What a request of the transport is answered.
struct CallReply {
  json::object ok;
  std::string blob;
  std::optional<Fault> fault;  ///< set: instead of the others
};

/// Whether the request changes nothing, so that it may be answered beside others of its session.
bool is_query(std::string_view op);

/// Hands a request about a session to the listener and waits until it has done it. An unknown `op` is a fault.
Task<CallReply> call_listener(Listener& listener, SessionId session, KeyFormat format, Frame frame);

/// Hands an event about a session to the listener. False: it is none that is known, or it is malformed.
Task<bool> tell_listener(Listener& listener, SessionId session, json::object event);

}  // namespace wherry::linked

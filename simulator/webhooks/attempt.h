#pragma once

#include "net/client.h"
#include "simulator/webhooks/delivery.h"
#include "simulator/webhooks/settings.h"

namespace wherry::sim {

/// The request of one attempt, spoiled as `fault` says.
struct AttemptRequest {
  http::ClientRequest request;
  std::string signature;      ///< as sent
  bool other_body = false;    ///< the bytes are not the delivery's
};
AttemptRequest make_attempt(const Delivery& delivery, const Target& target, Fault fault, const WebhookSettings& settings,
                            const Chaos& chaos);

}  // namespace wherry::sim

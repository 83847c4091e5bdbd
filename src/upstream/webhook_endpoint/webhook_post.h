#pragma once

#include "net/client.h"
#include "services/ports/webhook_endpoint.h"

namespace wherry {

/// Calls tenants' endpoints over HTTP, each time through the guard; reads at most 64 KiB of what they answer.
class GuardedWebhookSender final : public WebhookSender {
 public:
  /// Both must outlive it.
  GuardedWebhookSender(http::Client& client, const http::EgressGuard& guard, const Clock& clock)
      : client_(client), guard_(guard), clock_(clock) {}
  Task<WebhookAnswer> post(WebhookCall call) override;

 private:
  http::Client& client_;
  const http::EgressGuard& guard_;
  const Clock& clock_;
};

/// Retry-After: seconds or an HTTP date. nullopt when it is neither, or in the past.
std::optional<milliseconds> parse_retry_after(std::string_view text, Timestamp now);

}  // namespace wherry

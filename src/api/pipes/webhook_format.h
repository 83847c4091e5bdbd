#pragma once

#include "services/ports/webhook_endpoint.h"

namespace wherry::api::pipes {

/// The Pipes webhook: Meta's frame with one message, and a `pipes` object; X-Pipes-Signature is the hex HMAC-SHA256 of the body
/// when the subscription has a secret.
class PipesWebhookFormat final : public WebhookRenderer {
 public:
  std::vector<std::string> kinds() const override { return {"message.received"}; }
  std::optional<WebhookCall> render(const Subscription& subscription, const Channel* channel, const JournalItem& item,
                                    Timestamp now) const override;
};

}  // namespace wherry::api::pipes

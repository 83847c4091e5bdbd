#pragma once

#include "services/ports/webhook_endpoint.h"

namespace wherry::api::webhooks {

/// The body Meta itself sends, one message or status in each, signed like Meta's with the subscription's secret
/// (X-Hub-Signature-256), so that code written for the Cloud API receives it unchanged.
class GraphFormat final : public WebhookRenderer {
 public:
  std::vector<std::string> kinds() const override { return {"message.received", "message.status", "channel.event"}; }
  std::optional<WebhookCall> render(const Subscription& subscription, const Channel* channel, const JournalItem& item,
                                    Timestamp now) const override;
};

}  // namespace wherry::api::webhooks

#pragma once

#include "services/ports/webhook_endpoint.h"

namespace wherry::api::magpipe {

/// What a Magpipe application is told: customers' messages as `whatsapp.received`, and what becomes of its own as
/// `message.status_changed`. Signed with x-magpipe-signature; 10 s.
class MagpipeWebhookFormat final : public WebhookRenderer {
 public:
  std::vector<std::string> kinds() const override { return {"message.received", "message.status"}; }
  std::optional<WebhookCall> render(const Subscription& subscription, const Channel* channel, const JournalItem& item,
                                    Timestamp now) const override;
};

}  // namespace wherry::api::magpipe

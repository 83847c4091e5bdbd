#pragma once

#include "services/ports/webhook_endpoint.h"

namespace wherry::api::webhooks {

/// Standard Webhooks: webhook-id (the same for every try), webhook-timestamp (seconds, of the try), webhook-signature
/// (space-separated v1 HMAC-SHA256 and v1a Ed25519 over "id.timestamp.body").
/// Body: {"id","type","timestamp","data":{"tenant_id","channel_id","conversation_id","sequence","event","message"?}}.
class StandardFormat final : public WebhookRenderer {
 public:
  std::vector<std::string> kinds() const override { return {}; }
  std::optional<WebhookCall> render(const Subscription& subscription, const Channel* channel, const JournalItem& item,
                                    Timestamp now) const override;
};

/// The name of an event, the same for every reader and every try.
std::string event_id(const JournalEvent& event);
/// The value of webhook-signature.
std::string standard_signature(const Subscription& subscription, std::string_view id, std::int64_t timestamp, std::string_view body);

}  // namespace wherry::api::webhooks

#pragma once

#include "services/ports/webhook_endpoint.h"

namespace wherry::api::sessions {

/// What a client of the Sessions door is told of its linked numbers. Signed with X-Webhook-Hmac (HMAC-SHA512) when there is a secret.
class SessionsWebhookFormat final : public WebhookRenderer {
 public:
  std::vector<std::string> kinds() const override;
  std::string name_of(std::string_view kind) const override;
  /// Any dotted name: those of events we never tell have no effect.
  bool takes_name(std::string_view name) const override;
  bool is_about(ChannelKind kind) const override { return kind == ChannelKind::linked; }
  bool only_moves() const override { return true; }
  std::optional<WebhookCall> render(const Subscription& subscription, const Channel* channel, const JournalItem& item,
                                    Timestamp now) const override;
};

}  // namespace wherry::api::sessions

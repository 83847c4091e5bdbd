#pragma once

#include "base/json.h"
#include "services/ports/webhook_endpoint.h"

namespace wherry::api::pepipost {

/// The callbacks of the door: {"delivery_status":[…]} and {"incoming_message":[…]}, unsigned. The subscription's edition 2 adds fields
/// to a status and gives its time as Unix seconds.
class PepipostWebhookFormat final : public WebhookRenderer {
 public:
  std::vector<std::string> kinds() const override;
  std::uint32_t editions() const override { return 2; }
  bool only_moves() const override { return true; }
  std::optional<WebhookCall> render(const Subscription& subscription, const Channel* channel, const JournalItem& item,
                                    Timestamp now) const override;
  CallSharing sharing() const override { return {100, seconds(1)}; }
  /// Statuses do.
  bool may_share(const JournalItem& item) const override;
  std::optional<WebhookCall> render_shared(const Subscription& subscription, std::span<const WebhookEvent> events,
                                           Timestamp now) const override;
};

/// One element of delivery_status; nullopt when the event is no status that is told.
std::optional<json::object> status_object(const JournalItem& item, const Channel* channel, std::uint32_t edition);

/// One element of incoming_message. What has no type of its own here goes without message_type.
json::object incoming_object(const InboundView& message, const Channel* channel);

/// What a message keeps to be told again: source and x-apiheader.
std::string client_data_of(const std::string& source, const std::string& api_header);

}  // namespace wherry::api::pepipost

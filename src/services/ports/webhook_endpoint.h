#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/channels/channels.h"
#include "services/ports/webhook_store.h"

namespace wherry {

/// A webhook ready to be sent: exactly these bytes are signed.
struct WebhookCall {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  milliseconds timeout{15'000};
};

/// What became of a call.
struct WebhookAnswer {
  int status = 0;                            ///< 0: none came
  std::string error;                         ///< why none came
  std::optional<milliseconds> retry_after;   ///< as asked, not yet clamped
  bool acknowledged() const { return status >= 200 && status < 300; }
};

/// The way to tenants' endpoints, through the egress guard. Never follows a redirect.
class WebhookSender {
 public:
  virtual ~WebhookSender() = default;
  virtual Task<WebhookAnswer> post(WebhookCall call) = 0;
};

/// Turns an event into a call; one for each WebhookFormat.
class WebhookRenderer {
 public:
  virtual ~WebhookRenderer() = default;
  /// The kinds of events the format has a form for; empty: every kind.
  virtual std::vector<std::string> kinds() const = 0;
  bool tells(std::string_view kind) const;
  /// Whether statuses that move no message are passed over: repeated ones, and those that come after a later one.
  virtual bool only_moves() const { return false; }
  /// How many editions the format has; a subscription chooses one, from 1.
  virtual std::uint32_t editions() const { return 1; }
  /// `channel` may be nullptr when it was removed. Signed for the try that begins at `now`; nullopt: nothing to tell.
  virtual std::optional<WebhookCall> render(const Subscription& subscription, const Channel* channel, const JournalItem& item,
                                            Timestamp now) const = 0;
};

}  // namespace wherry

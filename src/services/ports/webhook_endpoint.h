#pragma once

#include <memory>
#include <optional>
#include <span>
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

/// An event to tell, and its channel; nullptr when that was removed.
struct WebhookEvent {
  const JournalItem& item;
  ChannelPtr channel;
};

/// How events of different conversations share a call.
struct CallSharing {
  std::size_t most = 1;    ///< events in one call
  milliseconds gather{0};  ///< how long others are waited for, from when the event was recorded
};

/// Turns an event into a call; one for each WebhookFormat.
class WebhookRenderer {
 public:
  virtual ~WebhookRenderer() = default;
  /// The kinds of events the format has a form for; empty: every kind.
  virtual std::vector<std::string> kinds() const = 0;
  bool tells(std::string_view kind) const;
  /// What a subscription's `kinds` call an event of this kind.
  virtual std::string name_of(std::string_view kind) const { return std::string(kind); }
  /// Whether `kinds` may hold this name; also one that no event has, where the product's clients are used to it.
  virtual bool takes_name(std::string_view name) const { return tells(name); }
  /// Whether events of such channels are told.
  virtual bool is_about(ChannelKind) const { return true; }
  /// Whether statuses that move no message are passed over: repeated ones, and those that come after a later one.
  virtual bool only_moves() const { return false; }
  /// How many editions the format has; a subscription chooses one, from 1.
  virtual std::uint32_t editions() const { return 1; }
  /// `channel` may be nullptr when it was removed. Signed for the try that begins at `now`; nullopt: nothing to tell.
  virtual std::optional<WebhookCall> render(const Subscription& subscription, const Channel* channel, const JournalItem& item,
                                            Timestamp now) const = 0;
  virtual CallSharing sharing() const { return {}; }
  /// Whether this event may share a call. It is one that render() has a form for.
  virtual bool may_share(const JournalItem&) const { return false; }
  /// One call for several events that may share one.
  virtual std::optional<WebhookCall> render_shared(const Subscription&, std::span<const WebhookEvent>, Timestamp) const {
    return std::nullopt;
  }
};

}  // namespace wherry

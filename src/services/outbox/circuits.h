#pragma once

#include <mutex>
#include <optional>
#include <unordered_map>

#include "services/channels/channels.h"

namespace wherry {

/// A number that WhatsApp refuses for the account's sake (token, payment, policy) is not called again at once: its circuit opens, and one
/// message at a time probes it, after a minute, then two, up to every fifteen. Threads: any.
class Circuits {
 public:
  explicit Circuits(const Clock& clock) : clock_(clock) {}

  /// How long until the channel's next probe; nullopt when a message may go now. Takes nothing.
  std::optional<milliseconds> blocked(const ChannelPtr& channel);
  /// As blocked(), for a message that goes when it may: it is the probe then, and the next one is due an interval later.
  std::optional<milliseconds> enter(const ChannelPtr& channel);

  enum class State { closed, blocked, probing };  ///< probing: refused, and the next probe is due
  State state_of(ChannelId channel);

  enum class Change { none, opened, closed };
  /// WhatsApp refused the account. The circuit is open afterwards.
  Change refused(const ChannelPtr& channel);
  /// WhatsApp looked past the account: it took the message, or refused it for its own sake.
  Change passed(const ChannelPtr& channel);
  std::size_t open_count() const;

 private:
  struct Open {
    ChannelPtr channel;  ///< as it was when it was refused: a changed one is worth a probe at once
    milliseconds interval;
    Timestamp next_probe;
  };
  bool is_due(const Open& open) const;
  std::optional<milliseconds> wait_for(const Open& open, const ChannelPtr& channel) const;

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::unordered_map<ChannelId, Open, IdHash> open_;
};

}  // namespace wherry

#pragma once

#include <mutex>
#include <unordered_map>

#include "domain/pacing.h"
#include "services/ports/models.h"

namespace wherry {

/// Meta's known limits, kept before calling: a number's messages per second and 45 + one per 6 s to one recipient.
/// Threads: any. A 1-to-1 map of (channel, conversation) to its state, forgotten when idle.
class Pacer {
 public:
  explicit Pacer(const Clock& clock) : clock_(clock) {}
  /// Takes a slot for this message and gives how long to wait for it. nullopt, taking nothing, when the wait would exceed `limit`.
  std::optional<milliseconds> reserve(const Channel& channel, ConversationId conversation, milliseconds limit);
  /// Forgets idle states; call now and then.
  void sweep();
  std::size_t size() const;

 private:
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::unordered_map<ChannelId, Gcra, IdHash> numbers_;
  std::unordered_map<ConversationId, Gcra, IdHash> pairs_;
};

}  // namespace wherry

#pragma once

#include <mutex>
#include <optional>
#include <unordered_map>

#include "domain/pacing.h"
#include "services/ports/models.h"

namespace wherry {

/// Meta's known limits, kept before calling: 45 messages at once and then one per 6 s to one recipient, and a number's
/// messages per second. Threads: any. A state is forgotten when it is idle.
class Pacer {
 public:
  explicit Pacer(const Clock& clock) : clock_(clock) {}

  /// Each takes a slot and gives how long to wait for it; nullopt, taking nothing, when the wait would exceed `limit`.
  /// Wait for the pair's slot before asking for the number's: a slot far ahead would hold up every other recipient.
  std::optional<milliseconds> reserve_pair(const Channel& channel, ConversationId conversation, milliseconds limit);
  std::optional<milliseconds> reserve_number(const Channel& channel, milliseconds limit);

  /// The number's slots for messages that nobody waits for: they stand in line and take only what is free at the moment, so that a
  /// backlog never delays those who reserve. Every place in line is given up by ask() with a slot, or by leave_line().
  std::uint64_t join_line(const Channel& channel);
  /// Zero: the slot is taken and the place given up. Otherwise how long to wait before asking again.
  milliseconds ask(const Channel& channel, std::uint64_t place);
  void leave_line(const Channel& channel);

  /// Forgets idle states; call now and then.
  void sweep();
  std::size_t size() const;

 private:
  struct Number {
    Gcra gcra;
    int rate;  ///< what it was made for: a change of tier starts it anew
    std::uint64_t joined = 0;  ///< who ever stood in line
    std::uint64_t left = 0;    ///< of those, who no longer do
  };
  Number& number_of(const Channel& channel);
  std::optional<milliseconds> take(Gcra& gcra, milliseconds limit);

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::unordered_map<ChannelId, Number, IdHash> numbers_;
  std::unordered_map<ConversationId, Gcra, IdHash> pairs_;
};

}  // namespace wherry

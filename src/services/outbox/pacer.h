#pragma once

#include <array>
#include <deque>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "domain/pacing.h"
#include "services/ports/models.h"

namespace wherry {

/// Who gets a number's next slot, the first first.
enum class Urgency {
  awaited,      ///< a caller waits: slots are reserved ahead
  interactive,  ///< stands in line for what those leave
  bulk,         ///< stands in line for what all others leave
};
inline Urgency urgency_of(Priority priority) { return priority == Priority::bulk ? Urgency::bulk : Urgency::interactive; }

/// Meta's known limits, kept before calling: 45 messages at once and then one per 6 s to one recipient, and a number's
/// messages per second. Threads: any. A state is forgotten when it is idle.
///
/// Nobody starves: whoever stands in line is given every tenth of the slots that go past it. So bulk has a tenth of a number that
/// interactive messages fill, and what nobody waits for has a tenth beside what is waited for.
class Pacer {
 public:
  explicit Pacer(const Clock& clock) : clock_(clock) {}

  /// Each takes a slot and gives how long to wait for it; nullopt, taking nothing, when the wait would exceed `limit`.
  /// Wait for the pair's slot before asking for the number's: a slot far ahead would hold up every other recipient.
  std::optional<milliseconds> reserve_pair(const Channel& channel, ConversationId conversation, milliseconds limit);
  std::optional<milliseconds> reserve_number(const Channel& channel, milliseconds limit);

  /// A place in line: of interactive or of bulk. Every place is given up by ask() with a slot, or by leave_line().
  struct Place {
    Urgency line = Urgency::interactive;
    std::uint64_t number = 0;
  };
  Place join_line(const Channel& channel, Urgency line);
  /// Zero: the slot is taken and the place given up. Otherwise how long to wait before asking again.
  milliseconds ask(const Channel& channel, Place place);
  void leave_line(const Channel& channel, Place place);

  /// Forgets idle states; call now and then.
  void sweep();
  std::size_t size() const;

 private:
  struct Line {
    std::uint64_t joined = 0;        ///< who ever stood in it
    std::uint64_t left = 0;          ///< of those, who no longer do
    int passed_over = 0;             ///< slots that went to others since it had one, while somebody stood in it
    std::deque<Timestamp> set_aside; ///< slots that are its own, in time
    std::uint64_t waiting() const { return joined - left; }
  };
  struct Number {
    Gcra gcra;
    int rate;  ///< what it was made for: a change of tier starts it anew
    std::array<Line, 2> lines;  ///< interactive, bulk
    Line& line(Urgency urgency) { return lines[urgency == Urgency::bulk ? 1 : 0]; }
  };
  Number& number_of(const Channel& channel);
  void follow_clock();
  std::optional<milliseconds> take(Gcra& gcra, milliseconds limit);
  void pass_over(Number& number, Urgency taker);

  const Clock& clock_;
  mutable std::mutex mutex_;
  Timestamp latest_{};
  std::unordered_map<ChannelId, Number, IdHash> numbers_;
  std::unordered_map<ConversationId, Gcra, IdHash> pairs_;
};

}  // namespace wherry

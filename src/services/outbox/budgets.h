#pragma once

#include <mutex>
#include <unordered_map>

#include "services/ports/models.h"

namespace wherry {

/// What linked numbers have sent, against their budgets. Channels of the Cloud API have none. Threads: any.
class Budgets {
 public:
  Budgets(const Clock& clock, SendBudget defaults) : clock_(clock), defaults_(defaults) {}

  /// Takes one send and gives zero; else gives how long until there is one, taking nothing.
  milliseconds take(const Channel& channel);
  /// How long until there is one.
  milliseconds wait(const Channel& channel);
  /// One went at that time, before this process knew of it. To be told in order of time.
  void note(ChannelId channel, Timestamp at);
  /// Forgets what no budget asks about any more; call now and then.
  void sweep();

 private:
  const Clock& clock_;
  const SendBudget defaults_;
  std::mutex mutex_;
  std::unordered_map<ChannelId, SentLog, IdHash> logs_;
};

}  // namespace wherry

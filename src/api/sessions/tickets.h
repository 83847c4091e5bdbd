#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/ids.h"

namespace wherry::api::sessions {

/// What the holder of a ticket may listen to. Empty sets: everything.
struct Listening {
  TenantId tenant;
  KeyId key;                       ///< whoever asked for the ticket has it
  std::set<ChannelId> sessions;
  std::set<std::string> events;
  bool manages = false;            ///< the key may see codes that link a phone
};

/// Tickets for the event stream: each opens one connection, within a minute. Kept in memory: after a restart another is asked for.
/// Threads: any.
class Tickets {
 public:
  static constexpr milliseconds lifetime = seconds(60);
  static constexpr std::size_t most = 10'000;  ///< over it the oldest goes

  struct Ticket {
    std::string text;
    Timestamp expires_at;
  };
  Ticket issue(Listening what, Timestamp now);
  /// nullopt when it is unknown, used or too old. It is used up.
  std::optional<Listening> take(const std::string& text, Timestamp now);

 private:
  struct Entry {
    Listening what;
    Timestamp expires_at;
  };
  void drop_old(Timestamp now);

  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  std::multimap<Timestamp, std::string> by_age_;
};

}  // namespace wherry::api::sessions

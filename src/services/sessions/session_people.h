#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "services/ports/chat_store.h"
#include "services/ports/linked_listener.h"
#include "services/ports/people_store.h"

namespace wherry {

/// The part of the linked-device listener that learns whom a number knows and what its phone makes of its chats. What cannot be stored is
/// lost and said in the log: a message is never refused because of it. Threads: any.
class SessionPeople {
 public:
  struct Parts {
    PeopleStore& people;
    ChatStore& chats;
    Clock& clock;
  };
  explicit SessionPeople(Parts parts) : parts_(parts) {}

  /// Somebody wrote. The same again is stored only every ten minutes.
  Task<void> heard_from(ChannelId channel, Jid chat, linked::ContactChange who);
  Task<void> learn(ChannelId channel, std::vector<linked::ContactChange> people);
  Task<void> groups(ChannelId channel, linked::GroupsNotice notice);
  /// Changes of chats there are; of others only the name is of use.
  Task<void> chats(ChannelId channel, std::vector<linked::ChatChange> changes);

  static constexpr milliseconds told_again_after = std::chrono::minutes(10);
  static constexpr std::size_t most_told = 10'000;

 private:
  bool is_news(const std::string& what);
  Task<void> change(ChannelId channel, linked::ChatChange change);

  Parts parts_;
  std::mutex mutex_;
  std::unordered_map<std::string, Timestamp> told_;  ///< guarded by mutex_
};

/// Somebody under both addresses, the number first.
linked::ContactChange person_of(const Jid& jid, const std::optional<Jid>& alt);

}  // namespace wherry

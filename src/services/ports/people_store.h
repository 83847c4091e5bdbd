#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "services/ports/linked_chats.h"

namespace wherry {

/// Somebody a linked number knows: from its phone's address book, from messages, or from a group.
struct Person {
  Jid jid;                                   ///< by number where that is known
  std::optional<Jid> lid;                    ///< the address that hides the number, when known
  std::optional<std::string> name;           ///< in the phone's address book
  std::optional<std::string> push_name;      ///< their own
  std::optional<std::string> business_name;
  Timestamp first_seen_at;
  Timestamp updated_at;
};

/// A group somebody is in.
struct GroupPlace {
  Jid group;
  std::optional<std::string> subject;
  linked::Role role = linked::Role::member;
  std::optional<Timestamp> wrote_at;         ///< when they last wrote there
};

/// Whom linked numbers know. A person is one under both addresses as soon as some call gives both. Every write is durable when it returns.
/// Errors of all calls: unavailable.
class PeopleStore {
 public:
  virtual ~PeopleStore() = default;
  /// What is not given stays.
  virtual Task<Result<void>> learn(ChannelId channel, std::vector<linked::ContactChange> people, Timestamp now) = 0;
  /// A list of members is taken for the whole of it.
  virtual Task<Result<void>> learn_group(ChannelId channel, linked::GroupChange group, Timestamp now) = 0;
  virtual Task<Result<void>> change_members(ChannelId channel, linked::MembersChange change, Timestamp now) = 0;
  /// `who` wrote in the group, and so is in it.
  virtual Task<Result<void>> wrote_in(ChannelId channel, Jid group, linked::ContactChange who, Timestamp now) = 0;

  struct Page {
    ChannelId channel;
    TenantId tenant;
    std::string after;                       ///< the address of the last one of the page before; empty: from the start
    std::uint32_t limit = 50;
    std::string search;                      ///< in names and addresses; empty: all
    enum class Which {
      all,
      with_chat,                             ///< those with whom there is a conversation
      in_groups,
    } which = Which::all;
    std::string group;                       ///< of in_groups: this one; empty: any
  };
  /// In the order of their addresses. Those with a conversation are there even when nothing else is known of them.
  virtual Task<Result<std::vector<Person>>> list(Page page) = 0;
  /// By either address.
  virtual Task<Result<std::optional<Person>>> find(ChannelId channel, Jid who) = 0;
  virtual Task<Result<std::vector<GroupPlace>>> groups_of(ChannelId channel, Jid who) = 0;
};

}  // namespace wherry

#pragma once

#include <algorithm>
#include <map>

#include "services/ports/people_store.h"

namespace wherry::test {

/// PeopleStore in memory. Addresses are not brought together.
class MemoryPeople final : public PeopleStore {
 public:
  std::vector<Person> people;                                 ///< of every channel
  std::map<std::string, std::vector<GroupPlace>> places;      ///< by address
  std::vector<linked::GroupChange> groups;                    ///< that were learned, in order
  std::vector<linked::MembersChange> changes;
  int writes = 0;
  bool outage = false;

  Task<Result<void>> learn(ChannelId, std::vector<linked::ContactChange> told, Timestamp now) override {
    if (outage) co_return down();
    ++writes;
    for (const auto& one : told) note(one, now);
    co_return Result<void>();
  }
  Task<Result<void>> learn_group(ChannelId, linked::GroupChange group, Timestamp) override {
    if (outage) co_return down();
    ++writes;
    groups.push_back(std::move(group));
    co_return Result<void>();
  }
  Task<Result<void>> change_members(ChannelId, linked::MembersChange change, Timestamp) override {
    if (outage) co_return down();
    ++writes;
    changes.push_back(std::move(change));
    co_return Result<void>();
  }
  Task<Result<void>> wrote_in(ChannelId, Jid group, linked::ContactChange who, Timestamp now) override {
    if (outage) co_return down();
    ++writes;
    note(who, now);
    places[who.jid.text()].push_back({std::move(group), std::nullopt, linked::Role::member, now});
    co_return Result<void>();
  }
  Task<Result<std::vector<Person>>> list(Page page) override {
    if (outage) co_return down();
    std::vector<Person> found;
    for (const auto& one : people) {
      const bool in_group = places.contains(one.jid.text());
      const bool fits = page.which == Page::Which::all || in_group == (page.which == Page::Which::in_groups);
      if (fits && one.jid.text() > page.after && found.size() < page.limit) found.push_back(one);
    }
    co_return found;
  }
  Task<Result<std::optional<Person>>> find(ChannelId, Jid who) override {
    if (outage) co_return down();
    for (const auto& one : people) {
      if (one.jid == who || one.lid == who) co_return std::optional(one);
    }
    co_return std::optional<Person>();
  }
  Task<Result<std::vector<GroupPlace>>> groups_of(ChannelId, Jid who) override {
    if (outage) co_return down();
    co_return places[who.text()];
  }

 private:
  static Error down() { return {ErrorCode::unavailable, "the store is down"}; }
  void note(const linked::ContactChange& told, Timestamp now) {
    auto known = std::find_if(people.begin(), people.end(), [&](const Person& one) { return one.jid == told.jid; });
    if (known == people.end()) {
      Person fresh;
      fresh.jid = told.jid;
      fresh.first_seen_at = now;
      known = people.insert(std::find_if(people.begin(), people.end(), [&](const Person& one) { return told.jid < one.jid; }), fresh);
    }
    if (told.lid) known->lid = told.lid;
    if (told.name) known->name = told.name;
    if (told.push_name) known->push_name = told.push_name;
    if (told.business_name) known->business_name = told.business_name;
    known->updated_at = now;
  }
};

}  // namespace wherry::test

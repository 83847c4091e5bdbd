#pragma once

#include "services/ports/people_store.h"
#include "store/database.h"

namespace wherry::store {

/// PeopleStore in SQL.
class SqlPeopleStore final : public PeopleStore {
 public:
  explicit SqlPeopleStore(Database& database) : database_(database) {}
  Task<Result<void>> learn(ChannelId channel, std::vector<linked::ContactChange> people, Timestamp now) override;
  Task<Result<void>> learn_group(ChannelId channel, linked::GroupChange group, Timestamp now) override;
  Task<Result<void>> change_members(ChannelId channel, linked::MembersChange change, Timestamp now) override;
  Task<Result<void>> wrote_in(ChannelId channel, Jid group, linked::ContactChange who, Timestamp now) override;
  Task<Result<std::vector<Person>>> list(Page page) override;
  Task<Result<std::optional<Person>>> find(ChannelId channel, Jid who) override;
  Task<Result<std::vector<GroupPlace>>> groups_of(ChannelId channel, Jid who) override;

 private:
  Task<Result<void>> commit(Batch batch);
  Database& database_;
};

}  // namespace wherry::store

#pragma once

#include "services/ports/reports.h"
#include "store/database.h"

namespace wherry::store {

/// The operator's questions in SQL, asked of the readers only.
class SqlReports final : public Reports {
 public:
  explicit SqlReports(Database& database) : database_(database) {}
  Task<Result<MessagePage>> list_messages(MessageFilter filter) override;
  Task<Result<std::optional<InboundSummary>>> find_inbound(MessageId id) override;
  Task<Result<Audit>> audit(TenantId tenant) override;
  Task<Result<Unfinished>> unfinished() override;
  Task<Result<std::vector<ChannelTimes>>> channel_times() override;

 private:
  Database& database_;
};

}  // namespace wherry::store

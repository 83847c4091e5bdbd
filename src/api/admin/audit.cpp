#include "api/admin/operations.h"
#include "api/admin/query.h"
#include "api/admin/wire.h"

namespace wherry::api::admin {

namespace {

/// Lets one audit run at a time, so that there is always a reader left for everybody else.
class Turn {
 public:
  explicit Turn(std::atomic<bool>& taken) : taken_(taken), mine_(!taken.exchange(true)) {}
  ~Turn() {
    if (mine_) taken_ = false;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool mine() const { return mine_; }

 private:
  std::atomic<bool>& taken_;
  bool mine_;
};

std::uint64_t journaled(const Audit& audit, const std::string& kind) {
  const auto found = audit.journaled.find(kind);
  return found == audit.journaled.end() ? 0 : found->second;
}

/// The journal says how many were accepted; the states say where they are.
json::object outbound_books(const Audit& audit, bool& balanced) {
  std::uint64_t total = 0;
  json::object out;
  out["accepted"] = journaled(audit, "message.accepted");
  for (std::size_t state = 0; state < audit.by_state.size(); ++state) {
    total += audit.by_state[state];
    if (state >= 2) out[to_string(static_cast<MessageState>(state))] = audit.by_state[state];
  }
  out["queued"] = audit.by_state[0] + audit.by_state[1];
  out["difference"] = static_cast<std::int64_t>(journaled(audit, "message.accepted") - total);
  balanced = balanced && journaled(audit, "message.accepted") == total;
  return out;
}

json::object inbound_books(const Audit& audit, bool& balanced) {
  json::object out;
  out["stored"] = audit.inbound;
  out["journaled"] = journaled(audit, "message.received");
  out["difference"] = static_cast<std::int64_t>(journaled(audit, "message.received") - audit.inbound);
  balanced = balanced && journaled(audit, "message.received") == audit.inbound;
  return out;
}

json::object journal_books(const Audit& audit, bool& balanced) {
  const auto expected = audit.last == 0 ? 0 : audit.last - audit.first + 1;
  json::object out;
  out["first"] = audit.first;
  out["last"] = audit.last;
  out["rows"] = audit.rows;
  out["dropped"] = audit.dropped;
  out["missing"] = static_cast<std::int64_t>(expected - audit.rows);
  balanced = balanced && expected == audit.rows && audit.dropped + audit.rows == audit.last;
  return out;
}

}  // namespace

/// GET /admin/v1/audit?tenant_id=   Whether the tenant's books balance: every accepted message is in exactly one state, every stored
/// inbound message was journaled once, the journal has no holes. Counts all its rows; one audit at a time (503 meanwhile).
Task<Result<http::Response>> audit(AdminServices& services, http::Request& request) {
  CO_TRY(const auto tenant, needed_tenant(request));
  const Turn turn(services.audit_running);
  if (!turn.mine()) {
    Error busy{ErrorCode::unavailable, "another audit is running"};
    busy.retry_after = seconds(5);
    co_return busy;
  }
  const auto at = services.clock.now();
  CO_TRY(const auto books, co_await services.reports.audit(tenant));
  bool balanced = true;
  json::object out;
  out["tenant_id"] = tenant.text();
  out["at"] = to_iso8601(at);
  out["outbound"] = outbound_books(books, balanced);
  out["inbound"] = inbound_books(books, balanced);
  out["journal"] = journal_books(books, balanced);
  out["balanced"] = balanced;
  co_return http::json_response(200, json::serialize(out));
}

}  // namespace wherry::api::admin

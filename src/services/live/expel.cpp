#include "services/live/expel.h"

#include "base/log.h"

namespace wherry {

Task<void> expel_without_key(KeyedConnections& connections, Access& access, const Clock& clock) {
  const auto keys = connections.keys();
  for (const auto& id : keys) {
    auto key = co_await access.find_key(id);
    if (!key && key.error().code != ErrorCode::not_found) continue;
    if (key && key->active_at(clock.now()) && key->scopes.allow(Scope::read)) continue;
    const auto ended = connections.expel(id);
    log::info("connections_expelled", {{"key", id.text()}, {"connections", ended}});
  }
}

}  // namespace wherry

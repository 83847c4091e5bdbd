#include "net/client_pool.h"

namespace wherry::http {

std::shared_ptr<ClientConnection> ClientPool::take(Executor executor, const std::string& origin) {
  const Key key(&executor.context(), origin);
  while (true) {
    std::shared_ptr<ClientConnection> connection;
    {
      std::lock_guard lock(mutex_);
      auto place = idle_.find(key);
      if (place == idle_.end() || place->second.empty()) return nullptr;
      connection = std::move(place->second.back());
      place->second.pop_back();
    }
    const bool young = ClientConnection::Steady::now() - connection->idle_since < options_.idle_lifetime;
    if (young && connection->is_fresh()) return connection;
    connection->close();
  }
}

void ClientPool::give(Executor executor, const std::string& origin, std::shared_ptr<ClientConnection> connection) {
  connection->idle_since = ClientConnection::Steady::now();
  // The watchdog closes it when it is too old to be used again.
  connection->set_deadline(connection->idle_since + options_.idle_lifetime);
  std::shared_ptr<ClientConnection> surplus;
  std::lock_guard lock(mutex_);
  auto& idle = idle_[Key(&executor.context(), origin)];
  idle.push_back(std::move(connection));
  if (idle.size() > options_.max_idle_per_origin) {
    surplus = std::move(idle.front());
    idle.pop_front();
  }
}

}  // namespace wherry::http

#include "net/client_pool.h"

#include <algorithm>

namespace wherry::http {

std::shared_ptr<ClientConnection> ClientPool::Idle::pop(const Key& key) {
  std::lock_guard lock(mutex);
  const auto place = by_origin.find(key);
  if (place == by_origin.end()) return nullptr;
  auto connection = std::move(place->second.back());
  place->second.pop_back();
  --count;
  if (place->second.empty()) by_origin.erase(place);
  return connection;
}

void ClientPool::Idle::erase(const Key& key, const ClientConnection& connection) {
  std::lock_guard lock(mutex);
  const auto place = by_origin.find(key);
  if (place == by_origin.end()) return;
  count -= std::erase_if(place->second, [&](const auto& one) { return one.get() == &connection; });
  if (place->second.empty()) by_origin.erase(place);
}

std::shared_ptr<ClientConnection> ClientPool::take(Executor executor, const std::string& origin) {
  const Key key(&executor.context(), origin);
  while (auto connection = idle_->pop(key)) {
    connection->wake();
    const bool young = ClientConnection::Steady::now() - connection->idle_since < options_.idle_lifetime;
    if (young && connection->is_fresh()) return connection;
    connection->close();
  }
  return nullptr;
}

void ClientPool::give(Executor executor, const std::string& origin, std::shared_ptr<ClientConnection> connection) {
  const Key key(&executor.context(), origin);
  connection->idle_since = ClientConnection::Steady::now();
  connection->set_deadline(connection->idle_since + options_.idle_lifetime);
  connection->rest([weak = std::weak_ptr(idle_), key](ClientConnection& expired) {
    if (auto idle = weak.lock()) idle->erase(key, expired);
  });
  std::shared_ptr<ClientConnection> surplus;
  {
    std::lock_guard lock(idle_->mutex);
    if (idle_->count >= options_.max_idle) {
      surplus = std::move(connection);
    } else {
      auto& idle = idle_->by_origin[key];
      idle.push_back(std::move(connection));
      ++idle_->count;
      if (idle.size() > options_.max_idle_per_origin) {
        surplus = std::move(idle.front());
        idle.pop_front();
        --idle_->count;
        if (idle.empty()) idle_->by_origin.erase(key);
      }
    }
  }
  if (!surplus) return;
  surplus->wake();
  surplus->close();
}

std::size_t ClientPool::size() const {
  std::lock_guard lock(idle_->mutex);
  return idle_->count;
}

}  // namespace wherry::http

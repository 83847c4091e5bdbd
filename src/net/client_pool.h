#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "net/client_connection.h"

namespace wherry::http {

/// Idle connections by I/O thread and origin, newest first; one that grows too old leaves by itself.
/// Threads: any; a connection is only given to its own thread.
class ClientPool {
 public:
  explicit ClientPool(const ClientOptions& options) : options_(options), idle_(std::make_shared<Idle>()) {}
  /// A connection that can be used again, or nullptr.
  std::shared_ptr<ClientConnection> take(Executor executor, const std::string& origin);
  void give(Executor executor, const std::string& origin, std::shared_ptr<ClientConnection> connection);
  std::size_t size() const;

 private:
  using Key = std::pair<const void*, std::string>;
  struct Idle {
    mutable std::mutex mutex;
    std::map<Key, std::deque<std::shared_ptr<ClientConnection>>> by_origin;  // shared with their watchdogs
    std::size_t count = 0;

    std::shared_ptr<ClientConnection> pop(const Key& key);
    void erase(const Key& key, const ClientConnection& connection);
  };
  const ClientOptions& options_;
  std::shared_ptr<Idle> idle_;  // a watchdog may look for it after the pool has gone
};

}  // namespace wherry::http

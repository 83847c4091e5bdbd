#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "net/client_connection.h"

namespace wherry::http {

/// Idle connections by I/O thread and origin, newest first. Threads: any; a connection is only given to its own thread.
class ClientPool {
 public:
  explicit ClientPool(const ClientOptions& options) : options_(options) {}
  /// A connection that can be used again, or nullptr.
  std::shared_ptr<ClientConnection> take(Executor executor, const std::string& origin);
  void give(Executor executor, const std::string& origin, std::shared_ptr<ClientConnection> connection);

 private:
  using Key = std::pair<const void*, std::string>;
  const ClientOptions& options_;
  std::mutex mutex_;
  std::map<Key, std::deque<std::shared_ptr<ClientConnection>>> idle_;  // shared with their watchdogs
};

}  // namespace wherry::http

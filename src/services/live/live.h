#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "base/task_group.h"
#include "services/live/keyed_connections.h"

namespace wherry {

/// One open connection of an application that is told of messages as they come in.
struct LiveSocket {
  std::string id;                              ///< a UUID; set by LiveSockets::make_id
  TenantId tenant;
  KeyId key;                                   ///< it was opened with
  std::optional<ConversationId> conversation;  ///< conversation scope; nullopt: user scope
  std::optional<ChannelId> channel;            ///< user scope: only this channel's messages
  /// Writes one text frame and waits until it was handed to the kernel. Errors: cancelled (closed), unavailable (too slow: cut off).
  std::function<Task<Result<void>>(std::string)> write;
  /// Queues one text frame and comes back at once. Errors: as write.
  std::function<Result<void>(std::string)> send;
  /// Says goodbye because the key is no longer good, and ends the connection.
  std::function<void()> expel;
  /// What to wait for things with: the executor of the connection.
  Executor executor;

  bool is_user_scoped() const { return !conversation; }
};

using LiveSocketPtr = std::shared_ptr<const LiveSocket>;  // shared by the registry, its connection and whoever is writing to it

/// Every live connection of every tenant. Threads: any. The functions of a socket may be called from any thread.
class LiveSockets final : public KeyedConnections {
 public:
  using Hook = std::function<void(const LiveSocketPtr&)>;
  LiveSockets();
  ~LiveSockets() override;

  /// A fresh connection id: a random UUID.
  static std::string make_id();

  /// From now on the socket is found. Calls the connect hook for a user-scoped one.
  LiveSocketPtr add(LiveSocket socket);
  /// Forgets it, and calls the disconnect hook for a user-scoped one. Harmless when repeated.
  void remove(const LiveSocketPtr& socket);

  /// Who is to get a message, each list in the order of connecting.
  struct Audience {
    std::vector<LiveSocketPtr> user_scoped;          ///< their channel filter fits
    std::vector<LiveSocketPtr> conversation_scoped;  ///< of exactly this conversation
    bool empty() const { return user_scoped.empty() && conversation_scoped.empty(); }
  };
  Audience audience(TenantId tenant, ChannelId channel, ConversationId conversation) const;
  /// The user-scoped socket that has been open longest, of those whose filter fits `channel` when one is named; nullptr for none.
  LiveSocketPtr first_user_scoped(TenantId tenant, std::optional<ChannelId> channel = std::nullopt) const;
  /// Whether the tenant has an open connection of any scope.
  bool any(TenantId tenant) const;
  std::vector<KeyId> keys() const override;
  std::size_t expel(KeyId key) override;
  /// The tenant's user-scoped sockets in the order of connecting.
  std::vector<LiveSocketPtr> user_scoped(TenantId tenant) const;

  struct Counts {
    std::size_t user_scoped = 0;
    std::size_t conversation_scoped = 0;
  };
  Counts counts() const;

  /// Set before serving. Called on the connection's thread with nothing locked; must not wait.
  void on_user_connect(Hook hook) { on_connect_ = std::move(hook); }
  void on_user_disconnect(Hook hook) { on_disconnect_ = std::move(hook); }

  /// Work begun for a connection that has to outlive it, e.g. a reply on its way to WhatsApp.
  TaskGroup& work() { return work_; }
  /// Cancels that work and waits for its end: after the server, before the services it uses.
  Task<void> stop();

 private:
  Hook on_connect_;
  Hook on_disconnect_;
  mutable std::mutex mutex_;
  std::unordered_map<TenantId, std::vector<LiveSocketPtr>, IdHash> by_tenant_;  ///< in the order of connecting; guarded by mutex_
  TaskGroup work_;
};

}  // namespace wherry

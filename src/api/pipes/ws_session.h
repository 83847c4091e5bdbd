#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "api/pipes/ws_reply.h"
#include "net/websocket.h"

namespace wherry::api::pipes {

/// One open connection: greets, reads replies, and answers each with its status in the order in which they came. Replies to one
/// conversation go out one after the other, those to different ones side by side; too many under way hold up the reading.
/// Threads: the connection's own. Shared by the connection and by replies that outlive it.
class SocketSession final : public std::enable_shared_from_this<SocketSession> {
 public:
  static constexpr std::size_t most_under_way = 64;

  SocketSession(std::shared_ptr<const PipesServices> services, SocketScope scope, std::shared_ptr<http::WebSocket> socket,
                Executor executor);

  /// Until the connection ends.
  Task<void> run();

 private:
  using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

  /// The place of one reply in the order of statuses.
  struct Slot {
    std::string frame;  ///< empty: nothing is said
    bool settled = false;
  };
  struct Job {
    Reply reply;
    std::shared_ptr<Slot> slot;  // shared with the order
  };

  std::string greeting(std::string_view connection_id) const;
  Task<bool> receive();
  Task<void> wait_for_room();
  void take(ClientFrame frame);
  void start(Job job);
  static Task<void> run_lane(std::shared_ptr<SocketSession> self, ConversationId conversation);
  void settle(Slot& slot, std::string frame);

  const std::shared_ptr<const PipesServices> services_;
  const SocketScope scope_;
  const std::shared_ptr<http::WebSocket> socket_;
  const Executor executor_;
  Timer room_;
  std::deque<std::shared_ptr<Slot>> order_;
  std::unordered_map<ConversationId, std::deque<Job>, IdHash> lanes_;  ///< a conversation is here while something runs for it
};

}  // namespace wherry::api::pipes

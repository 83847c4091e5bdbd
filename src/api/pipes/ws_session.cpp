#include "api/pipes/ws_session.h"

#include <boost/asio/as_tuple.hpp>

#include "base/json.h"
#include "base/log.h"
#include "services/live/live.h"

namespace wherry::api::pipes {

namespace {

// Keeps a connection findable for exactly as long as it is served.
class Registration {
 public:
  Registration(LiveSockets& live, LiveSocket socket) : live_(live), socket_(live.add(std::move(socket))) {}
  ~Registration() { live_.remove(socket_); }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

 private:
  LiveSockets& live_;
  LiveSocketPtr socket_;
};

}  // namespace

SocketSession::SocketSession(std::shared_ptr<const PipesServices> services, SocketScope scope, std::shared_ptr<http::WebSocket> socket,
                             Executor executor)
    : services_(std::move(services)), scope_(scope), socket_(std::move(socket)), executor_(executor), room_(executor) {}

Task<void> SocketSession::run() {
  auto id = LiveSockets::make_id();
  auto greeted = socket_->send(greeting(id));
  if (!greeted) co_return;
  auto write = [socket = socket_](std::string frame) { return socket->write(std::move(frame)); };
  auto send = [socket = socket_](std::string frame) { return socket->send(std::move(frame)); };
  auto expel = [socket = socket_] { socket->close(http::CloseCode::policy_violation, "the API key is no longer valid"); };
  LiveSocket entry{std::move(id),   scope_.tenant,    scope_.key, scope_.conversation, scope_.channel, std::move(write),
                   std::move(send), std::move(expel), executor_};
  const Registration registration(services_->live, std::move(entry));
  bool open = true;
  while (open) {
    co_await wait_for_room();
    open = co_await receive();
  }
}

std::string SocketSession::greeting(std::string_view connection_id) const {
  json::object frame;
  frame["type"] = "connected";
  frame["userId"] = scope_.tenant.text();
  frame["connectionId"] = connection_id;
  frame["scope"] = scope_.conversation ? "conversation" : "user";
  if (scope_.conversation) frame["conversationId"] = scope_.conversation->text();
  return json::serialize(frame);
}

/// One message. False when the connection has ended.
Task<bool> SocketSession::receive() {
  std::optional<FrameParser> parser;  // an idle connection has none
  while (true) {
    auto piece = co_await socket_->read();
    if (!piece) co_return false;
    if (!parser) parser.emplace(services_->media);
    parser->feed(piece->bytes);
    if (piece->end_of_message) break;
  }
  auto frame = parser->finish();
  if (frame && is_reply(*frame)) take(std::move(*frame));
  co_return true;
}

Task<void> SocketSession::wait_for_room() {
  while (order_.size() >= most_under_way && socket_->is_open()) {
    room_.expires_after(std::chrono::hours(1));
    co_await room_.async_wait(boost::asio::as_tuple(use_task));
  }
}

void SocketSession::take(ClientFrame frame) {
  const auto conversation_id = frame.conversation_id.wrong ? std::string() : frame.conversation_id.text.value_or("");
  auto slot = std::make_shared<Slot>();
  auto reply = check_reply(std::move(frame), scope_);
  if (!reply && reply.error().code == ErrorCode::not_found) return;
  order_.push_back(slot);
  if (!reply) return settle(*slot, status_failed(conversation_id, reply.error()));
  start({std::move(*reply), std::move(slot)});
}

void SocketSession::start(Job job) {
  const auto conversation = job.reply.conversation;
  const auto [lane, idle] = lanes_.try_emplace(conversation);
  lane->second.push_back(std::move(job));
  if (idle) services_->live.work().spawn(executor_, run_lane(shared_from_this(), conversation), "websocket_reply");
}

Task<void> SocketSession::run_lane(std::shared_ptr<SocketSession> self, ConversationId conversation) {
  while (true) {
    auto& lane = self->lanes_[conversation];
    if (lane.empty()) break;
    auto job = std::move(lane.front());
    lane.pop_front();
    const auto conversation_id = job.reply.conversation_id;
    std::string frame = status_failed(conversation_id, Error{ErrorCode::internal, {}});
    try {
      frame = co_await carry_out(*self->services_, self->scope_, std::move(job.reply));
    } catch (const std::exception& error) {
      log::error("websocket_reply_failed", {{"conversation", conversation_id}, {"error", error.what()}});
    }
    self->settle(*job.slot, std::move(frame));
  }
  self->lanes_.erase(conversation);
}

/// Says what is next in order and known.
void SocketSession::settle(Slot& slot, std::string frame) {
  slot.frame = std::move(frame);
  slot.settled = true;
  while (!order_.empty() && order_.front()->settled) {
    const auto next = std::move(order_.front());
    order_.pop_front();
    if (!next->frame.empty() && socket_->is_open()) socket_->send(std::move(next->frame));
  }
  room_.cancel();
}

}  // namespace wherry::api::pipes

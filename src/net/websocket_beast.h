#pragma once

#include <array>
#include <atomic>
#include <boost/beast/websocket/stream.hpp>
#include <memory>
#include <optional>
#include <string>

#include "base/completion.h"
#include "net/replay_socket.h"
#include "net/send_queue.h"
#include "net/utf8_tail.h"
#include "net/websocket_session.h"

namespace wherry::http {

/// RFC 6455 over Beast. Slow to compile: for websocket_beast.cpp only.
class BeastSession final : public WebSocketSession, public std::enable_shared_from_this<BeastSession> {
 public:
  BeastSession(std::shared_ptr<Lane> lane, Socket socket, std::string received, const WebSocketOptions& options);

  Task<bool> accept(std::string key, Headers fields) override;
  Task<Result<Piece>> read() override;
  Result<void> send(std::string text) override;
  Task<Result<void>> write(std::string text) override;
  void close(CloseCode code, std::string_view reason) override;
  bool is_open() const override { return open_.load(std::memory_order_relaxed); }
  std::size_t queued_bytes() const override { return queue_.bytes(); }
  Task<void> finish(CloseCode code) override;
  void sweep(Instant now) override;
  void abort() override;

 private:
  static constexpr std::size_t idle_buffer = 512;  // where a message begins; nearly all fit
  using Message = SendQueue::Message;
  using Stream = boost::beast::websocket::stream<ReplaySocket, false>;

  Result<void> reserve(std::size_t size);
  void enqueue(Message message);
  void pump();
  void written(const boost::system::error_code& code);
  void drop_queue();
  void begin_close(CloseCode code, std::string reason);
  void start_close();
  void ping();
  void evict();
  void end_operation();
  boost::asio::mutable_buffer room();
  std::optional<Error> judge(Piece& piece);

  const std::shared_ptr<Lane> lane_;
  const WebSocketOptions options_;
  std::optional<Stream> stream_;  // gone once the connection has ended: those who may send keep the rest

  std::atomic<bool> open_{true};
  SendQueue queue_;
  bool writing_ = false;
  Instant write_deadline_{};

  std::array<char, idle_buffer> small_;
  std::unique_ptr<char[]> large_;  // while a longer message arrives
  bool inside_message_ = false;
  bool reading_ = false;
  Utf8Tail tail_;

  Instant heard_{};
  Instant pinged_{};
  bool pinging_ = false;
  std::optional<boost::beast::websocket::close_reason> goodbye_;
  bool closing_ = false;  // the closing handshake has begun; nothing more may be written
  std::optional<Instant> close_deadline_;
  bool dead_ = false;     // the socket is closed

  int running_ = 0;  // operations whose handlers are still to come
  Completion<int> finished_;
};

}  // namespace wherry::http

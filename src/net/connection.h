#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include "net/lane.h"
#include "net/request_parser.h"
#include "net/response_head.h"

namespace wherry::http {

class WebSocketSession;

/// One client: reads a request, lets the handler answer, writes the answer, and again. Buffers, request and strings are
/// reused from request to request. It sets no timer: it says what it waits for and until when, and the lane's sweep ends the wait.
class Connection final : public ConnectionHook, private BodyReader {
 public:
  Connection(std::shared_ptr<Lane> lane, Socket socket);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Serves until either side has had enough.
  Task<void> run();

  /// Ends the current wait when it has lasted too long.
  void sweep(Instant now);
  void close_if_idle();
  void abort();

 private:
  enum class Wait { nothing, request, head, body, write, farewell };
  enum class Written { all, part, broken };
  using ReadResult = std::tuple<boost::system::error_code, std::size_t>;

  // connection.cpp: the life of a request
  void start_request();
  Task<bool> receive_head();
  Task<std::optional<Response>> call_handler();
  Task<ReadResult> receive(std::size_t size);
  void begin_wait(Wait wait, milliseconds limit);
  void end_wait() { wait_ = Wait::nothing; }
  Task<void> refuse(Refusal refusal);
  Task<void> say_farewell();
  std::string_view input() const;

  // connection_body.cpp: the request's body
  Task<Result<std::string_view>> read() override;
  std::optional<std::uint64_t> content_length() const override;
  Task<Result<void>> receive_body();
  bool may_drain() const;
  Task<bool> drain();

  // connection_reply.cpp: the answer
  Task<void> reply(Response response);
  void act_out(Response::Fault fault);
  ResponseHead begin_reply(const Response& response, BodySource* source);
  Task<bool> stream(BodySource& source, Framing framing);
  Written write_at_once();
  Task<bool> write_rest();
  void advance(std::size_t written);

  // connection_upgrade.cpp: the life as a WebSocket
  std::optional<Response> why_no_upgrade() const;
  Task<void> run_upgraded(Response response);
  void release_buffers();

  const std::shared_ptr<Lane> lane_;
  Socket socket_;
  boost::beast::flat_buffer buffer_;
  RequestParser parser_;
  Request request_;
  bool keep_ = true;

  Wait wait_ = Wait::nothing;
  Instant deadline_{};
  bool timed_out_ = false;
  bool aborted_ = false;

  std::size_t held_ = 0;           // bytes of buffer_ behind the piece the handler is looking at
  bool continue_due_ = false;      // the client waits for 100 Continue
  std::optional<Error> body_error_;
  std::uint64_t body_bytes_ = 0;
  Instant wait_began_{};
  std::chrono::steady_clock::duration body_waited_{};

  std::string head_;
  std::array<boost::asio::const_buffer, 3> out_;  // what is still to be written

  std::shared_ptr<WebSocketSession> websocket_;  // once upgraded; shared with those who send to it
};

}  // namespace wherry::http

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"

namespace wherry::http {

struct Request;
struct Response;

/// Why a WebSocket ends, as the peer is told. Source: RFC 6455 section 7.4.1.
enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,        ///< the server is stopping
  protocol_error = 1002,
  unsupported_data = 1003,  ///< a binary message where only text is taken
  invalid_payload = 1007,   ///< text that is not UTF-8
  policy_violation = 1008,
  too_big = 1009,
  internal_error = 1011,
};

struct WebSocketOptions {
  enum class Accepts { text, text_and_binary };
  Accepts accepts = Accepts::text;
  std::uint64_t message_limit = 1u << 20;  ///< bytes of one arriving message; over it 1009
  std::size_t queue_limit = 1u << 20;      ///< bytes waiting to be sent; a slower consumer is cut off
  milliseconds ping_interval{30'000};      ///< a peer silent for two intervals is cut off
  milliseconds write_timeout{30'000};      ///< longest time one message may take to be handed to the kernel
  milliseconds close_timeout{5'000};       ///< longest wait for the peer's half of the closing handshake
};

/// One upgraded connection. Pings are answered while somebody reads, and sent by the server itself.
/// Threads: read() only on the connection's own thread; everything else from any thread.
/// Shared by the connection, the session that runs on it and whoever may send to it; outlives the connection harmlessly.
class WebSocket {
 public:
  /// A part of a message, in order; a message is never held as a whole.
  struct Piece {
    std::string_view bytes;       ///< valid until the next read; may be empty
    bool end_of_message = false;
    bool is_text = true;
  };
  virtual ~WebSocket() = default;

  /// The next piece. One reader at a time. Text has been checked to be UTF-8 as far as it goes.
  /// Errors: cancelled (either side closed, or the connection broke), invalid_argument (the peer broke the protocol, or sent binary where
  /// that is refused), too_large. After an error there is nothing more to read, and the peer has been told why.
  virtual Task<Result<Piece>> read() = 0;

  /// Queues a text message and comes back at once.
  /// Errors: cancelled (closed), unavailable (over queue_limit: the connection is cut off).
  virtual Result<void> send(std::string text) = 0;
  /// As send(), and waits until the bytes were handed to the kernel.
  virtual Task<Result<void>> write(std::string text) = 0;
  /// Says goodbye once everything queued has been sent. Later messages are refused, and read() ends.
  virtual void close(CloseCode code, std::string_view reason = {}) = 0;

  virtual bool is_open() const = 0;
  virtual std::size_t queued_bytes() const = 0;
};

/// What a handler puts into its Response to go on as a WebSocket. The request is gone by the time the session runs.
struct Upgrade {
  WebSocketOptions options;
  /// Runs on the connection's thread; the WebSocket is closed when it ends: 1000, or 1011 when it throws.
  std::function<Task<void>(std::shared_ptr<WebSocket>)> session;
};

/// The answer to a request that cannot be upgraded (426 or 400); nullopt when it can. Source: RFC 6455 section 4.2.1.
std::optional<Response> refuse_upgrade(const Request& request);
/// The response of a handler that takes the request over as a WebSocket.
Response upgrade_response(Upgrade upgrade);

}  // namespace wherry::http

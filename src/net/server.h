#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "net/router.h"

namespace wherry::http {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                          ///< 0 = any free port
  std::size_t header_limit = 16 * 1024;            ///< bytes of request line and headers; over it 431
  std::uint64_t body_limit = 150ull * 1024 * 1024; ///< bytes of one body; over it 413
  milliseconds header_timeout{10'000};             ///< from the first byte (or the accept) to the end of the headers; 408
  milliseconds body_idle_timeout{20'000};          ///< longest silence inside a body
  std::uint64_t body_minimum_rate = 1024;          ///< bytes/s averaged over the time spent waiting for the body; slower is evicted
  milliseconds body_rate_grace{30'000};            ///< waiting time before that rate is judged
  milliseconds write_timeout{30'000};              ///< longest time one write may make no progress
  milliseconds keep_alive_timeout{75'000};         ///< idle between requests
  std::size_t max_connections = 20'000;            ///< over it new ones get 503 and are closed
};

struct ServerCounters {
  std::atomic<std::uint64_t> connections{0}, open{0}, requests{0}, bad_requests{0}, timeouts{0}, refused{0};
  std::atomic<std::uint64_t> websockets{0}, websockets_open{0}, slow_consumers{0};
};

/// Streaming HTTP/1.1: keep-alive, pipelining, chunked, Expect: 100-continue, and a strict check of the header against
/// request smuggling (RFC 9112; see server.cpp). One listener per I/O thread (SO_REUSEPORT); a connection lives on one thread.
/// The handler is a Router or anything of its shape; it runs to its end even when the client goes away.
class Server {
 public:
  /// Binds and listens; starts nothing. Errors: invalid_argument (bad address), unavailable (port taken).
  static Result<std::unique_ptr<Server>> create(ServerOptions options, Handler handler);
  virtual ~Server() = default;

  /// Serves on one more I/O thread. Call once for each thread's executor.
  virtual void listen_on(Executor executor) = 0;
  virtual std::uint16_t port() const = 0;
  /// Two-phase: stop accepting and close idle connections; wait up to `grace` for running requests; then close the rest.
  virtual Task<void> stop(milliseconds grace) = 0;
  virtual const ServerCounters& counters() const = 0;
};

}  // namespace wherry::http

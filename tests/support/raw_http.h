#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "net/server.h"

namespace wherry::test {

/// A server on a free loopback port with I/O threads of its own; stops when it goes.
class TestServer {
 public:
  explicit TestServer(http::Handler handler, http::ServerOptions options = {}, unsigned threads = 1);
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  std::uint16_t port() const { return server_->port(); }
  const http::ServerCounters& counters() const { return server_->counters(); }
  /// Stops the server and gives how long that took.
  std::chrono::milliseconds stop(milliseconds grace);

 private:
  struct Loop {
    boost::asio::io_context io{1};
    boost::asio::executor_work_guard<Executor> work{io.get_executor()};
    std::thread thread;
  };
  std::vector<std::unique_ptr<Loop>> loops_;
  std::unique_ptr<http::Server> server_;
  bool stopped_ = false;
};

/// What came back, taken apart just enough to assert on.
struct RawResponse {
  int status = 0;
  std::string head;  ///< status line and fields, as sent
  std::string body;  ///< without chunk framing
  bool has(std::string_view field_line) const { return head.find("\r\n" + std::string(field_line) + "\r\n") != std::string::npos; }
  std::string field(std::string_view name) const;
};

/// A blocking TCP client that sends exactly the bytes it is told to. Every wait ends after 10 seconds.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer = 0);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False when the peer has closed.
  bool send(std::string_view bytes);
  void finish_sending();
  /// The next response; nullopt when the connection ended before one was complete. HEAD answers have no body.
  std::optional<RawResponse> read_response(bool head_request = false);
  /// Everything until the connection ends.
  std::string read_to_end();
  /// Up to `size` bytes, empty at the end of the connection.
  std::string read_some(std::size_t size);
  /// Waits for the peer's close; true when it was a reset.
  bool ended_by_reset();

 private:
  bool fill();
  int fd_;
  std::string buffer_;
  int error_ = 0;
};

/// Sends one request's bytes on a connection of its own and gives all that comes back.
std::string exchange(std::uint16_t port, std::string_view bytes);

}  // namespace wherry::test

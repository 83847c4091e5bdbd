#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "net/client.h"

namespace wherry::http {

/// One TCP or TLS connection of the client, with one watchdog for whatever it waits for. Threads: its executor's only.
class ClientConnection : public std::enable_shared_from_this<ClientConnection> {
 public:
  using Steady = std::chrono::steady_clock;

  explicit ClientConnection(Executor executor);

  /// Connects to the first address that answers; with `tls` also shakes hands and verifies the host's certificate.
  /// Every address gets its share of the time. Errors: upstream_unavailable; cancelled.
  Task<Result<void>> connect(std::vector<IpAddress> addresses, std::uint16_t port, Steady::time_point deadline);
  Task<Result<void>> shake_hands(boost::asio::ssl::context& tls, std::string host, Steady::time_point deadline);

  /// Asio's errors; after a time-out `timed_out()` is true and the socket is closed.
  Task<boost::system::error_code> write(std::string_view first, std::string_view second, std::string_view third = {});
  Task<boost::system::error_code> read_more();  ///< appends to buffer()

  boost::beast::flat_buffer& buffer() { return buffer_; }
  /// From now on the connection closes itself when the deadline passes; never() lifts it.
  void set_deadline(Steady::time_point deadline);
  static Steady::time_point never() { return Steady::time_point::max(); }
  bool timed_out() const { return timed_out_; }
  void close();

  /// Whether an idle connection can carry another request: open, and nothing arrived that nobody asked for.
  bool is_fresh();
  /// Gives back memory that only a busy connection needs, and makes `expired` be called if its deadline passes.
  void rest(std::function<void(ClientConnection&)> expired);
  void wake() { expired_ = nullptr; }
  /// Whether the peer has already said something (or closed) while we are still sending, after watch_for_news().
  bool has_news();
  /// Over TLS this reads ahead: raw bytes may be no more than a session ticket.
  void watch_for_news();

  /// The address it was connected to.
  const IpAddress& peer() const { return peer_; }

  Steady::time_point idle_since{};

 private:
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;
  using Timer = boost::asio::basic_waitable_timer<Steady, boost::asio::wait_traits<Steady>, Executor>;
  enum class Peek { nothing, data, closed };
  Peek peek();
  void arm();
  Error unreachable(std::string message, const boost::system::error_code& failure, bool cancelled) const;

  Socket socket_;
  IpAddress peer_;
  std::unique_ptr<boost::asio::ssl::stream<Socket&>> tls_;
  boost::beast::flat_buffer buffer_;
  std::size_t read_size_;
  Timer watchdog_;
  Steady::time_point deadline_ = never();
  Steady::time_point armed_for_ = never();
  bool timed_out_ = false;
  std::function<void(ClientConnection&)> expired_;
  enum class Ahead { none, reading, done } ahead_ = Ahead::none;
  boost::system::error_code ahead_failure_;
  Timer ahead_done_;  ///< never expires; cancelled when the read ahead has ended
};

}  // namespace wherry::http

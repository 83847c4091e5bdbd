#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "base/random.h"
#include "base/task.h"
#include "net/server.h"

namespace wherry::http {

using Tcp = boost::asio::ip::tcp;
using Socket = boost::asio::basic_stream_socket<Tcp, Executor>;
using Acceptor = boost::asio::basic_socket_acceptor<Tcp, Executor>;
using Instant = std::chrono::steady_clock::time_point;

/// The monotonic clock to the kernel's tick (4 ms): a tenth of the price of an exact reading.
Instant coarse_now();

/// What all threads of a server share. Shared by the server, its lanes and, through them, the connections.
struct ServerCore {
  ServerOptions options;
  Handler handler;
  ServerCounters counters;
};

class Connection;
using ConnectionHook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// One I/O thread's share of the server: its listener, its connections and the one timer that watches all their deadlines.
/// Threads: only the executor's own. Shared by the server and by the connections.
class Lane {
 public:
  static constexpr milliseconds sweep_interval{250};

  Lane(Executor executor, std::shared_ptr<ServerCore> core, Acceptor acceptor);

  /// The next connection, with the socket's options set; nullopt once the listener is closed.
  Task<std::optional<Socket>> accept();
  /// Ends connections past their deadline, again and again.
  Task<void> sweep_forever();
  /// Stops accepting and closes connections between requests; running requests end with Connection: close.
  void begin_stop();
  /// Closes every connection at once.
  void abort_all();

  void enlist(Connection& connection) { connections_.push_back(connection); }
  bool stopping() const { return stopping_; }
  Executor executor() const { return executor_; }
  const ServerOptions& options() const { return core_->options; }
  const Handler& handler() const { return core_->handler; }
  ServerCounters& counters() const { return core_->counters; }
  /// The value of the Date field.
  std::string_view date() const { return date_; }
  /// A request id of 16 hex digits.
  void make_request_id(std::string& out);

 private:
  void sweep();
  void refuse_one_too_many(Socket socket);

  Executor executor_;
  std::shared_ptr<ServerCore> core_;
  Acceptor acceptor_;
  SeededRandom random_;
  bool stopping_ = false;
  std::string date_;
  std::chrono::sys_seconds date_second_{};
  boost::intrusive::list<Connection, boost::intrusive::base_hook<ConnectionHook>, boost::intrusive::constant_time_size<false>> connections_;
};

}  // namespace wherry::http

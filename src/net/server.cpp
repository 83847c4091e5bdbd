#include "net/server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <mutex>
#include <optional>
#include <vector>

#include "base/log.h"
#include "base/task_group.h"
#include "net/connection.h"
#include "net/lane.h"
#include "net/listen_socket.h"

namespace wherry::http {

namespace asio = boost::asio;

namespace {

Task<void> serve_connection(std::shared_ptr<Lane> lane, Socket socket) {
  Connection connection(std::move(lane), std::move(socket));
  co_await connection.run();
}

// The group is a member of the server, whose stop() ends this task before the group goes.
Task<void> accept_connections(std::shared_ptr<Lane> lane, TaskGroup& connections) {
  while (true) {
    auto socket = co_await lane->accept();
    if (!socket) co_return;
    connections.spawn(lane->executor(), serve_connection(lane, std::move(*socket)), "http_connection");
  }
}

Task<void> watch_deadlines(std::shared_ptr<Lane> lane) { co_await lane->sweep_forever(); }

class ThreadPerLaneServer final : public Server {
 public:
  ThreadPerLaneServer(std::shared_ptr<ServerCore> core, ListenSocket first, Tcp::endpoint endpoint)
      : core_(std::move(core)), endpoint_(endpoint), first_(std::move(first)) {}

  void listen_on(Executor executor) override;
  std::uint16_t port() const override { return endpoint_.port(); }
  Task<void> stop(milliseconds grace) override;
  const ServerCounters& counters() const override { return core_->counters; }

 private:
  std::vector<std::shared_ptr<Lane>> lanes() {
    std::lock_guard lock(mutex_);
    return lanes_;
  }

  const std::shared_ptr<ServerCore> core_;
  const Tcp::endpoint endpoint_;
  std::mutex mutex_;
  std::optional<ListenSocket> first_;  // taken by the first thread; guarded by mutex_
  std::vector<std::shared_ptr<Lane>> lanes_;
  TaskGroup connections_;
  TaskGroup background_;
};

void ThreadPerLaneServer::listen_on(Executor executor) {
  std::lock_guard lock(mutex_);
  int fd = -1;
  if (first_) {
    fd = first_->release();
    first_.reset();
  } else {
    auto another = ListenSocket::open(endpoint_);
    if (!another) {
      log::error("listen_failed", {{"error", another.error().message}});
      return;  // the other threads still serve the port
    }
    fd = another->release();
  }
  Acceptor acceptor(executor);
  acceptor.assign(endpoint_.protocol(), fd);
  auto lane = std::make_shared<Lane>(executor, core_, std::move(acceptor));
  lanes_.push_back(lane);
  background_.spawn(executor, watch_deadlines(lane), "http_deadlines");
  background_.spawn(executor, accept_connections(lane, connections_), "http_accept");
}

Task<void> ThreadPerLaneServer::stop(milliseconds grace) {
  for (auto& lane : lanes()) asio::post(lane->executor(), [lane] { lane->begin_stop(); });
  auto executor = co_await asio::this_coro::executor;
  asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor> pause(executor);
  const auto deadline = std::chrono::steady_clock::now() + grace;
  while (connections_.size() > 0 && std::chrono::steady_clock::now() < deadline) {
    pause.expires_after(milliseconds(10));
    co_await pause.async_wait(asio::as_tuple(use_task));
  }
  for (auto& lane : lanes()) asio::post(lane->executor(), [lane] { lane->abort_all(); });
  co_await connections_.stop();
  co_await background_.stop();
}

}  // namespace

Result<std::unique_ptr<Server>> Server::create(ServerOptions options, Handler handler) {
  boost::system::error_code code;
  const auto address = asio::ip::make_address(options.address, code);
  if (code) return Error(ErrorCode::invalid_argument, "Not an IP address to listen on: " + options.address);
  const Tcp::endpoint wanted(address, options.port);
  TRY_VOID(ListenSocket::check_free(wanted));
  TRY(auto first, ListenSocket::open(wanted));
  TRY(const auto endpoint, first.endpoint());
  auto core = std::make_shared<ServerCore>();
  core->options = std::move(options);
  core->handler = std::move(handler);
  return std::unique_ptr<Server>(std::make_unique<ThreadPerLaneServer>(std::move(core), std::move(first), endpoint));
}

}  // namespace wherry::http

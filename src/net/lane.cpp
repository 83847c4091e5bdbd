#include "net/lane.h"

#include <time.h>

#include <array>
#include <bit>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>

#include "base/log.h"
#include "net/connection.h"
#include "net/response_head.h"

namespace wherry::http {

namespace asio = boost::asio;
using boost::system::error_code;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;

namespace {

std::uint64_t random_seed() {
  std::array<std::uint8_t, 8> bytes;
  fill_random(bytes);
  return std::bit_cast<std::uint64_t>(bytes);
}

}  // namespace

Instant coarse_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return Instant(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

Lane::Lane(Executor executor, std::shared_ptr<ServerCore> core, Acceptor acceptor)
    : executor_(executor), core_(std::move(core)), acceptor_(std::move(acceptor)), random_(random_seed()) {
  sweep();
}

void Lane::make_request_id(std::string& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  auto value = random_.next();
  out.resize(16);
  for (auto& c : out) {
    c = digits[value & 15];
    value >>= 4;
  }
}

Task<std::optional<Socket>> Lane::accept() {
  while (acceptor_.is_open()) {
    auto accepted = co_await acceptor_.async_accept(asio::as_tuple(use_task));
    auto& [code, socket] = accepted;
    if (code == asio::error::operation_aborted || code == asio::error::bad_descriptor) break;
    if (code) {
      // Most likely out of descriptors: others must end before this can go on.
      if (code != asio::error::connection_aborted) {
        log::warn("accept_failed", {{"error", code.message()}});
        Timer pause(executor_, milliseconds(100));
        co_await pause.async_wait(asio::as_tuple(use_task));
      }
      continue;
    }
    error_code ignored;
    socket.set_option(Tcp::no_delay(true), ignored);
    socket.non_blocking(true, ignored);
    auto& open = counters().open;
    if (open.fetch_add(1, std::memory_order_relaxed) < options().max_connections) co_return std::move(socket);
    open.fetch_sub(1, std::memory_order_relaxed);
    counters().refused.fetch_add(1, std::memory_order_relaxed);
    refuse_one_too_many(std::move(socket));
  }
  co_return std::nullopt;
}

void Lane::refuse_one_too_many(Socket socket) {
  static constexpr std::string_view body = R"({"error":"Too many connections.","code":"UNAVAILABLE"})";
  Headers fields;
  fields.add("Content-Type", "application/json");
  fields.add("Retry-After", "1");
  std::string id;
  make_request_id(id);
  ResponseHead head;
  head.status = 503;
  head.length = body.size();
  head.persistence = Persistence::close;
  head.request_id = id;
  head.date = date_;
  std::string text;
  append_response_head(text, head, fields);
  text += body;
  error_code ignored;
  socket.write_some(asio::buffer(text), ignored);
  socket.shutdown(Socket::shutdown_send, ignored);
  std::array<char, 4096> unread;
  socket.read_some(asio::buffer(unread), ignored);  // what has come already would turn the close into a reset
}

void Lane::sweep() {
  const auto second = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (second != date_second_) {
    date_second_ = second;
    date_ = http_date(second);
  }
  const auto now = coarse_now();
  for (auto& connection : connections_) connection.sweep(now);
}

Task<void> Lane::sweep_forever() {
  Timer timer(executor_);
  while (true) {
    timer.expires_after(sweep_interval);
    co_await timer.async_wait(use_task);
    sweep();
  }
}

void Lane::begin_stop() {
  stopping_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  for (auto& connection : connections_) connection.close_if_idle();
}

void Lane::abort_all() {
  for (auto& connection : connections_) connection.abort();
}

}  // namespace wherry::http

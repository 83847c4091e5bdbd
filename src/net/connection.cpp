#include "net/connection.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>

#include "base/json.h"
#include "base/log.h"
#include "net/websocket_session.h"

namespace wherry::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t usual_read = 4 * 1024;
constexpr std::size_t kept_buffer = 16 * 1024;
constexpr std::size_t farewell_limit = 16u << 20;
constexpr milliseconds farewell_time{2'000};

ParseLimits limits_from(const ServerOptions& options) {
  ParseLimits limits;
  limits.header = options.header_limit;
  limits.body = options.body_limit;
  return limits;
}

std::string address_of(const Socket& socket) {
  error_code code;
  const auto endpoint = socket.remote_endpoint(code);
  return code ? std::string() : endpoint.address().to_string();
}

Response refusal_response(int status, std::string_view reason, std::string_view code) {
  json::object body;
  body["error"] = reason;
  body["code"] = code;
  return json_response(status, json::serialize(body));
}

}  // namespace

Connection::Connection(std::shared_ptr<Lane> lane, Socket socket)
    : lane_(std::move(lane)), socket_(std::move(socket)), parser_(limits_from(lane_->options())) {
  request_.peer = address_of(socket_);
  request_.body = this;
  lane_->enlist(*this);
  lane_->counters().connections.fetch_add(1, std::memory_order_relaxed);
}

Connection::~Connection() { lane_->counters().open.fetch_sub(1, std::memory_order_relaxed); }

Task<void> Connection::run() {
  begin_wait(Wait::request, lane_->options().header_timeout);
  while (keep_) {
    start_request();
    const bool complete = co_await receive_head();
    if (!complete) co_return;
    lane_->counters().requests.fetch_add(1, std::memory_order_relaxed);
    auto response = co_await call_handler();
    if (!response) co_return;
    co_await reply(std::move(*response));
    begin_wait(Wait::request, lane_->options().keep_alive_timeout);
  }
}

void Connection::start_request() {
  if (buffer_.size() == 0 && buffer_.capacity() > kept_buffer) buffer_ = boost::beast::flat_buffer();
  parser_.reset();
  request_.id.clear();
  request_.headers.clear();
  request_.params.clear();
  continue_due_ = false;
  body_error_.reset();
  body_bytes_ = 0;
  body_waited_ = {};
}

std::string_view Connection::input() const {
  const auto data = buffer_.data();
  return {static_cast<const char*>(data.data()), data.size()};
}

/// False when there is no request to serve: the client left, was too slow or sent something we refuse.
Task<bool> Connection::receive_head() {
  while (true) {
    const auto head = parser_.read_head(input(), request_);
    buffer_.consume(head.used);
    if (head.step == RequestParser::Step::done) {
      end_wait();
      if (request_.id.empty()) lane_->make_request_id(request_.id);
      continue_due_ = parser_.expects_continue() && !parser_.body_done();
      co_return true;
    }
    if (head.step == RequestParser::Step::refused) {
      lane_->counters().bad_requests.fetch_add(1, std::memory_order_relaxed);
      co_await refuse(parser_.refusal());
      co_return false;
    }
    if (buffer_.size() > 0 && wait_ == Wait::request) begin_wait(Wait::head, lane_->options().header_timeout);
    if (buffer_.size() == 0 && lane_->stopping()) co_return false;
    auto received = co_await receive(usual_read);
    const auto& [code, size] = received;
    if (code && timed_out_ && buffer_.size() > 0) {
      const Refusal too_slow{408, "The request did not arrive in time."};
      co_await refuse(too_slow);
    }
    if (code) co_return false;
    buffer_.commit(size);
  }
}

/// Not a coroutine: gives back Asio's own operation. The caller sets the wait.
Task<Connection::ReadResult> Connection::receive(std::size_t size) {
  return socket_.async_read_some(buffer_.prepare(size), asio::as_tuple(use_task));
}

/// nullopt when the server aborted the request; an exception becomes a 500.
Task<std::optional<Response>> Connection::call_handler() {
  std::string failure;
  try {
    auto answer = lane_->handler()(request_);
    auto response = co_await std::move(answer);
    co_return response;
  } catch (const std::exception& error) {
    failure = error.what();
  } catch (...) {
    failure = "unknown exception";
  }
  if (aborted_) co_return std::nullopt;
  log::error("handler_failed",
             {{"request_id", request_.id}, {"method", to_string(request_.method)}, {"path", request_.path}, {"error", failure}});
  co_return refusal_response(500, "Internal error.", "INTERNAL_ERROR");
}

Task<void> Connection::refuse(Refusal refusal) {
  end_wait();
  if (request_.id.empty()) lane_->make_request_id(request_.id);
  continue_due_ = false;
  auto response = refusal_response(refusal.status, refusal.reason, "INVALID_REQUEST");
  response.close = true;
  request_.method = Method::other;  // a refused HEAD may not have been understood as one, and the connection ends anyway
  co_await reply(std::move(response));
}

/// Lets the client read the answer: closing over unread input would reset the connection and take the answer with it.
Task<void> Connection::say_farewell() {
  error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  begin_wait(Wait::farewell, farewell_time);
  buffer_.consume(buffer_.size());
  std::size_t total = 0;
  while (total < farewell_limit) {
    auto received = co_await receive(kept_buffer);
    const auto& [code, size] = received;
    if (code) break;
    total += size;
  }
  end_wait();
}

void Connection::begin_wait(Wait wait, milliseconds limit) {
  wait_ = wait;
  timed_out_ = false;
  wait_began_ = coarse_now();
  deadline_ = wait_began_ + limit;
}

void Connection::sweep(Instant now) {
  if (websocket_) return websocket_->sweep(now);
  if (wait_ == Wait::nothing || aborted_ || timed_out_) return;
  bool over = now >= deadline_;
  if (wait_ == Wait::body && !over) {
    const auto waited = std::chrono::duration_cast<milliseconds>(body_waited_ + (now - wait_began_));
    const auto due = lane_->options().body_minimum_rate * static_cast<std::uint64_t>(waited.count()) / 1000;
    over = waited > lane_->options().body_rate_grace && body_bytes_ < due;
  }
  if (!over) return;
  timed_out_ = true;
  error_code ignored;
  if (wait_ == Wait::head || wait_ == Wait::body || wait_ == Wait::write)
    lane_->counters().timeouts.fetch_add(1, std::memory_order_relaxed);
  if (wait_ != Wait::write) {
    socket_.cancel(ignored);
    return;
  }
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);  // do not keep what the client will not read
  socket_.close(ignored);
}

void Connection::close_if_idle() {
  if (websocket_) return websocket_->close(CloseCode::going_away, "the server is stopping");
  if (wait_ != Wait::request || buffer_.size() > 0) return;
  error_code ignored;
  socket_.cancel(ignored);
}

void Connection::abort() {
  aborted_ = true;
  if (websocket_) return websocket_->abort();
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace wherry::http

// How a connection goes on as a WebSocket.
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/log.h"
#include "net/connection.h"
#include "net/websocket_session.h"

namespace wherry::http {

/// A request that cannot be upgraded is refused here even if the handler did not look.
std::optional<Response> Connection::why_no_upgrade() const {
  if (!parser_.is_http11() || !parser_.body_done()) return json_response(400, R"({"error":"Bad upgrade.","code":"INVALID_REQUEST"})");
  if (lane_->stopping()) return json_response(503, R"({"error":"The server is stopping.","code":"UNAVAILABLE"})");
  return refuse_upgrade(request_);
}

/// Hands the socket over and serves the session to its end.
Task<void> Connection::run_upgraded(Response response) {
  const auto upgrade = std::move(response.upgrade);  // owns the session's captures for as long as it runs
  std::string key(request_.headers.find("Sec-WebSocket-Key").value_or(""));
  const std::string id = request_.id;
  response.headers.set("X-Request-Id", id);
  response.headers.set("Date", lane_->date());
  websocket_ = make_websocket_session(lane_, std::move(socket_), std::string(input()), upgrade->options);
  release_buffers();
  const bool accepted = co_await websocket_->accept(std::move(key), std::move(response.headers));
  auto ending = CloseCode::normal;
  std::string failure;
  if (accepted) {
    lane_->counters().websockets.fetch_add(1, std::memory_order_relaxed);
    lane_->counters().websockets_open.fetch_add(1, std::memory_order_relaxed);
    try {
      auto session = upgrade->session(websocket_);
      co_await std::move(session);
    } catch (const std::exception& error) {
      failure = error.what();
    } catch (...) {
      failure = "unknown exception";
    }
    lane_->counters().websockets_open.fetch_sub(1, std::memory_order_relaxed);
  }
  if (!failure.empty() && !aborted_) {
    ending = CloseCode::internal_error;
    log::error("websocket_failed", {{"request_id", id}, {"error", failure}});
  }
  // The wait for the goodbye ends by itself: the sweep and the abort see to that.
  co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
  co_await websocket_->finish(ending);
}

/// A WebSocket may be idle for hours: it keeps nothing of the request that opened it.
void Connection::release_buffers() {
  buffer_ = boost::beast::flat_buffer();
  request_ = Request();
  head_ = std::string();
  keep_ = false;
}

}  // namespace wherry::http

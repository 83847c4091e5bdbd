// How a handler reads the request's body, and what happens to the rest of it.
#include <algorithm>

#include "net/connection.h"

namespace wherry::http {

namespace {
constexpr std::uint64_t largest_read = 64 * 1024;
constexpr std::uint64_t smallest_read = 4 * 1024;
constexpr std::uint64_t drain_limit = 64 * 1024;
}  // namespace

std::optional<std::uint64_t> Connection::content_length() const { return parser_.content_length(); }

Task<Result<std::string_view>> Connection::read() {
  buffer_.consume(std::exchange(held_, 0));
  while (!body_error_) {
    const auto body = parser_.read_body(input());
    if (!body.piece.empty()) {
      held_ = body.used;
      body_bytes_ += body.piece.size();
      co_return body.piece;
    }
    buffer_.consume(body.used);
    if (body.step == RequestParser::Step::done) co_return std::string_view();
    if (body.step == RequestParser::Step::refused) {
      const auto& refusal = parser_.refusal();
      body_error_ = Error(refusal.status == 413 ? ErrorCode::too_large : ErrorCode::invalid_argument, std::string(refusal.reason));
      break;
    }
    auto more = co_await receive_body();
    if (!more) body_error_ = std::move(more).error();
  }
  co_return *body_error_;
}

/// Waits for more bytes of the body, having told a client that asked that it may send them.
Task<Result<void>> Connection::receive_body() {
  if (std::exchange(continue_due_, false)) {
    static constexpr std::string_view go_ahead = "HTTP/1.1 100 Continue\r\n\r\n";
    out_ = {boost::asio::buffer(go_ahead.data(), go_ahead.size())};
    const bool written = co_await write_rest();
    if (!written) co_return Error(ErrorCode::cancelled, "The client went away.");
  }
  const auto size = parser_.content_length() ? std::clamp(parser_.content_left(), smallest_read, largest_read) : largest_read / 4;
  begin_wait(Wait::body, lane_->options().body_idle_timeout);
  auto received = co_await receive(static_cast<std::size_t>(size));
  const auto& [code, count] = received;
  body_waited_ += coarse_now() - wait_began_;
  end_wait();
  if (!code) {
    buffer_.commit(count);
    co_return Result<void>();
  }
  if (timed_out_) co_return Error(ErrorCode::timeout, "The body did not arrive in time.");
  if (aborted_) co_return Error(ErrorCode::cancelled, "The server is stopping.");
  co_return Error(ErrorCode::invalid_argument, "The body was cut off.");
}

/// Whether what the handler left of the body is little enough to be read for the sake of the next request.
bool Connection::may_drain() const {
  if (parser_.body_done()) return true;
  if (body_error_ || continue_due_) return false;
  return !parser_.content_length() || parser_.content_left() <= drain_limit;
}

/// Reads and forgets the rest of the body; false when it is not worth it.
Task<bool> Connection::drain() {
  std::uint64_t total = 0;
  while (total <= drain_limit) {
    auto piece = co_await read();
    if (!piece) co_return false;
    if (piece->empty()) co_return true;
    total += piece->size();
  }
  co_return false;
}

}  // namespace wherry::http

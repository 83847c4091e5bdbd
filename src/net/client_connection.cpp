#include "net/client_connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>

namespace wherry::http {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

namespace {
// Most answers are short; a file is read in larger steps once it proves to be one.
constexpr std::size_t first_read = 4 * 1024;
constexpr std::size_t largest_read = 64 * 1024;
constexpr std::size_t most_addresses = 8;
}  // namespace

ClientConnection::ClientConnection(Executor executor)
    : socket_(executor), read_size_(first_read), watchdog_(executor), ahead_done_(executor) {}

// The watchdog is armed once and looks at the deadline when it fires, so that a request that ends in time costs no timer work.
void ClientConnection::set_deadline(Steady::time_point deadline) {
  deadline_ = deadline;
  if (deadline_ < armed_for_) arm();
}

void ClientConnection::arm() {
  armed_for_ = deadline_;
  watchdog_.expires_at(deadline_);
  watchdog_.async_wait([weak = weak_from_this()](boost::system::error_code failure) {
    auto self = weak.lock();
    if (failure || !self) return;
    self->armed_for_ = never();
    if (Steady::now() >= self->deadline_) {
      self->timed_out_ = true;
      self->close();
      if (auto expired = std::exchange(self->expired_, nullptr)) expired(*self);
    } else if (self->deadline_ != never()) {
      self->arm();
    }
  });
}

void ClientConnection::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

Error ClientConnection::unreachable(std::string message, const boost::system::error_code& failure, bool cancelled) const {
  if (cancelled) return {ErrorCode::cancelled, "cancelled"};
  return {ErrorCode::upstream_unavailable, std::move(message), timed_out_ ? "timed out" : failure.message()};
}

Task<Result<void>> ClientConnection::connect(std::vector<IpAddress> addresses, std::uint16_t port, Steady::time_point deadline) {
  boost::system::error_code failure = asio::error::host_not_found;
  if (addresses.size() > most_addresses) addresses.resize(most_addresses);
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const tcp::endpoint endpoint(addresses[i], port);
    const auto now = Steady::now();
    const auto share = (deadline - now) / static_cast<int>(addresses.size() - i);
    timed_out_ = false;
    socket_.close(failure);
    failure.clear();
    set_deadline(now + share);
    co_await socket_.async_connect(endpoint, asio::redirect_error(use_task, failure));
    auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return unreachable({}, failure, true);
    if (timed_out_) failure = asio::error::timed_out;
    if (failure) continue;
    peer_ = addresses[i];
    break;
  }
  if (failure) co_return unreachable("the server cannot be reached", failure, false);
  boost::system::error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  co_return Result<void>();
}

Task<Result<void>> ClientConnection::shake_hands(asio::ssl::context& tls, std::string host, Steady::time_point deadline) {
  set_deadline(deadline);
  tls_ = std::make_unique<asio::ssl::stream<Socket&>>(socket_, tls);
  boost::system::error_code failure;
  asio::ip::make_address(host, failure);
  const bool is_name = static_cast<bool>(failure);
  if (is_name && SSL_set_tlsext_host_name(tls_->native_handle(), host.c_str()) != 1) {
    co_return unreachable("no trusted TLS connection to the server", asio::error::invalid_argument, false);
  }
  tls_->set_verify_mode(asio::ssl::verify_peer, failure);
  if (!failure) tls_->set_verify_callback(asio::ssl::host_name_verification(host), failure);
  if (failure) co_return unreachable("no trusted TLS connection to the server", failure, false);
  co_await tls_->async_handshake(asio::ssl::stream_base::client, asio::redirect_error(use_task, failure));
  auto state = co_await asio::this_coro::cancellation_state;
  const bool cancelled = state.cancelled() != asio::cancellation_type::none;
  if (timed_out_ && !failure) failure = asio::error::timed_out;
  if (failure || cancelled) co_return unreachable("no trusted TLS connection to the server", failure, cancelled);
  co_return Result<void>();
}

Task<boost::system::error_code> ClientConnection::write(std::string_view first, std::string_view second, std::string_view third) {
  const std::array<asio::const_buffer, 3> pieces{asio::buffer(first), asio::buffer(second), asio::buffer(third)};
  boost::system::error_code failure;
  if (tls_) {
    co_await asio::async_write(*tls_, pieces, asio::redirect_error(use_task, failure));
  } else {
    co_await asio::async_write(socket_, pieces, asio::redirect_error(use_task, failure));
  }
  co_return failure;
}

Task<boost::system::error_code> ClientConnection::read_more() {
  boost::system::error_code failure;
  if (ahead_ == Ahead::reading) {
    ahead_done_.expires_at(never());
    co_await ahead_done_.async_wait(asio::redirect_error(use_task, failure));
    if (ahead_ == Ahead::reading) co_return asio::error::operation_aborted;
  }
  if (ahead_ == Ahead::done) {
    ahead_ = Ahead::none;
    co_return ahead_failure_;
  }
  auto space = buffer_.prepare(read_size_);
  std::size_t got = 0;
  if (tls_) {
    got = co_await tls_->async_read_some(space, asio::redirect_error(use_task, failure));
  } else {
    got = co_await socket_.async_read_some(space, asio::redirect_error(use_task, failure));
  }
  if (got == read_size_) read_size_ = std::min(largest_read, read_size_ * 4);
  buffer_.commit(got);
  co_return failure;
}

void ClientConnection::watch_for_news() {
  if (!tls_ || ahead_ != Ahead::none) return;
  ahead_ = Ahead::reading;
  tls_->async_read_some(buffer_.prepare(first_read), [self = shared_from_this()](boost::system::error_code failure, std::size_t got) {
    self->buffer_.commit(got);
    self->ahead_failure_ = failure;
    self->ahead_ = Ahead::done;
    self->ahead_done_.cancel();
  });
}

void ClientConnection::rest(std::function<void(ClientConnection&)> expired) {
  expired_ = std::move(expired);
  buffer_.clear();
  if (buffer_.capacity() > first_read) buffer_ = boost::beast::flat_buffer();
  read_size_ = first_read;
}

ClientConnection::Peek ClientConnection::peek() {
  char byte = 0;
  const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (got > 0) return Peek::data;
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Peek::nothing;
  return Peek::closed;
}

bool ClientConnection::is_fresh() {
  if (!socket_.is_open() || timed_out_ || buffer_.size() > 0 || ahead_ != Ahead::none) return false;
  if (tls_) {
    // What came with the last record is already inside OpenSSL, where the socket does not show it.
    auto* session = tls_->native_handle();
    if (::SSL_has_pending(session) == 1 || ::BIO_ctrl_pending(::SSL_get_rbio(session)) > 0) return false;
  }
  return peek() == Peek::nothing;
}

bool ClientConnection::has_news() { return tls_ ? ahead_ == Ahead::done : peek() != Peek::nothing; }

}  // namespace wherry::http

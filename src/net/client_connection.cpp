#include "net/client_connection.h"

#include <sys/socket.h>

#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>

namespace wherry::http {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

ClientConnection::ClientConnection(Executor executor) : socket_(executor), watchdog_(executor) {}

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
    } else if (self->deadline_ != never()) {
      self->arm();
    }
  });
}

void ClientConnection::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

Task<Result<void>> ClientConnection::connect(std::vector<IpAddress> addresses, std::uint16_t port, milliseconds timeout) {
  boost::system::error_code failure = asio::error::host_not_found;
  set_deadline(Steady::now() + timeout);
  for (const auto& address : addresses) {
    const tcp::endpoint endpoint(address, port);
    failure.clear();
    socket_.close(failure);
    co_await socket_.async_connect(endpoint, asio::redirect_error(use_task, failure));
    if (!failure && socket_.remote_endpoint(failure).address() == address) break;
    if (!failure) failure = asio::error::address_family_not_supported;
    if (timed_out_) break;
  }
  if (failure) {
    co_return Error{ErrorCode::upstream_unavailable, "the server cannot be reached", timed_out_ ? "connect timed out" : failure.message()};
  }
  boost::system::error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  co_return Result<void>();
}

Task<Result<void>> ClientConnection::shake_hands(asio::ssl::context& tls, std::string host, milliseconds timeout) {
  set_deadline(Steady::now() + timeout);
  tls_ = std::make_unique<asio::ssl::stream<Socket&>>(socket_, tls);
  boost::system::error_code failure;
  asio::ip::make_address(host, failure);
  const bool is_name = static_cast<bool>(failure);
  if (is_name) SSL_set_tlsext_host_name(tls_->native_handle(), host.c_str());
  tls_->set_verify_mode(asio::ssl::verify_peer, failure);
  tls_->set_verify_callback(asio::ssl::host_name_verification(host), failure);
  failure.clear();
  co_await tls_->async_handshake(asio::ssl::stream_base::client, asio::redirect_error(use_task, failure));
  if (failure) {
    co_return Error{ErrorCode::upstream_unavailable, "no trusted TLS connection to the server", timed_out_ ? "handshake timed out" : failure.message()};
  }
  co_return Result<void>();
}

Task<boost::system::error_code> ClientConnection::write(std::string_view first, std::string_view second) {
  const std::array<asio::const_buffer, 2> pieces{asio::buffer(first), asio::buffer(second)};
  boost::system::error_code failure;
  if (tls_) {
    co_await asio::async_write(*tls_, pieces, asio::redirect_error(use_task, failure));
  } else {
    co_await asio::async_write(socket_, pieces, asio::redirect_error(use_task, failure));
  }
  co_return failure;
}

Task<boost::system::error_code> ClientConnection::read_more() {
  constexpr std::size_t step = 16 * 1024;
  boost::system::error_code failure;
  auto space = buffer_.prepare(step);
  std::size_t got = 0;
  if (tls_) {
    got = co_await tls_->async_read_some(space, asio::redirect_error(use_task, failure));
  } else {
    got = co_await socket_.async_read_some(space, asio::redirect_error(use_task, failure));
  }
  buffer_.commit(got);
  co_return failure;
}

ClientConnection::Peek ClientConnection::peek() {
  char byte = 0;
  const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (got > 0) return Peek::data;
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Peek::nothing;
  return Peek::closed;
}

bool ClientConnection::is_fresh() { return socket_.is_open() && buffer_.size() == 0 && peek() == Peek::nothing; }
bool ClientConnection::has_news() { return !tls_ && peek() != Peek::nothing; }

}  // namespace wherry::http

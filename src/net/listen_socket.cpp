#include "net/listen_socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace wherry::http {

namespace {

Error failure(const char* step, const ListenSocket::Endpoint& endpoint) {
  const int why = errno;
  const auto where = endpoint.address().to_string() + " port " + std::to_string(endpoint.port());
  return Error(ErrorCode::unavailable, "Cannot listen on " + where + ": " + std::strerror(why) + ".", step);
}

Result<int> bound_socket(const ListenSocket::Endpoint& endpoint, bool share) {
  const int fd = ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return failure("socket", endpoint);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const bool shared = !share || ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0;
  if (shared && ::bind(fd, endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0) return fd;
  const auto error = failure("bind", endpoint);
  ::close(fd);
  return error;
}

}  // namespace

Result<ListenSocket> ListenSocket::open(const Endpoint& endpoint) {
  TRY(const int fd, bound_socket(endpoint, true));
  ListenSocket socket(fd);
  if (::listen(fd, SOMAXCONN) != 0) return failure("listen", endpoint);
  return socket;
}

Result<void> ListenSocket::check_free(const Endpoint& endpoint) {
  if (endpoint.port() == 0) return {};
  TRY(const int fd, bound_socket(endpoint, false));
  ::close(fd);
  return {};
}

ListenSocket::~ListenSocket() {
  if (fd_ >= 0) ::close(fd_);
}

Result<ListenSocket::Endpoint> ListenSocket::endpoint() const {
  Endpoint found;
  auto size = static_cast<socklen_t>(found.capacity());
  if (::getsockname(fd_, found.data(), &size) != 0) return failure("getsockname", found);
  found.resize(size);
  return found;
}

int ListenSocket::release() { return std::exchange(fd_, -1); }

}  // namespace wherry::http

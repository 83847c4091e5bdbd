#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "base/result.h"

namespace wherry::http {

/// A listening TCP socket of which a process may have several for one port (SO_REUSEPORT); the kernel spreads connections
/// over them. Closed unless released.
class ListenSocket {
 public:
  using Endpoint = boost::asio::ip::tcp::endpoint;

  /// Errors: unavailable when the port is taken or the address is not ours.
  static Result<ListenSocket> open(const Endpoint& endpoint);
  /// Whether nobody listens there yet; SO_REUSEPORT alone would silently share the port with another process.
  static Result<void> check_free(const Endpoint& endpoint);

  ListenSocket(ListenSocket&& other) noexcept : fd_(other.release()) {}
  ListenSocket& operator=(ListenSocket&&) = delete;
  ~ListenSocket();

  /// Where it listens, the port chosen by the kernel included.
  Result<Endpoint> endpoint() const;
  int release();

 private:
  explicit ListenSocket(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace wherry::http

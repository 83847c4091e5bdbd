#include "tests/support/raw_http.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <cerrno>
#include <charconv>
#include <future>
#include <stdexcept>

#include "net/headers.h"

namespace wherry::test {

namespace asio = boost::asio;

TestServer::TestServer(http::Handler handler, http::ServerOptions options, unsigned threads) {
  auto server = http::Server::create(std::move(options), std::move(handler));
  if (!server) throw std::runtime_error(server.error().message);
  server_ = std::move(*server);
  for (unsigned i = 0; i < threads; ++i) {
    auto& loop = *loops_.emplace_back(std::make_unique<Loop>());
    server_->listen_on(loop.io.get_executor());
    loop.thread = std::thread([&loop] { loop.io.run(); });
  }
}

TestServer::~TestServer() {
  if (!stopped_) stop(milliseconds(0));
  for (auto& loop : loops_) {
    loop->work.reset();
    loop->io.stop();
    loop->thread.join();
  }
}

std::chrono::milliseconds TestServer::stop(milliseconds grace) {
  stopped_ = true;
  const auto begin = std::chrono::steady_clock::now();
  std::promise<void> done;
  asio::co_spawn(loops_.front()->io.get_executor(), server_->stop(grace), [&done](std::exception_ptr) { done.set_value(); });
  done.get_future().wait();
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
}

std::string RawResponse::field(std::string_view name) const {
  std::size_t at = 0;
  while ((at = head.find("\r\n", at)) != std::string::npos) {
    at += 2;
    const auto line = std::string_view(head).substr(at, head.find("\r\n", at) - at);
    const auto colon = line.find(": ");
    if (colon != std::string_view::npos && http::equal_ignoring_case(line.substr(0, colon), name))
      return std::string(line.substr(colon + 2));
  }
  return {};
}

RawClient::RawClient(std::uint16_t port, int receive_buffer) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval limit{10, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(fd_);
    throw std::runtime_error("connect failed");
  }
}

RawClient::~RawClient() { ::close(fd_); }

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawClient::finish_sending() { ::shutdown(fd_, SHUT_WR); }

bool RawClient::fill() {
  char piece[65536];
  const auto got = ::recv(fd_, piece, sizeof piece, 0);
  if (got < 0) error_ = errno;
  if (got <= 0) return false;
  buffer_.append(piece, static_cast<std::size_t>(got));
  return true;
}

std::string RawClient::read_some(std::size_t size) {
  if (buffer_.empty()) {
    std::string piece(size, '\0');
    const auto got = ::recv(fd_, piece.data(), size, 0);
    if (got < 0) error_ = errno;
    piece.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return piece;
  }
  auto piece = buffer_.substr(0, size);
  buffer_.erase(0, piece.size());
  return piece;
}

std::string RawClient::read_to_end() {
  while (fill()) {
  }
  return std::move(buffer_);
}

bool RawClient::ended_by_reset() {
  while (fill()) {
  }
  return error_ == ECONNRESET;
}

std::optional<RawResponse> RawClient::read_response(bool head_request) {
  RawResponse response;
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return std::nullopt;
  }
  response.head = buffer_.substr(0, end + 2);
  buffer_.erase(0, end + 4);
  if (response.head.size() < 12) return std::nullopt;
  std::from_chars(response.head.data() + 9, response.head.data() + 12, response.status);
  if (head_request || response.status < 200 || response.status == 204 || response.status == 304) return response;

  const auto take = [&](std::size_t size) {
    while (buffer_.size() < size) {
      if (!fill()) return false;
    }
    response.body += buffer_.substr(0, size);
    buffer_.erase(0, size);
    return true;
  };
  if (const auto length = response.field("Content-Length"); !length.empty()) {
    if (!take(std::stoul(length))) return std::nullopt;
    return response;
  }
  if (response.field("Transfer-Encoding") != "chunked") {
    response.body = read_to_end();
    return response;
  }
  while (true) {
    while ((end = buffer_.find("\r\n")) == std::string::npos) {
      if (!fill()) return std::nullopt;
    }
    const auto size = std::stoul(buffer_.substr(0, end), nullptr, 16);
    buffer_.erase(0, end + 2);
    if (!take(size)) return std::nullopt;
    const auto kept = response.body.size();
    if (!take(2)) return std::nullopt;
    response.body.resize(kept);
    if (size == 0) return response;
  }
}

std::string exchange(std::uint16_t port, std::string_view bytes) {
  RawClient client(port);
  client.send(bytes);
  client.finish_sending();
  return client.read_to_end();
}

}  // namespace wherry::test

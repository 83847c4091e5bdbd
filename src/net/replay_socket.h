#pragma once

#include <array>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <functional>
#include <string>
#include <utility>

#include "net/lane.h"

namespace wherry::http {

/// A socket whose first bytes were read before: Beast's AsyncStream for a connection that goes on as a WebSocket.
class ReplaySocket {
 public:
  using executor_type = Executor;
  using Code = boost::system::error_code;

  ReplaySocket(Socket socket, std::string received) : socket_(std::move(socket)), received_(std::move(received)) {}

  executor_type get_executor() { return socket_.get_executor(); }
  Socket& socket() { return socket_; }
  void close() {
    Code ignored;
    socket_.close(ignored);
  }
  /// The close to come resets the connection instead of keeping what the peer will not read.
  void forget_unsent() {
    Code ignored;
    socket_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
  }
  /// The answer to the peer's close: Beast would send `code` back, and `instead` goes out.
  void replace_close(std::uint16_t code, std::uint16_t instead) {
    expected_ = close_frame(code);
    instead_ = close_frame(instead);
  }
  /// Called when the stream begins to take the connection down.
  void on_teardown(std::function<void()> call) { on_teardown_ = std::move(call); }
  void teardown_begins() { on_teardown_(); }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(Code, std::size_t)>(StartRead{this}, token, buffers);
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    const bool replaced = instead_[0] != 0 && is_expected(buffers);
    const auto first = replaced ? boost::asio::const_buffer(boost::asio::buffer(instead_)) : boost::asio::const_buffer();
    const std::array<boost::asio::const_buffer, 1> other{first};
    return boost::asio::async_initiate<Token, void(Code, std::size_t)>(StartWrite{this}, token, buffers, other, replaced);
  }

 private:
  struct StartRead {
    ReplaySocket* self;
    template <class Handler, class Buffers>
    void operator()(Handler&& handler, const Buffers& into) const {
      if (self->received_.empty()) {
        self->socket_.async_read_some(into, std::forward<Handler>(handler));
        return;
      }
      const auto size = boost::asio::buffer_copy(into, boost::asio::buffer(self->received_));
      self->received_.erase(0, size);
      if (self->received_.empty()) self->received_ = std::string();
      boost::asio::post(self->get_executor(), boost::beast::bind_front_handler(std::forward<Handler>(handler), Code(), size));
    }
  };

  struct StartWrite {
    ReplaySocket* self;
    template <class Handler, class Buffers>
    void operator()(Handler&& handler, const Buffers& from, const std::array<boost::asio::const_buffer, 1>& other, bool replaced) const {
      if (replaced) self->socket_.async_write_some(other, std::forward<Handler>(handler));
      else self->socket_.async_write_some(from, std::forward<Handler>(handler));
    }
  };
  using CloseFrame = std::array<unsigned char, 4>;
  static CloseFrame close_frame(std::uint16_t code) {
    return {0x88, 2, static_cast<unsigned char>(code >> 8), static_cast<unsigned char>(code & 0xff)};
  }
  template <class Buffers>
  bool is_expected(const Buffers& buffers) const {
    CloseFrame begin{};
    if (boost::asio::buffer_size(buffers) != begin.size()) return false;
    boost::asio::buffer_copy(boost::asio::buffer(begin), buffers);
    return begin == expected_;
  }

  Socket socket_;
  std::string received_;
  CloseFrame expected_{}, instead_{};
  std::function<void()> on_teardown_;
};

// Found by Beast through their argument.
inline void beast_close_socket(ReplaySocket& stream) { stream.close(); }

template <class Handler>
void async_teardown(boost::beast::role_type role, ReplaySocket& stream, Handler&& handler) {
  stream.teardown_begins();
  boost::beast::websocket::async_teardown(role, stream.socket(), std::forward<Handler>(handler));
}

}  // namespace wherry::http

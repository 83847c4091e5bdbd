#pragma once

#include <deque>
#include <string>
#include <vector>

#include "net/websocket.h"

namespace wherry::test {

/// A WebSocket whose client has said everything already; once it is read, the connection ends for the reader.
class FakeWebSocket final : public http::WebSocket {
 public:
  std::deque<std::string> incoming;
  std::size_t piece = 4096;
  std::vector<std::string> sent;
  bool open = true;

  Task<Result<Piece>> read() override {
    if (incoming.empty()) co_return Error{ErrorCode::cancelled, "gone"};
    Piece next;
    next.bytes = std::string_view(incoming.front()).substr(at_, piece);
    at_ += next.bytes.size();
    next.end_of_message = at_ == incoming.front().size();
    if (next.end_of_message) {
      held_ = std::move(incoming.front());
      next.bytes = std::string_view(held_).substr(at_ - next.bytes.size());
      incoming.pop_front();
      at_ = 0;
    }
    co_return next;
  }
  Result<void> send(std::string text) override {
    sent.push_back(std::move(text));
    return {};
  }
  Task<Result<void>> write(std::string text) override { co_return send(std::move(text)); }
  void close(http::CloseCode, std::string_view) override { open = false; }
  bool is_open() const override { return open; }
  std::size_t queued_bytes() const override { return 0; }

 private:
  std::size_t at_ = 0;
  std::string held_;
};

}  // namespace wherry::test

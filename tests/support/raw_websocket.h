#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/raw_http.h"

namespace wherry::test {

enum Opcode : std::uint8_t { op_continuation = 0, op_text = 1, op_binary = 2, op_close = 8, op_ping = 9, op_pong = 10 };

/// One frame as a client sends it; every rule can be broken.
struct Frame {
  std::uint8_t opcode = op_text;
  std::string payload{};
  bool fin = true;
  std::uint8_t reserved = 0;    ///< RSV1-3 as the bits 4, 2, 1
  bool masked = true;
  bool long_length = false;     ///< 64 bits of length whatever the size
};
std::string encode(const Frame& frame);
std::string text_frame(std::string_view text);
std::string close_frame(std::uint16_t code, std::string_view reason = {});

/// What the server sent.
struct SeenFrame {
  std::uint8_t opcode = 0;
  bool fin = true;
  std::string payload;
  std::uint16_t close_code() const;  ///< 0 for none
  std::string_view close_reason() const;
};

inline constexpr std::string_view upgrade_fields =
    "Host: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// A WebSocket client that sends exactly the bytes it is told to.
class RawWebSocket {
 public:
  /// Connects, asks for `target` and sends `behind` in the same segment. Throws when the answer is not 101.
  explicit RawWebSocket(std::uint16_t port, std::string_view target = "/", std::string_view behind = {}, int receive_buffer = 0);

  const RawResponse& answer() const { return answer_; }
  bool send(std::string_view bytes) { return client_.send(bytes); }
  /// The next frame; nullopt at the end of the connection.
  std::optional<SeenFrame> read();
  /// "text:hello", "pong:x", "close:1002", "end": the next frame in short.
  std::string next();
  /// All that is left, in short, separated by spaces; the server's close is answered.
  std::string rest();
  RawClient& client() { return client_; }

 private:
  bool fill(std::size_t size);
  RawClient client_;
  RawResponse answer_;
  std::string buffer_;
};

}  // namespace wherry::test

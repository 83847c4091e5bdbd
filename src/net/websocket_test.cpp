// Frames as they come over the wire, after the cases 1-7 of the Autobahn test suite: what is sent, and all that comes back.
#include <gtest/gtest.h>

#include "net/server.h"
#include "tests/support/raw_websocket.h"

namespace wherry::http {
namespace {

using namespace test;

/// Answers every message with itself; "close" closes.
Task<void> echo(std::shared_ptr<WebSocket> socket) {
  std::string message;
  while (true) {
    auto piece = co_await socket->read();
    if (!piece) co_return;
    message += piece->bytes;
    if (!piece->end_of_message) continue;
    if (message == "close") co_return;
    if (message == "throw") throw std::runtime_error("told to");
    auto sent = co_await socket->write(std::move(message));
    if (!sent) co_return;
    message.clear();
  }
}

Task<Response> upgrade_to_echo(Request& request, WebSocketOptions options) {
  if (auto refused = refuse_upgrade(request)) co_return std::move(*refused);
  co_return upgrade_response({options, echo});
}

Handler echo_handler(WebSocketOptions options = {}) {
  return [options](Request& request) { return upgrade_to_echo(request, options); };
}

std::string frame(std::uint8_t opcode, std::string payload, bool fin = true) {
  return encode({.opcode = opcode, .payload = std::move(payload), .fin = fin});
}
std::string first(std::string payload) { return frame(op_text, std::move(payload), false); }
std::string more(std::string payload) { return frame(op_continuation, std::move(payload), false); }
std::string last(std::string payload) { return frame(op_continuation, std::move(payload)); }
std::string bye() { return close_frame(1000); }

struct Case {
  std::string name;
  std::string sent;
  std::string seen;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class WebSocketFrames : public ::testing::TestWithParam<Case> {
 protected:
  static std::string play(const std::string& sent, std::size_t piece) {
    TestServer server(echo_handler({.message_limit = 1 << 20}));
    RawWebSocket client(server.port());
    for (std::size_t at = 0; at < sent.size(); at += piece) {
      if (!client.send(std::string_view(sent).substr(at, piece))) break;
    }
    return client.rest();
  }
};

TEST_P(WebSocketFrames, InOneSegment) { EXPECT_EQ(play(GetParam().sent, GetParam().sent.size()), GetParam().seen); }

TEST_P(WebSocketFrames, ByteByByte) {
  if (GetParam().sent.size() < 2'000) EXPECT_EQ(play(GetParam().sent, 1), GetParam().seen);
}

std::string named(const ::testing::TestParamInfo<Case>& info) {
  std::string name;
  for (const char c : info.param.name) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}

const std::string big(60'000, 'x');
const std::string kosme = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";
const std::string failed = "close:1002 end";

std::vector<Case> basic_cases() {
  return {
      {"1.1.1 empty text", text_frame("") + bye(), "text: close:1000 end"},
      {"1.1.2 text of 125 bytes", text_frame(big.substr(0, 125)) + bye(), "text:" + big.substr(0, 125) + " close:1000 end"},
      {"1.1.3 text of 126 bytes", text_frame(big.substr(0, 126)) + bye(), "text:" + big.substr(0, 126) + " close:1000 end"},
      {"1.1.6 text of 60000 bytes", text_frame(big) + bye(), "text:" + big + " close:1000 end"},
      {"1.2.1 binary is not taken", frame(op_binary, ""), "close:1003 end"},
      {"1.2.2 binary with payload", frame(op_binary, "\x01\x02"), "close:1003 end"},
      {"2.1 ping without payload", frame(op_ping, "") + bye(), "pong: close:1000 end"},
      {"2.3 binary ping", frame(op_ping, std::string("\x00\xff", 2)) + bye(), "pong:" + std::string("\x00\xff", 2) + " close:1000 end"},
      {"2.4 ping of 125 bytes", frame(op_ping, big.substr(0, 125)) + bye(), "pong:" + big.substr(0, 125) + " close:1000 end"},
      {"2.5 ping of 126 bytes", frame(op_ping, big.substr(0, 126)), failed},
      {"2.7 unsolicited pong", frame(op_pong, "x") + bye(), "close:1000 end"},
      {"2.9 pong then ping", frame(op_pong, "x") + frame(op_ping, "y") + bye(), "pong:y close:1000 end"},
      {"2.10 ten pings", frame(op_ping, "1") + frame(op_ping, "2") + frame(op_ping, "3") + bye(), "pong:1 pong:2 pong:3 close:1000 end"},
      {"3.1 RSV3", encode({.payload = "x", .reserved = 1}), failed},
      {"3.2 RSV2 after a good message", text_frame("a") + encode({.payload = "x", .reserved = 2}), "text:a " + failed},
      {"3.4 RSV1", encode({.payload = "x", .reserved = 4}), failed},
      {"3.5 RSV on a ping", encode({.opcode = op_ping, .reserved = 5}), failed},
      {"4.1.1 reserved opcode 3", frame(3, ""), failed},
      {"4.1.4 reserved opcode 6 with payload", text_frame("a") + frame(6, "x"), "text:a " + failed},
      {"4.2.1 reserved opcode 11", frame(11, ""), failed},
      {"4.2.5 reserved opcode 15", frame(15, "x"), failed},
      {"5.1 fragmented ping", frame(op_ping, "a", false) + last("b"), failed},
      {"5.2 fragmented pong", frame(op_pong, "a", false) + last("b"), failed},
      {"5.3 two fragments", first("a") + last("b") + bye(), "text:ab close:1000 end"},
      {"5.6 ping between fragments", first("a") + frame(op_ping, "p") + last("b") + bye(), "pong:p text:ab close:1000 end"},
      {"5.9 continuation of nothing", last("a"), failed},
      {"5.12 continuation of nothing, unfinished", more("a"), failed},
      {"5.18 text inside a message", first("a") + text_frame("b"), failed},
      {"5.19 five fragments and pings",
       first("1") + more("2") + frame(op_ping, "p") + more("3") + more("4") + frame(op_ping, "q") + last("5") + bye(),
       "pong:p pong:q text:12345 close:1000 end"},
      {"6.1.2 empty fragments", first("") + more("") + last("") + bye(), "text: close:1000 end"},
      {"6.1.3 empty around full", first("") + more("mid") + last("") + bye(), "text:mid close:1000 end"},
      {"unmasked", encode({.payload = "x", .masked = false}), failed},
      {"length longer than needed", encode({.payload = "x", .long_length = true}), failed},
      {"too big", text_frame(std::string((1 << 20) + 1, 'x')).substr(0, 14), "close:1009 end"},
      {"too big in fragments", first(std::string(1 << 20, 'x')) + last("x"), "close:1009 end"},
      {"after the close nothing is heard", bye() + text_frame("x"), "close:1000 end"},
  };
}

std::vector<Case> text_and_close_cases() {
  std::vector<Case> cases = {
      {"6.2.1 UTF-8", text_frame(kosme) + bye(), "text:" + kosme + " close:1000 end"},
      {"6.2.3 UTF-8 split inside characters", first(kosme.substr(0, 1)) + more(kosme.substr(1, 2)) + last(kosme.substr(3)) + bye(),
       "text:" + kosme + " close:1000 end"},
      {"6.3.1 surrogate", text_frame(kosme + "\xed\xa0\x80" + "edited"), "close:1007 end"},
      {"6.4.1 stops at the first bad fragment", first(kosme) + more("\xf4\x90\x80\x80"), "close:1007 end"},
      {"6.6.1 lone lead byte", text_frame("\xce"), "close:1007 end"},
      {"6.6.1 lead byte and an empty end", first("\xce") + last(""), "close:1007 end"},
      {"6.8.1 five byte form", text_frame("\xf8\x88\x80\x80\x80"), "close:1007 end"},
      {"6.12.3 lone continuation", text_frame("\x80"), "close:1007 end"},
      {"6.15 over-long", text_frame("\xc0\xaf"), "close:1007 end"},
      {"6.22 noncharacter is fine", text_frame("\xef\xbf\xbe") + bye(), "text:\xef\xbf\xbe close:1000 end"},
      {"7.1.2 two closes", bye() + bye(), "close:1000 end"},
      {"7.1.3 ping after close", bye() + frame(op_ping, "x"), "close:1000 end"},
      {"7.1.5 close inside a message", first("x") + bye() + last("y"), "close:1000 end"},
      {"7.3.1 close without payload", frame(op_close, ""), "close:1000 end"},
      {"7.3.2 close of one byte", frame(op_close, "x"), failed},
      {"7.3.4 close with a reason", close_frame(1000, "bye"), "close:1000 end"},
      {"7.3.5 longest reason", close_frame(1000, big.substr(0, 123)), "close:1000 end"},
      {"7.3.6 reason too long", close_frame(1000, big.substr(0, 124)), failed},
      {"7.5.1 reason that is not UTF-8", close_frame(1000, "\xce"), failed},
      {"we close", text_frame("close"), "close:1000 end"},
      {"the session throws", text_frame("throw"), "close:1011 end"},
  };
  for (const int code : {1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999}) {
    const auto text = std::to_string(code);
    cases.push_back({"7.7 good code " + text, close_frame(static_cast<std::uint16_t>(code)), "close:" + text + " end"});
  }
  for (const int code : {0, 999, 1004, 1005, 1006, 1012, 1013, 1014, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    cases.push_back({"7.9 bad code " + std::to_string(code), close_frame(static_cast<std::uint16_t>(code)), failed});
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Basic, WebSocketFrames, ::testing::ValuesIn(basic_cases()), named);
INSTANTIATE_TEST_SUITE_P(TextAndClose, WebSocketFrames, ::testing::ValuesIn(text_and_close_cases()), named);

}  // namespace
}  // namespace wherry::http

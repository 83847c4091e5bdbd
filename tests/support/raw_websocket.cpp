#include "tests/support/raw_websocket.h"

#include <array>
#include <stdexcept>

namespace wherry::test {

namespace {

void append_number(std::string& out, std::uint64_t number, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<char>(number >> shift & 0xff));
}

std::uint8_t byte_at(std::string_view text, std::size_t index) { return static_cast<std::uint8_t>(text[index]); }

}  // namespace

std::string encode(const Frame& frame) {
  constexpr std::string_view mask = "\x37\xfa\x21\x3d";
  std::string out;
  out.push_back(static_cast<char>((frame.fin ? 0x80 : 0) | (frame.reserved << 4) | frame.opcode));
  const auto size = frame.payload.size();
  const std::uint8_t mask_bit = frame.masked ? 0x80 : 0;
  const int extra = frame.long_length || size > 0xffff ? 8 : size > 125 ? 2 : 0;
  const auto short_size = extra == 8 ? std::size_t{127} : extra == 2 ? std::size_t{126} : size;
  out.push_back(static_cast<char>(mask_bit | short_size));
  append_number(out, size, extra);
  if (!frame.masked) return out + frame.payload;
  out += mask;
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<char>(frame.payload[i] ^ mask[i % 4]));
  return out;
}

std::string text_frame(std::string_view text) { return encode({.payload = std::string(text)}); }

std::string close_frame(std::uint16_t code, std::string_view reason) {
  std::string payload;
  append_number(payload, code, 2);
  payload += reason;
  return encode({.opcode = op_close, .payload = payload});
}

std::uint16_t SeenFrame::close_code() const {
  if (payload.size() < 2) return 0;
  return static_cast<std::uint16_t>(byte_at(payload, 0) << 8 | byte_at(payload, 1));
}

std::string_view SeenFrame::close_reason() const { return std::string_view(payload).substr(std::min<std::size_t>(2, payload.size())); }

RawWebSocket::RawWebSocket(std::uint16_t port, std::string_view target, std::string_view behind, int receive_buffer)
    : client_(port, receive_buffer) {
  std::string request = "GET " + std::string(target) + " HTTP/1.1\r\n" + std::string(upgrade_fields) + "\r\n";
  request += behind;
  if (!client_.send(request)) throw std::runtime_error("no upgrade");
  auto answer = client_.read_response();
  if (!answer) throw std::runtime_error("no answer to the upgrade");
  // RawClient takes the body of a 1xx to be empty, so frames right behind it stay in its buffer.
  if (answer->status != 101) throw std::runtime_error("upgrade refused: " + std::to_string(answer->status) + " " + answer->body);
  answer_ = std::move(*answer);
}

bool RawWebSocket::fill(std::size_t size) {
  while (buffer_.size() < size) {
    const auto piece = client_.read_some(65536);
    if (piece.empty()) return false;
    buffer_ += piece;
  }
  return true;
}

std::optional<SeenFrame> RawWebSocket::read() {
  if (!fill(2)) return std::nullopt;
  SeenFrame frame;
  frame.opcode = byte_at(buffer_, 0) & 0x0f;
  frame.fin = (byte_at(buffer_, 0) & 0x80) != 0;
  std::size_t size = byte_at(buffer_, 1);
  std::size_t head = 2;
  if (size >= 126) {
    head += size == 126 ? 2 : 8;
    if (!fill(head)) return std::nullopt;
    size = 0;
    for (std::size_t i = 2; i < head; ++i) size = size << 8 | byte_at(buffer_, i);
  }
  if (!fill(head + size)) return std::nullopt;
  frame.payload = buffer_.substr(head, size);
  buffer_.erase(0, head + size);
  return frame;
}

std::string RawWebSocket::next() {
  const auto frame = read();
  if (!frame) return "end";
  switch (frame->opcode) {
    case op_text: return "text:" + frame->payload;
    case op_binary: return "binary:" + frame->payload;
    case op_ping: return "ping:" + frame->payload;
    case op_pong: return "pong:" + frame->payload;
    case op_close: return "close:" + std::to_string(frame->close_code());
    default: return "frame " + std::to_string(frame->opcode);
  }
}

std::string RawWebSocket::rest() {
  std::string all;
  while (true) {
    const auto frame = next();
    if (!all.empty()) all += ' ';
    all += frame;
    if (frame == "end") return all;
    if (frame.starts_with("close")) client_.finish_sending();
  }
}

}  // namespace wherry::test

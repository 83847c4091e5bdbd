// Many WebSockets of one application at once. Answers pings, counts frames and checks that the messages that inbound_load wrote come
// in order at each socket.
// ws_clients PORT KEY COUNT   -> a JSON line once all are open, and one for each line on its standard input; ends with that.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <cstdlib>

#include "base/task.h"
#include "bench/load_text.h"

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using wherry::Task;
using wherry::use_task;
using Tcp = asio::ip::tcp;
using Socket = asio::basic_stream_socket<Tcp, wherry::Executor>;
using Input = asio::posix::basic_stream_descriptor<wherry::Executor>;

constexpr std::size_t sockets_per_address = 20'000;  // there are 28,000 ports to connect from

struct Clients {
  std::uint16_t port = 0;
  std::string key;
  std::size_t count = 0;
  std::size_t open = 0, closed = 0, refused = 0, next = 0;
  std::uint64_t frames = 0, bytes = 0, out_of_order = 0, repeated = 0;
  std::vector<float> latencies_ms;
  std::vector<char> scratch = std::vector<char>(256 * 1024);

  void report() {
    std::printf(
        "{\"open\":%zu,\"closed\":%zu,\"refused\":%zu,\"frames\":%llu,\"bytes\":%llu,\"out_of_order\":%llu,\"repeated\":%llu,"
        "\"p50_ms\":%.3f,\"p99_ms\":%.3f}\n",
        open - closed, closed, refused, static_cast<unsigned long long>(frames), static_cast<unsigned long long>(bytes),
        static_cast<unsigned long long>(out_of_order), static_cast<unsigned long long>(repeated), bench::percentile(latencies_ms, 0.5),
        bench::percentile(latencies_ms, 0.99));
    std::fflush(stdout);
  }
};

struct Client {
  std::string left;                  ///< of a frame that has come in part
  std::vector<std::uint64_t> newest; ///< number, by conversation
};

void take_text(Clients& all, Client& client, std::string_view payload) {
  constexpr std::string_view member = R"("text":")";
  const auto at = payload.find(member);
  if (at == std::string_view::npos) return;
  const auto load = bench::LoadText::parse(payload.substr(at + member.size(), 64));
  if (!load) return;
  ++all.frames;
  if (all.frames % 64 == 0) all.latencies_ms.push_back(bench::milliseconds_since(load->due_ns));
  if (client.newest.size() <= load->conversation) client.newest.resize(load->conversation + 1);
  auto& newest = client.newest[load->conversation];
  if (load->number == newest) ++all.repeated;
  else if (load->number != newest + 1) ++all.out_of_order;
  newest = std::max(newest, load->number);
}

/// Takes whole frames; gives how many bytes they were. `pong` is what is to be answered.
std::size_t take_frames(Clients& all, Client& client, std::string_view bytes, std::string& pong) {
  std::size_t at = 0;
  const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(bytes[index]); };
  while (bytes.size() - at >= 2) {
    std::size_t head = 2, size = byte(at + 1) & 0x7fU;
    const std::size_t wide = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (bytes.size() - at < head + wide) break;
    if (wide > 0) size = 0;
    for (std::size_t i = 0; i < wide; ++i) size = size << 8 | byte(at + head + i);
    head += wide;
    if (bytes.size() - at < head + size) break;
    const auto opcode = byte(at) & 0x0fU;
    const auto payload = bytes.substr(at + head, size);
    if (opcode == 1) take_text(all, client, payload);
    if (opcode == 9) pong += std::string("\x8a") + static_cast<char>(0x80U | size) + std::string(4, '\0') + std::string(payload);
    at += head + size;
  }
  return at;
}

Task<bool> connect(Clients& all, Socket& socket, std::size_t number) {
  error_code code;
  socket.open(Tcp::v4());
  const auto address = asio::ip::address_v4(0x7f000001U + static_cast<std::uint32_t>(number / sockets_per_address));
  socket.bind({address, 0}, code);
  if (code) co_return false;
  const Tcp::endpoint server(asio::ip::address_v4::loopback(), all.port);
  auto connected = co_await socket.async_connect(server, asio::as_tuple(use_task));
  if (std::get<0>(connected)) co_return false;
  const std::string request = "GET /ws?apiKey=" + all.key +
                              " HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                              "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  auto written = co_await asio::async_write(socket, asio::buffer(request), asio::as_tuple(use_task));
  co_return !std::get<0>(written);
}

Task<void> run(Clients& all) {
  auto executor = co_await asio::this_coro::executor;
  while (all.next < all.count) {
    Socket socket(executor);
    Client client;
    const bool connected = co_await connect(all, socket, all.next++);
    bool upgraded = false;
    error_code code;
    socket.non_blocking(true, code);
    while (connected) {
      auto ready = co_await socket.async_wait(Socket::wait_read, asio::as_tuple(use_task));
      if (std::get<0>(ready)) break;
      const auto size = socket.read_some(asio::buffer(all.scratch), code);
      if (code == asio::error::would_block) continue;
      if (code) break;
      all.bytes += size;
      std::string_view bytes(all.scratch.data(), size);
      if (!client.left.empty() || !upgraded) bytes = client.left.append(bytes);
      if (!upgraded) {
        const auto end = bytes.find("\r\n\r\n");
        if (end == std::string_view::npos) continue;
        if (!bytes.starts_with("HTTP/1.1 101")) break;
        upgraded = true;
        ++all.open;
        bytes.remove_prefix(end + 4);
        if (all.next < all.count) asio::co_spawn(executor, run(all), [](std::exception_ptr) {});
        if (all.open + all.refused == all.count) all.report();
      }
      std::string pong;
      bytes.remove_prefix(take_frames(all, client, bytes, pong));
      client.left = std::string(bytes);
      if (!pong.empty()) co_await asio::async_write(socket, asio::buffer(pong), asio::as_tuple(use_task));
    }
    if (upgraded) {
      ++all.closed;
      co_return;
    }
    ++all.refused;
    if (all.open + all.refused == all.count) all.report();
  }
}

Task<void> answer_questions(Clients& all, asio::io_context& io) {
  Input input(io.get_executor(), ::dup(0));
  char line[64];
  while (true) {
    auto read = co_await input.async_read_some(asio::buffer(line), asio::as_tuple(use_task));
    if (std::get<0>(read)) break;
    all.report();
  }
  io.stop();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: ws_clients PORT KEY COUNT\n");
    return 2;
  }
  Clients all;
  all.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  all.key = argv[2];
  all.count = std::strtoul(argv[3], nullptr, 10);
  asio::io_context io(1);
  constexpr std::size_t at_once = 64;
  for (std::size_t i = 0; i < std::min(at_once, all.count); ++i) asio::co_spawn(io, run(all), [](std::exception_ptr) {});
  asio::co_spawn(io, answer_questions(all, io), [](std::exception_ptr) {});
  io.run();
}

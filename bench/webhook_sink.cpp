// An application's webhook endpoint: answers 200 and checks that the events of each conversation come in order.
// webhook_sink PORT; GET / gives {"received":n,"out_of_order":n,"repeated":n,"p50_ms":n,"p99_ms":n}, GET /reset begins anew.
// Latencies are from the instant that inbound_load wrote into the message.
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <unordered_map>

#include "base/json.h"
#include "bench/load_text.h"
#include "net/server.h"

namespace {

using namespace wherry;

struct Seen {
  std::uint64_t received = 0, out_of_order = 0, repeated = 0;
  std::unordered_map<std::string, std::int64_t> newest;
  std::vector<float> latencies_ms;

  void note(const json::object& body) {
    const auto* data = json::find_object(body, "data");
    if (data == nullptr) return;
    ++received;
    const auto conversation = json::find_string(*data, "conversation_id");
    const auto* sequence = json::find(*data, "sequence");
    if (!conversation || sequence == nullptr) return;
    auto& last = newest[std::string(*conversation)];
    const auto number = sequence->to_number<std::int64_t>();
    if (number == last) ++repeated;
    if (number < last) ++out_of_order;
    last = std::max(last, number);
    const auto* message = json::find_object(*data, "message");
    const auto text = message == nullptr ? std::nullopt : json::find_string(*message, "text");
    const auto load = text ? bench::LoadText::parse(*text) : std::nullopt;
    if (load) latencies_ms.push_back(bench::milliseconds_since(load->due_ns));
  }

  json::object report() {
    return {{"received", received},
            {"out_of_order", out_of_order},
            {"repeated", repeated},
            {"p50_ms", bench::percentile(latencies_ms, 0.5)},
            {"p99_ms", bench::percentile(latencies_ms, 0.99)}};
  }
};

Task<http::Response> answer(Seen& seen, http::Request& request) {
  auto body = co_await http::read_all(*request.body, 1 << 20);
  if (body && request.method == http::Method::post) {
    const auto parsed = json::parse(*body);
    if (parsed && parsed->is_object()) seen.note(parsed->get_object());
  }
  if (request.method == http::Method::post) co_return http::json_response(200, "{}");
  auto report = seen.report();
  if (request.path == "/reset") {
    auto newest = std::move(seen.newest);
    seen = Seen();
    seen.newest = std::move(newest);
  }
  co_return http::json_response(200, json::serialize(report));
}

}  // namespace

int main(int argc, char** argv) {
  Seen seen;
  http::ServerOptions options;
  options.port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 9091);
  boost::asio::io_context io(1);
  auto server = http::Server::create(options, [&](http::Request& request) { return answer(seen, request); });
  if (!server) return std::fprintf(stderr, "%s\n", server.error().message.c_str()), 1;
  (*server)->listen_on(io.get_executor());
  io.run();
}

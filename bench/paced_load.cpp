// Sends at a fixed rate, whatever the answers do, and reports latency from the planned instant of each request (no coordinated omission).
// paced_load URL KEY CONVERSATIONS_FILE RATE SECONDS   -> one JSON line
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "base/task_group.h"
#include "net/client.h"

namespace {

using Steady = std::chrono::steady_clock;

struct Tally {
  std::vector<double> latencies_ms;
  std::size_t failed = 0;
};

struct Plan {
  std::string url;
  std::string key;
  std::vector<std::string> conversations;
  double rate = 1000;
  double duration = 10;
};

wherry::Task<void> send_one(wherry::http::Client& client, const Plan& plan, std::size_t number, Steady::time_point due, Tally& tally) {
  wherry::http::ClientRequest request;
  request.method = wherry::http::Method::post;
  request.url = plan.url + "/v1/messages/send";
  request.headers.add("Authorization", "Bearer " + plan.key);
  request.headers.add("Content-Type", "application/json");
  request.body = R"({"conversationId":")" + plan.conversations[number % plan.conversations.size()] +
                 R"(","text":"Your table is booked for 19:30. Reply STOP to cancel."})";
  auto response = co_await client.send(std::move(request));
  if (!response || response->status != 200) ++tally.failed;
  tally.latencies_ms.push_back(std::chrono::duration<double, std::milli>(Steady::now() - due).count());
}

wherry::Task<void> drive(wherry::http::Client& client, const Plan& plan, wherry::TaskGroup& group, Tally& tally) {
  auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::basic_waitable_timer<Steady, boost::asio::wait_traits<Steady>, wherry::Executor> timer(executor);
  const auto start = Steady::now();
  const auto total = static_cast<std::size_t>(plan.rate * plan.duration);
  boost::system::error_code ignored;
  for (std::size_t i = 0; i < total; ++i) {
    const auto due =
        start + std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(static_cast<double>(i) / plan.rate));
    timer.expires_at(due);
    co_await timer.async_wait(boost::asio::redirect_error(wherry::use_task, ignored));
    group.spawn(executor, send_one(client, plan, i, due, tally), "send");
  }
  co_await group.drain();
}

double percentile(const std::vector<double>& sorted, double part) {
  return sorted.empty() ? 0 : sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(part * static_cast<double>(sorted.size())))];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: paced_load URL KEY CONVERSATIONS_FILE RATE SECONDS\n");
    return 2;
  }
  Plan plan{argv[1], argv[2], {}, std::atof(argv[4]), std::atof(argv[5])};
  std::ifstream file(argv[3]);
  for (std::string line; std::getline(file, line);) plan.conversations.push_back(line);
  if (plan.conversations.empty()) return 2;
  boost::asio::io_context io(1);
  wherry::SystemClock clock;
  auto client = wherry::http::make_client({}, clock);
  wherry::TaskGroup group;
  Tally tally;
  boost::asio::co_spawn(io, drive(*client, plan, group, tally), [&](std::exception_ptr) { io.stop(); });
  io.run();
  std::sort(tally.latencies_ms.begin(), tally.latencies_ms.end());
  std::printf("{\"sent\":%zu,\"failed\":%zu,\"p50_ms\":%.3f,\"p90_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f}\n", tally.latencies_ms.size(),
              tally.failed, percentile(tally.latencies_ms, 0.5), percentile(tally.latencies_ms, 0.9), percentile(tally.latencies_ms, 0.99),
              tally.latencies_ms.empty() ? 0 : tally.latencies_ms.back());
}

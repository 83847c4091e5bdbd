// Customers' messages as WhatsApp would deliver them: signed webhook POSTs from several senders at once, each with customers of its own.
// inbound_load PORT NAME SENDERS PER_POST TOTAL CONVERSATIONS RATE   -> one JSON line. RATE 0: every sender as fast as it is answered;
// else so many POSTs a second in all on a fixed schedule. NAME makes the messages' ids new.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdio>
#include <cstdlib>

#include "base/bytes.h"
#include "base/crypto.h"
#include "base/task_group.h"
#include "bench/load_text.h"
#include "net/client.h"

namespace {

struct Load {
  std::string url;
  std::string name;
  std::size_t senders, per_post, total, conversations;
  double rate;
  std::vector<std::uint64_t> numbers;  ///< of the newest message, by conversation
  std::size_t posts = 0, failed = 0, made = 0;
  std::vector<float> latencies_ms;
};

std::string message(Load& load, std::size_t conversation, std::int64_t due_ns) {
  char customer[16];
  std::snprintf(customer, sizeof customer, "9990%06zu0", conversation);
  const bench::LoadText text{conversation, ++load.numbers[conversation], due_ns};
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  return R"({"from":")" + std::string(customer) + R"(","id":"wamid.)" + load.name + std::to_string(++load.made) + R"(","timestamp":")" +
         std::to_string(now) + R"(","type":"text","text":{"body":")" + text.text() + R"("}})";
}

// The messages of one POST go round the conversations of one sender.
wherry::http::ClientRequest make_post(Load& load, std::size_t sender, std::size_t& at, std::size_t count, std::int64_t due_ns) {
  std::string messages, contacts;
  for (std::size_t i = 0; i < count; ++i) {
    const auto own = std::max<std::size_t>(1, load.conversations / load.senders);
    const auto conversation = sender * own + at++ % own;
    char contact[96];
    std::snprintf(contact, sizeof contact, R"({"wa_id":"9990%06zu0","profile":{"name":"Bench"}})", conversation);
    messages += (i > 0 ? "," : "") + message(load, conversation, due_ns);
    contacts += (i > 0 ? "," : "") + std::string(contact);
  }
  wherry::http::ClientRequest request;
  request.method = wherry::http::Method::post;
  request.url = load.url;
  request.body = R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"field":"messages","value":)"
                 R"({"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550107788","phone_number_id":"106540352242922"},)"
                 R"("contacts":[)" +
                 contacts + R"(],"messages":[)" + messages + "]}}]}]}";
  request.headers.add("Content-Type", "application/json");
  request.headers.add("X-Hub-Signature-256", "sha256=" + wherry::to_hex(wherry::hmac_sha256("bench-secret", request.body)));
  return request;
}

wherry::Task<void> post(wherry::http::Client& client, Load& load, wherry::http::ClientRequest request, std::int64_t due_ns) {
  auto response = co_await client.send(std::move(request));
  ++load.posts;
  if (!response || response->status != 200) ++load.failed;
  load.latencies_ms.push_back(bench::milliseconds_since(due_ns));
}

wherry::Task<void> send_at_once(wherry::http::Client& client, Load& load, std::size_t sender) {
  std::size_t at = 0;
  for (auto left = load.total / load.senders; left > 0;) {
    const auto count = std::min(left, load.per_post);
    left -= count;
    const auto now = bench::now_ns();
    auto request = make_post(load, sender, at, count, now);
    co_await post(client, load, std::move(request), now);
  }
}

wherry::Task<void> send_paced(wherry::http::Client& client, Load& load, wherry::TaskGroup& group) {
  auto executor = co_await boost::asio::this_coro::executor;
  using Clock = std::chrono::steady_clock;
  boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, wherry::Executor> timer(executor);
  const auto start = bench::now_ns();
  std::vector<std::size_t> at(load.senders);
  boost::system::error_code ignored;
  for (std::size_t i = 0; i * load.per_post < load.total; ++i) {
    const auto due = start + static_cast<std::int64_t>(1e9 * static_cast<double>(i) / load.rate);
    timer.expires_at(Clock::time_point(std::chrono::nanoseconds(due)));
    co_await timer.async_wait(boost::asio::redirect_error(wherry::use_task, ignored));
    const auto sender = i % load.senders;
    auto request = make_post(load, sender, at[sender], load.per_post, due);
    group.spawn(executor, post(client, load, std::move(request), due), "post");
  }
  co_await group.drain();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8) {
    std::fprintf(stderr, "usage: inbound_load PORT NAME SENDERS PER_POST TOTAL CONVERSATIONS RATE\n");
    return 2;
  }
  const auto count = [&](int at) { return std::max<std::size_t>(1, std::strtoull(argv[at], nullptr, 10)); };
  Load load{.url = std::string("http://127.0.0.1:") + argv[1] + "/webhooks/meta",
            .name = argv[2],
            .senders = count(3),
            .per_post = count(4),
            .total = count(5),
            .conversations = count(6),
            .rate = std::atof(argv[7]),
            .numbers = std::vector<std::uint64_t>(count(6) + count(3)),
            .latencies_ms = {}};
  boost::asio::io_context io(1);
  wherry::SystemClock clock;
  auto client = wherry::http::make_client({}, clock);
  wherry::TaskGroup group;
  std::size_t running = load.rate > 0 ? 1 : load.senders;
  const auto ended = [&](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
    if (--running == 0) io.stop();  // kept connections would hold it up
  };
  const auto begin = bench::now_ns();
  if (load.rate > 0) boost::asio::co_spawn(io, send_paced(*client, load, group), ended);
  for (std::size_t i = 0; load.rate <= 0 && i < load.senders; ++i) boost::asio::co_spawn(io, send_at_once(*client, load, i), ended);
  io.run();
  const double took = static_cast<double>(bench::now_ns() - begin) / 1e9;
  std::printf(
      "{\"posts\":%zu,\"events\":%zu,\"failed\":%zu,\"seconds\":%.3f,\"rate\":%.1f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f}\n",
      load.posts, load.made, load.failed, took, static_cast<double>(load.made) / took, bench::percentile(load.latencies_ms, 0.5),
      bench::percentile(load.latencies_ms, 0.99), bench::percentile(load.latencies_ms, 1));
}

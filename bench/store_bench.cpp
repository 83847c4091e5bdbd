// What the store alone can do: durable steps a second, and CPU per message or event, with a given number of callers waiting.
// store_bench [DIRECTORY] [WAITERS] [MESSAGES] [KINDS]   -> one line per kind of work; KINDS is some of the letters m, i, s
#include <sys/resource.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/random.h"
#include "store/inbound_store.h"
#include "store/message_store.h"
#include "store/sqlite/open.h"

namespace {

using namespace wherry;

struct Work {
  MessageStore& messages;
  InboundStore& inbound;
  Clock& clock;
  TenantId tenant;
  ChannelId channel;
  ConversationId conversation;
  std::size_t left = 0;
  std::size_t failed = 0;
  std::size_t started = 0;
};

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto to_seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return to_seconds(usage.ru_utime) + to_seconds(usage.ru_stime);
}

// Shaped like WhatsApp's: a constant head, the customer, then something random.
std::string fresh_wamid(std::size_t customer) {
  return "wamid.HBgN" + std::to_string(491500000000 + customer) + "FQIAERgS" + random_text(22, alphanumeric) + "AA";
}

ContactIdentity customer(std::size_t number) {
  ContactIdentity who;
  who.wa_id = WaId{std::to_string(491500000000 + number)};
  who.bsuid = "DE." + std::to_string(1000000000 + number);
  who.profile_name = "Customer " + std::to_string(number);
  return who;
}

// A message's whole life on our side: accepted, sending, sent.
Task<void> send_messages(Work& work) {
  while (work.left > 0) {
    --work.left;
    Message message;
    message.created_at = work.clock.now();
    message.id = MessageId::make(message.created_at);
    message.tenant = work.tenant;
    message.channel = work.channel;
    message.conversation = work.conversation;
    message.content = TextContent{"Your table is booked for 19:30. Reply STOP to cancel.", false};
    message.give_up_at = message.created_at + seconds(60);
    auto accepted = co_await work.messages.accept(message, std::nullopt);
    MessageMove sending;
    sending.id = message.id;
    sending.attempts = 1;
    sending.at = work.clock.now();
    auto begun = co_await work.messages.move(sending, message);
    MessageMove sent = sending;
    sent.from = MessageState::sending;
    sent.to = MessageState::sent;
    sent.wamid = fresh_wamid(++work.started % 10'000);
    auto ended = co_await work.messages.move(sent, message);
    if (!accepted || !begun || !ended) ++work.failed;
  }
}

// One webhook POST with one customer's text.
Task<void> take_messages(Work& work) {
  while (work.left > 0) {
    --work.left;
    const auto number = ++work.started % 10'000;
    NewInbound event;
    event.id = MessageId::make(work.clock.now());
    event.channel = work.channel;
    event.tenant = work.tenant;
    event.message.phone_number_id = "100200300";
    event.message.wamid = fresh_wamid(number);
    event.message.from = customer(number);
    event.message.at = work.clock.now();
    event.message.type = "text";
    event.message.text = "Is the table for four still free?";
    event.message.raw = R"({"from":"491500000000","id":")" + event.message.wamid +
                        R"(","timestamp":"1760000000","type":"text","text":{"body":"Is the table for four still free?"}})";
    event.contact_key = event.message.from.wa_id->digits;
    std::vector<NewInboundEvent> post{event};
    auto stored = co_await work.inbound.store(std::move(post), work.clock.now());
    if (!stored.front()) ++work.failed;
  }
}

// What WhatsApp reports after a send: sent, delivered and read, each in a POST of its own.
Task<void> take_statuses(Work& work) {
  while (work.left > 0) {
    --work.left;
    Message message;
    message.created_at = work.clock.now();
    message.id = MessageId::make(message.created_at);
    message.tenant = work.tenant;
    message.channel = work.channel;
    message.conversation = work.conversation;
    message.content = TextContent{"Your table is booked.", false};
    auto accepted = co_await work.messages.accept(message, std::nullopt);
    const auto wamid = fresh_wamid(++work.started % 10'000);
    for (const char* name : {"sent", "delivered", "read"}) {
      NewStatus event;
      event.channel = work.channel;
      event.tenant = work.tenant;
      event.status = {"100200300", wamid, name, "491500000000", message.id, work.clock.now(), std::nullopt, R"({"status":"…"})"};
      std::vector<NewInboundEvent> post{event};
      auto stored = co_await work.inbound.store(std::move(post), work.clock.now());
      if (!accepted || !stored.front()) ++work.failed;
    }
  }
}

void measure(boost::asio::io_context& io, const char* name, std::size_t steps, std::size_t waiters, std::size_t count, Work& work,
             Task<void> (*life)(Work&)) {
  io.restart();
  work.left = count;
  work.failed = 0;
  const double cpu = cpu_seconds();
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < waiters; ++i) {
    boost::asio::co_spawn(io, life(work), [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
    });
  }
  io.run();
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const double used = cpu_seconds() - cpu;
  const auto n = static_cast<double>(count);
  std::printf("%-34s %9.0f /s %10.0f commits/s %7.1f us CPU each %6zu failed\n", name, n / took, n * static_cast<double>(steps) / took,
              used * 1e6 / n, work.failed);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  std::string directory = argc > 1 ? argv[1] : "/tmp/wherry-store-bench-XXXXXX";
  const bool own = argc <= 1;
  if (own && ::mkdtemp(directory.data()) == nullptr) return 1;
  const std::size_t waiters = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 256;
  const std::size_t count = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 100'000;
  SystemClock clock;
  boost::asio::io_context io(1);
  {
    store::SqliteOptions options;
    options.directory = directory;
    auto database = store::open_sqlite(options, clock);
    if (!database) {
      std::fprintf(stderr, "%s\n", database.error().message.c_str());
      return 1;
    }
    store::SqlMessageStore messages(**database);
    store::SqlInboundStore inbound(**database);
    Work work{messages, inbound, clock, TenantId::make(clock.now()), ChannelId::make(clock.now()), ConversationId::make(clock.now())};
    std::printf("%zu callers wait at a time; %s\n", waiters, directory.c_str());
    const std::string kinds = argc > 4 ? argv[4] : "mis";
    const auto wants = [&](char kind) { return kinds.find(kind) != std::string::npos; };
    if (wants('m')) measure(io, "message: accept, sending, sent", 3, waiters, count, work, send_messages);
    if (wants('i')) measure(io, "inbound text, a POST each", 1, waiters, count, work, take_messages);
    if (wants('s')) measure(io, "message with three statuses", 4, waiters, count / 2, work, take_statuses);
    std::uintmax_t log = std::filesystem::file_size(directory + "/wherry.db-wal");
    std::uintmax_t file = std::filesystem::file_size(directory + "/wherry.db");
    std::printf("database %.0f MiB, log %.0f MiB\n", static_cast<double>(file) / 1048576, static_cast<double>(log) / 1048576);
  }
  if (own) std::filesystem::remove_all(directory);
  return 0;
}

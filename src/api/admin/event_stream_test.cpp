#include "api/admin/event_stream.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/co_spawn.hpp>

#include "api/admin/query.h"
#include "tests/support/run.h"

namespace wherry::api::admin {
namespace {

using namespace std::chrono_literals;

/// A journal of numbered events; all before `first` are gone.
class CountedJournal final : public JournalReader {
 public:
  std::uint64_t first = 1;
  std::uint64_t last = 0;
  bool broken = false;

  Task<Result<JournalPage>> events(TenantId tenant, std::uint64_t after, std::string, std::uint32_t limit) override {
    if (broken) co_return Error{ErrorCode::unavailable, "the store is stopping"};
    JournalPage page;
    page.span = {tenant, last == 0 ? 0 : first, last, 0};
    after = std::max(after, first - 1);
    page.scanned_to = std::max(after, std::min<std::uint64_t>(last, after + limit));
    for (auto sequence = after + 1; sequence <= page.scanned_to; ++sequence) {
      JournalEvent event;
      event.sequence = sequence;
      event.tenant = tenant;
      event.kind = "message.sent";
      event.body = R"({"text":"two\nlines"})";
      page.events.push_back(event);
    }
    co_return page;
  }
  Task<Result<std::vector<JournalEvent>>> events_about(RawId) override { co_return std::vector<JournalEvent>(); }
  Task<Result<std::vector<JournalSpan>>> spans() override { co_return std::vector<JournalSpan>(); }
};

class Streaming : public ::testing::Test {
 protected:
  EventStream stream(std::uint64_t after = 0) { return {journal, feed, clock, tenant, after, ""}; }
  /// Reads in the background; text() has what came so far.
  void start(EventStream& from) {
    auto read = [](EventStream& source, std::string& into, bool& ended, std::size_t piece) -> Task<void> {
      std::vector<char> buffer(piece);
      while (true) {
        auto got = co_await source.read(buffer);
        if (!got || *got == 0) break;
        into.append(buffer.data(), *got);
      }
      ended = true;
    };
    boost::asio::co_spawn(io, read(from, text, ended, piece), [](std::exception_ptr) {});
    poll();
  }
  void poll() {
    io.restart();
    io.poll();
  }
  std::size_t count(std::string_view what) const {
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
  }

  boost::asio::io_context io{1};
  VirtualClock clock{from_unix_millis(1'790'000'000'000)};
  JournalFeed feed{clock};
  CountedJournal journal;
  TenantId tenant = TenantId::make(clock.now());
  std::string text;
  bool ended = false;
  std::size_t piece = 100;
};

TEST_F(Streaming, WhatIsThereComesFirstThenWhatIsNew) {
  journal.last = 120;
  auto source = stream(117);
  start(source);
  EXPECT_EQ(count("\nid: "), 3U);

  journal.last = 121;
  feed.notify(tenant);
  poll();

  EXPECT_TRUE(text.starts_with("retry: 2000\n\nid: 118\nevent: message.sent\ndata: {\"sequence\":118,"));
  EXPECT_EQ(count("\nid: "), 4U);
  EXPECT_NE(text.find("\nid: 121\n"), std::string::npos);
  EXPECT_TRUE(text.ends_with("}\n\n"));
  EXPECT_EQ(count("\\n"), 4U);  // a line break inside an event stays escaped
  EXPECT_FALSE(ended);
  feed.close();
  poll();
}

TEST_F(Streaming, AQuietStreamBeatsEveryFifteenSeconds) {
  auto source = stream();
  start(source);

  clock.advance(14s);
  poll();
  EXPECT_EQ(count(":\n\n"), 0U);
  clock.advance(1s);
  poll();
  EXPECT_EQ(count(":\n\n"), 1U);
  clock.advance(15s);
  poll();

  EXPECT_EQ(count(":\n\n"), 2U);
  feed.close();
  poll();
}

TEST_F(Streaming, ItEndsWhenTheServerStopsOrTheStoreDoes) {
  auto source = stream();
  start(source);
  feed.close();
  poll();
  EXPECT_TRUE(ended);

  ended = false;
  journal.broken = true;
  auto other = stream();
  start(other);
  EXPECT_TRUE(ended);
}

TEST_F(Streaming, AGapLeftByRetentionIsSaid) {
  journal.first = 50;
  journal.last = 51;
  auto source = stream(10);
  start(source);

  EXPECT_NE(text.find("event: journal.gap\ndata: {\"from\":11,\"to\":49}\n\nid: 50\n"), std::string::npos);
  feed.close();
  poll();
}

TEST_F(Streaming, AnyPieceSizeGivesTheSameText) {
  journal.last = 5;
  piece = 1;
  auto source = stream();
  start(source);

  EXPECT_EQ(count("\nid: "), 5U);
  feed.close();
  poll();
}

TEST(AdminQuery, NumbersAreWholeAndPositive) {
  EXPECT_EQ(parse_number("18446744073709551615"), 18446744073709551615U);
  for (const auto* wrong : {"", "-1", "+1", " 1", "1.0", "18446744073709551616", "1x"}) EXPECT_FALSE(parse_number(wrong)) << wrong;
}

}  // namespace
}  // namespace wherry::api::admin

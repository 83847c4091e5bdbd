#include "services/journal/retention.h"

#include <gtest/gtest.h>

#include <deque>

#include "tests/support/run.h"

namespace wherry {
namespace {

using std::chrono::days;

/// A journal of one tenant in memory.
class MemoryJournal final : public JournalReader, public JournalPruner {
 public:
  TenantId tenant;
  std::deque<Row> rows;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> drops;
  bool broken = false;

  void add(int count, Timestamp at) {
    for (int i = 0; i < count; ++i) rows.push_back({++last_, at});
  }
  Task<Result<JournalPage>> events(TenantId, std::uint64_t, std::string, std::uint32_t) override { co_return JournalPage(); }
  Task<Result<std::vector<JournalEvent>>> events_about(RawId) override { co_return std::vector<JournalEvent>(); }
  Task<Result<std::vector<JournalSpan>>> spans() override {
    std::vector<JournalSpan> spans;
    spans.push_back({tenant, rows.empty() ? 0 : rows.front().sequence, rows.empty() ? 0 : rows.back().sequence, 0});
    co_return spans;
  }
  Task<Result<std::vector<Row>>> oldest(TenantId, std::uint32_t limit) override {
    const auto count = static_cast<std::ptrdiff_t>(std::min<std::size_t>(limit, rows.size()));
    co_return std::vector<Row>(rows.begin(), rows.begin() + count);
  }
  Task<Result<void>> drop(TenantId, std::uint64_t first, std::uint64_t last, Timestamp) override {
    if (broken) co_return Error{ErrorCode::unavailable, "the disk is full"};
    drops.emplace_back(first, last);
    while (!rows.empty() && rows.front().sequence <= last) rows.pop_front();
    co_return Result<void>();
  }

 private:
  std::uint64_t last_ = 0;
};

class Retention : public ::testing::Test {
 protected:
  std::uint64_t sweep() {
    JournalRetention retention(journal, journal, clock, options);
    if (needed) {
      retention.protect([this](TenantId) -> Task<Result<std::optional<std::uint64_t>>> { co_return needed; });
    }
    auto gone = test::run(retention.sweep());
    EXPECT_TRUE(gone);
    return gone ? *gone : 0;
  }
  Timestamp ago(milliseconds age) const { return clock.now() - age; }

  VirtualClock clock{from_unix_millis(1'790'000'000'000)};
  MemoryJournal journal;
  RetentionOptions options;
  std::optional<std::uint64_t> needed;
};

TEST_F(Retention, EventsGoWhenTheirTimeIsOver) {
  journal.add(10, ago(days(31)));
  journal.add(5, ago(days(29)));

  EXPECT_EQ(sweep(), 10U);

  EXPECT_EQ(journal.rows.front().sequence, 11U);
}

TEST_F(Retention, TheNewestEventStaysHoweverOldItIs) {
  journal.add(3, ago(days(400)));

  EXPECT_EQ(sweep(), 2U);
  EXPECT_EQ(sweep(), 0U);

  EXPECT_EQ(journal.rows.size(), 1U);
}

TEST_F(Retention, AnAgeOfExactlyTheLimitIsKept) {
  journal.add(2, ago(days(30)));

  EXPECT_EQ(sweep(), 0U);
}

TEST_F(Retention, TooManyEventsGoWhateverTheirAge) {
  options.max_rows = 100;
  journal.add(130, ago(days(1)));

  EXPECT_EQ(sweep(), 30U);

  EXPECT_EQ(journal.rows.size(), 100U);
}

TEST_F(Retention, MuchGoesInPortions) {
  journal.add(2 * JournalRetention::portion + 7, ago(days(31)));
  journal.add(1, ago(days(1)));

  EXPECT_EQ(sweep(), 2 * JournalRetention::portion + 7U);

  ASSERT_EQ(journal.drops.size(), 3U);
  EXPECT_EQ(journal.drops[0], (std::pair<std::uint64_t, std::uint64_t>(1, JournalRetention::portion)));
}

TEST_F(Retention, WhatAReaderHasNotSeenIsKeptAWeekLonger) {
  needed = 5;
  journal.add(10, ago(days(36)));
  EXPECT_EQ(sweep(), 4U);

  clock.advance(days(2));

  EXPECT_EQ(sweep(), 5U);
  EXPECT_EQ(journal.rows.size(), 1U);
}

TEST_F(Retention, AReaderThatStandsStillCannotFillTheDisk) {
  needed = 1;
  options.max_rows = 100;
  journal.add(350, ago(days(1)));

  EXPECT_EQ(sweep(), 150U);
}

TEST_F(Retention, AClockThatWasSetBackDropsNothing) {
  journal.add(10, ago(days(29)));
  journal.add(5, ago(days(1)));
  clock.advance(-days(400));

  EXPECT_EQ(sweep(), 0U);

  clock.advance(days(402));
  EXPECT_EQ(sweep(), 10U);
}

TEST_F(Retention, AnOldRowBehindAYoungOneWaitsForIt) {  // a clock that jumped between them
  journal.add(3, ago(days(1)));
  journal.add(3, ago(days(90)));

  EXPECT_EQ(sweep(), 0U);
}

TEST_F(Retention, OneEventIsNotDroppedForTheRowThatWouldSaySo) {
  options.max_rows = 10;
  journal.add(11, ago(days(1)));

  EXPECT_EQ(sweep(), 0U);
}

TEST_F(Retention, AFullDiskIsReportedAndNothingIsCounted) {
  journal.add(3, ago(days(31)));
  journal.broken = true;
  JournalRetention retention(journal, journal, clock, options);

  EXPECT_FALSE(test::run(retention.sweep()));

  EXPECT_EQ(retention.dropped(), 0U);
}

}  // namespace
}  // namespace wherry

#include "upstream/linked_device/health_rules.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "upstream/linked_device/error_output.h"
#include "upstream/linked_device/installation.h"

namespace wherry::linked {
namespace {

boost::asio::io_context io;
const LinkedOptions options{io.get_executor(), "/d", NodeSidecar{"node", "/l"}};

ProcessHealth report(std::uint64_t resident, int loop_delay) {
  ProcessHealth health;
  health.resident_bytes = resident;
  health.loop_delay = milliseconds(loop_delay);
  return health;
}

TEST(HealthRules, AProcessIsReplacedForItsMemory) {
  HealthRules rules;
  EXPECT_FALSE(rules.judge(report(options.max_resident_bytes, 0), options));
  EXPECT_TRUE(rules.judge(report(options.max_resident_bytes + 1, 0), options));
}

TEST(HealthRules, AProcessIsReplacedWhenItIsSlowForLong) {
  HealthRules rules;
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(rules.judge(report(0, 2'001), options));
  EXPECT_FALSE(rules.judge(report(0, 2'000), options));
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(rules.judge(report(0, 9'999), options));
  EXPECT_TRUE(rules.judge(report(0, 2'001), options));
}

TEST(HealthRules, OnlyAWorkingSessionThatHeardNothingIsStale) {
  const auto now = from_unix_millis(1'000'000);
  ProcessHealth health;
  health.sessions = {{{"old"}, State::working, from_unix_millis(1'000'000 - 180'001), 0, 0},
                     {{"fresh"}, State::working, from_unix_millis(1'000'000 - 180'000), 0, 0},
                     {{"offline"}, State::disconnected, from_unix_millis(0), 0, 0},
                     {{"new"}, State::working, {}, 0, 0}};
  const auto stale = stale_sessions(health, now, options.frame_timeout);
  ASSERT_EQ(stale.size(), 1u);
  EXPECT_EQ(stale[0].text, "old");
}

TEST(Backoff, DoublesFromOneSecondToAMinuteAndIsSpread) {
  EXPECT_EQ(backoff(1, options, 1.0), milliseconds(1'000));
  EXPECT_EQ(backoff(2, options, 1.0), milliseconds(2'000));
  EXPECT_EQ(backoff(6, options, 1.0), milliseconds(32'000));
  EXPECT_EQ(backoff(7, options, 1.0), milliseconds(60'000));
  EXPECT_EQ(backoff(4'000'000'000, options, 1.0), milliseconds(60'000));
  EXPECT_EQ(backoff(3, options, 0.5), milliseconds(2'000));
  EXPECT_EQ(backoff(7, options, 0.0), milliseconds(100));
}

TEST(NodeVersion, IsTheMajorOne) {
  EXPECT_EQ(node_version("v20.20.2\n"), 20);
  EXPECT_EQ(node_version("v9.1"), 9);
  for (const char* text : {"", "20.1.1", "v", "v20", "vx.1", "command not found"}) EXPECT_FALSE(node_version(text)) << text;
}

TEST(ErrorOutput, NothingThatMayBeSecretIsLeft) {
  EXPECT_EQ(scrubbed("cannot connect (ECONNREFUSED) at /src/main.mjs:12"), "cannot connect (ECONNREFUSED) at /src/main.mjs:12");
  EXPECT_EQ(scrubbed("key 3q2+7wABCDEF0123456789=="), "key \u2026");
  EXPECT_EQ(scrubbed("to 4915112345678@s.whatsapp.net"), "to \u2026@s.whatsapp.net");
  EXPECT_EQ(scrubbed("priv: <Buffer 0a 1b 2c> end"), "priv: \u2026 end");
  EXPECT_EQ(scrubbed("<Buffer 0a 1b"), "\u2026");
  EXPECT_EQ(scrubbed(std::string(50, 'a')), "\u2026");
  EXPECT_EQ(scrubbed("a\x1b[31m\xff"), "a?[31m?");
}

TEST(ErrorOutput, LinesAreBoundedInLengthAndNumber) {
  ErrorOutput output;
  const auto now = from_unix_millis(1'769'940'000'000);
  EXPECT_TRUE(output.feed("half a ", now).empty());
  EXPECT_EQ(output.feed("line\n\n", now), std::vector<std::string>{"half a line"});
  const auto lines = output.feed(std::string(100'000, ' ') + "x\n", now);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].size(), ErrorOutput::max_line);
  std::string many;
  for (int i = 0; i < 100; ++i) many += "again\n";
  EXPECT_EQ(output.feed(many, now).size(), 18u);
  EXPECT_EQ(output.take_dropped(), 82u);
  EXPECT_EQ(output.take_dropped(), 0u);
  EXPECT_EQ(output.feed(many, now + ErrorOutput::window).size(), 20u);
}

}  // namespace
}  // namespace wherry::linked

#include "api/sessions/tickets.h"

#include <gtest/gtest.h>

namespace wherry::api::sessions {
namespace {

const Timestamp now = from_unix_millis(1'795'000'000'000);

Listening anything() { return {TenantId::make(now), KeyId::make(now), {}, {"message"}}; }

TEST(Tickets, OpenOneConnection) {
  Tickets tickets;
  const auto ticket = tickets.issue(anything(), now);

  EXPECT_EQ(ticket.expires_at, now + seconds(60));
  EXPECT_TRUE(tickets.take(ticket.text, now)->events.contains("message"));
  EXPECT_FALSE(tickets.take(ticket.text, now));
}

TEST(Tickets, AreGoodForAMinute) {
  Tickets tickets;
  const auto one = tickets.issue(anything(), now);
  const auto another = tickets.issue(anything(), now);

  EXPECT_TRUE(tickets.take(one.text, now + seconds(60) - milliseconds(1)));
  EXPECT_FALSE(tickets.take(another.text, now + seconds(60)));
  EXPECT_FALSE(tickets.take("x", now));
}

TEST(Tickets, TakeNoMoreMemoryThanTheyMay) {
  Tickets tickets;
  const auto oldest = tickets.issue(anything(), now);
  for (std::size_t i = 0; i < Tickets::most; ++i) tickets.issue(anything(), now + milliseconds(1));

  EXPECT_FALSE(tickets.take(oldest.text, now));
}

}  // namespace
}  // namespace wherry::api::sessions

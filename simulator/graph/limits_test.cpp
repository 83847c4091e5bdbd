#include "simulator/graph/graph_fixture.h"

namespace wherry::sim {
namespace {

using test::Answer;

class GraphLimits : public test::GraphTest {
 protected:
  /// Sends to one user until refused, at most `most` times; gives how many went through.
  int burst(const std::string& to, int most = 100) {
    for (int i = 0; i < most; ++i) {
      if (send_text(to).status != 200) return i;
    }
    return most;
  }
};

TEST_F(GraphLimits, APairTakesFortyFiveAtOnceThenOneEverySixSeconds) {
  world.switches.throughput = false;
  EXPECT_EQ(burst("15550100042"), 45);
  const Answer answer = send_text();
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.message(), "(#131056) (Business Account, Consumer Account) pair rate limit hit");
  EXPECT_EQ(
      answer.details(),
      "Message failed to send because there were too many messages sent from this phone number to the same phone number in a short period "
      "of time.");
  EXPECT_FALSE(answer.headers.find("Retry-After"));
  clock.advance(milliseconds(5'999));
  EXPECT_EQ(send_text().code(), 131056);
  clock.advance(milliseconds(1));
  EXPECT_EQ(send_text().status, 200);
  EXPECT_EQ(send_text().code(), 131056);
  EXPECT_EQ(send_text("15550100043").status, 200);
  clock.advance(seconds(45 * 6));
  EXPECT_EQ(burst("15550100042"), 45);
}

TEST_F(GraphLimits, ThePairLimitCanBeTurnedOff) {
  world.switches.throughput = false;
  world.switches.pair = false;
  EXPECT_EQ(burst("15550100042", 60), 60);
}

TEST_F(GraphLimits, TheEightyFirstMessageOfASecondIsRefused) {
  for (int i = 0; i < 80; ++i) ASSERT_EQ(send_text("155501" + std::to_string(10000 + i)).status, 200);
  const Answer answer = send_text("15550199999");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.message(), "(#130429) Rate limit hit");
  EXPECT_EQ(answer.details(), "Cloud API message throughput has been reached.");
  clock.advance(milliseconds(13));
  EXPECT_EQ(send_text("15550199999").status, 200);
  EXPECT_EQ(send_text("15550199998").code(), 130429);
  world.switches.throughput = false;
  EXPECT_EQ(send_text("15550199998").status, 200);
}

TEST_F(GraphLimits, AnUpgradedNumberTakesAThousand) {
  world.numbers.update(world.first().number_id, [](Number& value) { value.mps = 1000; });
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(send_text("155501" + std::to_string(10000 + i)).status, 200);
  EXPECT_EQ(send_text("15550199999").code(), 130429);
}

TEST_F(GraphLimits, ReadReceiptsAreFreeOfLimits) {
  world.received.add({.id = "wamid.in", .number_id = world.first().number_id, .from = "15550100042", .type = "text", .at = world.now()});
  EXPECT_EQ(burst("15550100042"), 45);
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(post(messages, R"({"messaging_product":"whatsapp","status":"read","message_id":"wamid.in"})").status, 200);
  }
}

TEST_F(GraphLimits, ManagementCallsAreCountedByTheHour) {
  world.numbers.update(world.first().number_id, [](Number& value) { value.registered = false; });
  for (int i = 0; i < 200; ++i) ASSERT_EQ(get("/v26.0/102290129340398").status, 200);
  const Answer answer = get("/v26.0/102290129340398");
  EXPECT_EQ(answer.code(), 80007);
  EXPECT_EQ(
      answer.headers.find("X-Business-Use-Case-Usage"),
      R"({"102290129340398":[{"type":"whatsapp","call_count":100,"total_cputime":0,"total_time":0,"estimated_time_to_regain_access":60}]})");
  clock.advance(std::chrono::hours(1));
  EXPECT_EQ(get("/v26.0/102290129340398").status, 200);
}

TEST_F(GraphLimits, RegistrationIsLimitedToTenInThreeDays) {
  const std::string target = "/v26.0/106540352242922/register";
  const std::string body = R"({"messaging_product":"whatsapp","pin":"123456"})";
  for (int i = 0; i < 10; ++i) ASSERT_EQ(post(target, body).body, R"({"success":true})");
  EXPECT_EQ(post(target, body).code(), 133016);
  clock.advance(std::chrono::hours(72));
  EXPECT_EQ(post(target, R"({"messaging_product":"whatsapp","pin":"654321"})").code(), 133005);
}

TEST(SimWindows, AFreeEntryPointOpensWhenTheBusinessAnswersInTime) {
  Windows windows;
  windows.user_wrote("1", "2", test::start, true);
  EXPECT_FALSE(windows.free_entry("1", "2", test::start));
  windows.business_answered("1", "2", test::start + std::chrono::hours(23));
  EXPECT_TRUE(windows.free_entry("1", "2", test::start + std::chrono::hours(23 + 72)));
  EXPECT_FALSE(windows.free_entry("1", "2", test::start + std::chrono::hours(23 + 72) + milliseconds(1)));
  windows.user_wrote("1", "3", test::start, true);
  windows.business_answered("1", "3", test::start + std::chrono::hours(25));
  EXPECT_FALSE(windows.free_entry("1", "3", test::start + std::chrono::hours(25)));
}

TEST(SimReach, CountsEachUserOnceInADay) {
  Reach reach;
  EXPECT_TRUE(reach.take("p", "a", 2, test::start));
  EXPECT_TRUE(reach.take("p", "b", 2, test::start));
  EXPECT_TRUE(reach.take("p", "a", 2, test::start + seconds(90)));
  EXPECT_FALSE(reach.take("p", "c", 2, test::start + seconds(91)));
  EXPECT_EQ(reach.count("p", test::start + std::chrono::hours(24)), 1u);
  EXPECT_TRUE(reach.take("p", "c", 2, test::start + std::chrono::hours(24)));
}

TEST(SimIds, ABsuidLeadsBackToItsNumberInItsPortfolioOnly) {
  for (const std::string wa_id : {"15550100042", "4915112345678", "999000000010", "123456789012345", "5"}) {
    const std::string bsuid = bsuid_of("portfolio", wa_id);
    EXPECT_EQ(bsuid.size(), 23u);
    EXPECT_EQ(wa_id_of_bsuid("portfolio", bsuid), wa_id);
    EXPECT_NE(bsuid_of("other", wa_id), bsuid);
    EXPECT_EQ(bsuid_of("portfolio", wa_id), bsuid);
  }
  EXPECT_EQ(bsuid_of("p", "15550100042").substr(0, 3), "US.");
  EXPECT_EQ(wa_id_of_bsuid("portfolio", "US.00000000000000000000"), std::nullopt);
  EXPECT_EQ(bsuid_of("p", "no number"), "");
}

TEST(SimIds, MessageIdsHaveTheDocumentedLayout) {
  IdSource ids(7);
  const auto bytes = from_base64(ids.outbound_message("15550100042").substr(6));
  ASSERT_TRUE(bytes);
  const std::string text(bytes->begin(), bytes->end());
  EXPECT_EQ(text.substr(0, 14), std::string("\x1c\x18\x0b", 3) + "15550100042");
  EXPECT_EQ(text.substr(14, 6), std::string("\x15\x02\x00\x11\x18\x12", 6));
  EXPECT_EQ(text.size(), 14u + 6 + 18 + 1);
  const auto inbound = from_base64(ids.inbound_message("15550100042").substr(6));
  EXPECT_EQ((*inbound)[17], 0x12);
  EXPECT_EQ((*inbound)[19], 20);
  EXPECT_EQ(ids.trace().size(), 23u);
  EXPECT_EQ(ids.node().size(), 16u);
  EXPECT_NE(ids.node(), ids.node());
}

}  // namespace
}  // namespace wherry::sim

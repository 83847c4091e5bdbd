#include "simulator/plan.h"

#include <gtest/gtest.h>

namespace wherry::sim {
namespace {

SentMessage message_to(std::string wa_id, std::string type = "text") {
  SentMessage message;
  message.wa_id = std::move(wa_id);
  message.type = std::move(type);
  return message;
}

Plan plan_of(const SentMessage& message, const User& user = User{}) {
  TimelineSettings settings;
  settings.jitter = 0;
  SeededRandom random(1);
  return plan_statuses(message, user, nullptr, settings, random);
}

std::string text(const Plan& plan) {
  std::string out;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    if (i == plan.park_before) out += "| ";
    out += std::string(to_string(plan.steps[i].kind)) + '+' + std::to_string(plan.steps[i].after.count()) + ' ';
  }
  return out;
}

TEST(Plan, AnOrdinaryUserReadsWhatArrives) { EXPECT_EQ(text(plan_of(message_to("15550100042"))), "sent+150 delivered+400 read+2000 "); }

TEST(Plan, EachMagicUserHasItsBehaviour) {
  EXPECT_EQ(text(plan_of(message_to("99900000010"))), "sent+150 delivered+400 read+2000 ");
  EXPECT_EQ(text(plan_of(message_to("99900000011"))), "sent+150 delivered+400 ");
  EXPECT_EQ(text(plan_of(message_to("99900000012"))), "sent+150 | delivered+400 ");
  EXPECT_EQ(text(plan_of(message_to("99900000013"))), "sent+150 read+400 ");
  EXPECT_EQ(text(plan_of(message_to("99900000014"))), "sent+150 read+400 delivered+400 ");
  EXPECT_EQ(text(plan_of(message_to("99900000015"))), "sent+150 sent+20 delivered+400 delivered+20 read+2000 read+20 ");
  EXPECT_EQ(text(plan_of(message_to("99900000016"))), "sent+150 delivered+60000 read+2000 ");
  EXPECT_EQ(plan_of(message_to("99900000018")).afterwards, Afterwards::echo);
  EXPECT_EQ(plan_of(message_to("99900000019")).afterwards, Afterwards::tap);
  EXPECT_EQ(plan_of(message_to("99960000014")).afterwards, Afterwards::change_number);
}

TEST(Plan, VoiceIsPlayedOnceAfterItWasRead) {
  auto message = message_to("99900000017", "audio");
  message.voice = true;
  EXPECT_EQ(text(plan_of(message)), "sent+150 delivered+400 read+2000 played+3000 ");
}

TEST(Plan, AReactionIsOnlySentAndAFailureOnlyFails) {
  EXPECT_EQ(text(plan_of(message_to("15550100042", "reaction"))), "sent+150 ");
  auto message = message_to("15550100042");
  message.failure = graph_error(131047);
  const auto plan = plan_of(message);
  EXPECT_EQ(text(plan), "failed+300 ");
  EXPECT_EQ(plan.steps[0].code, 131047);
}

TEST(Plan, TheStateOfADescribedUserCounts) {
  User user;
  user.receipts = false;
  EXPECT_EQ(text(plan_of(message_to("15550100042"), user)), "sent+150 delivered+400 ");
  user = User{};
  user.online = false;
  EXPECT_EQ(text(plan_of(message_to("15550100042"), user)), "sent+150 | delivered+400 read+2000 ");
  user = User{};
  user.chat_open = true;
  EXPECT_EQ(text(plan_of(message_to("15550100042"), user)), "sent+150 read+400 ");
}

TEST(Plan, TimesVaryByThirtyPercentAndRepeatWithTheSeed) {
  TimelineSettings settings;
  std::set<std::int64_t> seen;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    SeededRandom random(seed), again(seed);
    const auto plan = plan_statuses(message_to("15550100042"), User{}, nullptr, settings, random);
    EXPECT_EQ(text(plan), text(plan_statuses(message_to("15550100042"), User{}, nullptr, settings, again)));
    EXPECT_GE(plan.steps[0].after, milliseconds(105));
    EXPECT_LE(plan.steps[0].after, milliseconds(195));
    seen.insert(plan.steps[0].after.count());
  }
  EXPECT_GT(seen.size(), 20u);
}

TEST(Plan, PricesFollowTheWindowAndTheKind) {
  auto message = message_to("1");
  EXPECT_EQ(price_of(message).type, "free_customer_service");
  EXPECT_EQ(price_of(message).category, "service");
  message.type = "template";
  message.category = "utility";
  EXPECT_EQ(price_of(message).type, "regular");
  message.in_window = true;
  EXPECT_EQ(price_of(message).type, "free_customer_service");
  EXPECT_EQ(price_of(message).category, "utility");
  message.category = "marketing";
  EXPECT_EQ(price_of(message).type, "regular");
  message.category = "marketing_lite";
  EXPECT_EQ(price_of(message).category, "marketing_lite");
  message.free_entry = true;
  EXPECT_EQ(price_of(message).type, "free_entry_point");
  EXPECT_EQ(price_of(message).category, "referral_conversion");
  message.free_entry = false;
  message.group_id = "g";
  message.category = "utility";
  EXPECT_EQ(price_of(message).category, "group_utility");
}

}  // namespace
}  // namespace wherry::sim

#include "services/channels/channels.h"

#include <gtest/gtest.h>

#include "tests/support/memory_access_store.h"
#include "tests/support/run.h"

namespace wherry {
namespace {

class ChannelsTest : public ::testing::Test {
 protected:
  ChannelsTest() { store.tenants.push_back({tenant, "t", clock.now()}); }

  NewChannel valid() {
    NewChannel wanted;
    wanted.tenant = tenant;
    wanted.phone_number_id = "106540352242922";
    wanted.waba_id = "102290129340398";
    wanted.display_number = "+1 555 010 7788";
    wanted.access_token = Secret("token");
    wanted.app_secret = Secret("secret");
    wanted.verify_token = Secret("verify");
    return wanted;
  }

  VirtualClock clock{from_unix_millis(1'795'000'000'000)};
  TenantId tenant = TenantId::make(clock.now());
  test::MemoryAccessStore store;
  Channels channels{store, store, clock, "https://graph.facebook.com", "v23.0"};
};

TEST_F(ChannelsTest, ANewChannelIsFoundByItsIdsAndTakesTheDefaults) {
  auto added = test::run(channels.add(valid()));

  ASSERT_TRUE(added);
  EXPECT_EQ((*added)->display_number, "15550107788");
  EXPECT_EQ((*added)->graph_url, "https://graph.facebook.com");
  EXPECT_EQ(channels.find((*added)->id), *added);
  EXPECT_EQ(channels.find_by_phone_number_id("106540352242922"), *added);
  EXPECT_EQ(channels.find_by_waba_id("102290129340398"), *added);
  EXPECT_EQ(channels.find_by_phone_number_id("1"), nullptr);
}

TEST_F(ChannelsTest, LoadFindsWhatTheStoreHolds) {
  auto added = test::run(channels.add(valid()));
  Channels again(store, store, clock, "https://graph.facebook.com", "v23.0");

  ASSERT_TRUE(test::run(again.load()));

  ASSERT_NE(again.find((*added)->id), nullptr);
  EXPECT_EQ(again.find((*added)->id)->access_token.reveal(), "token");
}

TEST_F(ChannelsTest, ALinkedNumberBesideTheOnlyOneOfTheCloudApiLeavesThatTheOnlyOne) {
  auto linked = test::run(channels.add_linked(tenant, "phone"));
  ASSERT_TRUE(linked);
  EXPECT_EQ(channels.only_of(tenant), *linked);
  EXPECT_EQ(channels.find_by_waba_id(""), nullptr);
  auto cloud = test::run(channels.add(valid()));

  EXPECT_EQ(channels.only_of(tenant), *cloud);

  ASSERT_TRUE(test::run(channels.remove((*cloud)->id)));
  ASSERT_TRUE(test::run(channels.add_linked(tenant, "second phone")));
  EXPECT_EQ(channels.only_of(tenant), nullptr);
}

TEST_F(ChannelsTest, ANumberBelongsToOneChannel) {
  ASSERT_TRUE(test::run(channels.add(valid())));

  EXPECT_EQ(test::run(channels.add(valid())).error().code, ErrorCode::already_exists);
}

TEST_F(ChannelsTest, EveryBadFieldIsNamed) {
  auto expect = [&](auto change, std::string_view field) {
    auto wanted = valid();
    change(wanted);
    auto refused = test::run(channels.add(wanted));
    ASSERT_FALSE(refused) << field;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument) << field;
    EXPECT_NE(refused.error().message.find(field), std::string::npos) << refused.error().message;
  };
  expect([](NewChannel& c) { c.phone_number_id = "12a"; }, "phone_number_id");
  expect([](NewChannel& c) { c.waba_id = ""; }, "waba_id");
  expect([](NewChannel& c) { c.display_number = "hello"; }, "display_number");
  expect([](NewChannel& c) { c.access_token = Secret("a b"); }, "access_token");
  expect([](NewChannel& c) { c.app_secret = Secret(""); }, "app_secret");
  expect([](NewChannel& c) { c.verify_token = Secret("a\r\nb"); }, "verify_token");
  expect([](NewChannel& c) { c.graph_url = "ftp://x"; }, "graph_url");
  expect([](NewChannel& c) { c.graph_url = "https://user@x"; }, "graph_url");
  expect([](NewChannel& c) { c.graph_version = "23"; }, "graph_version");
}

TEST_F(ChannelsTest, RotatingTheAppSecretKeepsTheOldOneForWebhooks) {
  auto added = test::run(channels.add(valid()));
  ChannelChange change;
  change.app_secret = Secret("newer");

  auto changed = test::run(channels.change((*added)->id, change));

  ASSERT_TRUE(changed);
  EXPECT_EQ((*changed)->app_secret.reveal(), "newer");
  ASSERT_TRUE((*changed)->previous_app_secret);
  EXPECT_EQ((*changed)->previous_app_secret->reveal(), "secret");
  EXPECT_EQ((*added)->app_secret.reveal(), "secret") << "a request under way keeps what it began with";
}

TEST_F(ChannelsTest, ARemovedChannelIsGoneAndItsNumberIsFree) {
  auto added = test::run(channels.add(valid()));

  ASSERT_TRUE(test::run(channels.remove((*added)->id)));

  EXPECT_EQ(channels.find((*added)->id), nullptr);
  EXPECT_TRUE(test::run(channels.add(valid())));
}

TEST_F(ChannelsTest, AnAgentMeansTheNewestOfItsTenantsChannels) {
  const auto agent = from_uuid("0b1d6b1e-6a4e-4d3c-8f1e-9a2c3b4d5e6f").value();
  auto wanted = valid();
  wanted.agent = agent;
  const auto first = test::run(channels.add(wanted)).value();
  EXPECT_EQ(channels.find_by_agent(tenant, agent), first);
  EXPECT_EQ(channels.find_by_agent(TenantId::make(clock.now()), agent), nullptr) << "another tenant's";
  clock.advance(seconds(1));
  wanted.phone_number_id = "2";
  const auto second = test::run(channels.add(wanted)).value();
  EXPECT_EQ(channels.find_by_agent(tenant, agent), second);

  ChannelChange change;
  change.agent = std::optional<RawId>();
  ASSERT_TRUE(test::run(channels.change(second->id, change)));
  EXPECT_EQ(channels.find_by_agent(tenant, agent)->id, first->id);
  EXPECT_EQ(channels.of(tenant).size(), 2U);
  EXPECT_TRUE(channels.of(TenantId::make(clock.now())).empty());
}

}  // namespace
}  // namespace wherry

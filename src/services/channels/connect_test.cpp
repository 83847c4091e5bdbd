#include "services/channels/connect.h"

#include <gtest/gtest.h>

#include "tests/support/memory_access_store.h"
#include "tests/support/run.h"
#include "tests/support/scripted_accounts.h"

namespace wherry {
namespace {

class ChannelConnectTest : public ::testing::Test {
 protected:
  ChannelConnectTest() {
    store.tenants.push_back({us, "us", clock.now()});
    store.tenants.push_back({them, "them", clock.now()});
  }
  ConnectRequest request(TenantId tenant, const std::string& number = "1001") {
    return {tenant, number, "2001", Secret("token-" + number), Secret("app"), Secret("verify")};
  }
  Result<ChannelPtr> run(ConnectRequest wanted) { return test::run(connect.connect(std::move(wanted))); }

  VirtualClock clock{from_unix_millis(1'795'000'000'000)};
  TenantId us = TenantId::make(clock.now());
  TenantId them = TenantId::make(clock.now());
  test::MemoryAccessStore store;
  Channels channels{store, store, clock, "https://graph.facebook.com", "v23.0"};
  test::ScriptedAccounts accounts;
  ChannelConnect connect{channels, accounts};
};

TEST_F(ChannelConnectTest, ANewNumberIsNamedAsWhatsAppNamesItAndSubscribed) {
  const auto made = run(request(us)).value();

  EXPECT_EQ(made->name, "Example Shop");
  EXPECT_EQ(made->display_number, "15550107788");
  EXPECT_EQ(made->graph_url, "https://graph.facebook.com");
  EXPECT_TRUE(made->subscribed);
  EXPECT_EQ(accounts.subscribed, std::vector<std::string>{"2001"});
  EXPECT_EQ(channels.find_by_phone_number_id("1001"), made);
}

TEST_F(ChannelConnectTest, ACodeIsExchangedUnderTheAppIfThereIsOne) {
  const auto exchange = [&](MetaApp app) {
    ConnectRequest wanted{us, "1001", "2001", {}, {}, {}};
    return test::run(connect.exchange(std::move(wanted), std::move(app), "AQB"));
  };

  EXPECT_EQ(exchange({}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(exchange({"4711", {}}).error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(accounts.codes.empty());
  const auto complete = exchange({"4711", Secret("hush")}).value();
  EXPECT_EQ(accounts.codes, std::vector<std::string>{"4711 hush AQB"});
  EXPECT_EQ(complete.access_token.reveal(), "EAAexchanged");
  EXPECT_EQ(complete.app_secret.reveal(), "hush");
  EXPECT_EQ(complete.verify_token.reveal().size(), 32u) << "nobody else could tell it";
  ASSERT_TRUE(run(complete));
  EXPECT_TRUE(exchange({"4711", Secret("hush")}).value().verify_token.empty()) << "the number before has one";
}

TEST_F(ChannelConnectTest, AnotherNumberIsAtTheGraphAddressOfTheOneBefore) {
  const auto first = run(request(us)).value();
  ChannelChange change;
  change.graph_url = "http://127.0.0.1:9";
  test::run(channels.change(first->id, std::move(change))).value();

  EXPECT_EQ(run(request(us, "1002")).value()->graph_url, "http://127.0.0.1:9");
  EXPECT_EQ(run(request(them, "1003")).value()->graph_url, "https://graph.facebook.com");
}

TEST_F(ChannelConnectTest, ATokenThatWhatsAppRefusesMakesNoChannelAndReplacesNone) {
  const auto made = run(request(us)).value();
  accounts.reading = Error{ErrorCode::rejected, "Invalid OAuth access token"};

  EXPECT_EQ(run(request(us, "1002")).error().code, ErrorCode::rejected);
  auto again = request(us);
  again.access_token = Secret("bad");
  EXPECT_EQ(run(again).error().code, ErrorCode::rejected);

  EXPECT_EQ(channels.all().size(), 1U);
  EXPECT_EQ(channels.find(made->id)->access_token.reveal(), "token-1001");
}

TEST_F(ChannelConnectTest, AKnownNumberGetsTheNewTokenAndKeepsItsSecrets) {
  const auto made = run(request(us)).value();
  ConnectRequest again{us, "1001", "2002", Secret("fresh"), {}, {}};

  const auto changed = run(again).value();

  EXPECT_EQ(changed->id, made->id);
  EXPECT_EQ(changed->waba_id, "2002");
  EXPECT_EQ(changed->access_token.reveal(), "fresh");
  EXPECT_EQ(changed->app_secret.reveal(), "app");
  EXPECT_EQ(accounts.tokens.back(), "fresh") << "it is the new token that is tried";
}

TEST_F(ChannelConnectTest, SecretsOfTheAppAreTakenFromTheTenantsOtherNumberOnly) {
  ConnectRequest bare{us, "1002", "2001", Secret("t"), {}, {}};
  ASSERT_TRUE(run(request(them)));
  EXPECT_EQ(run(bare).error().code, ErrorCode::invalid_argument) << "another tenant's are none of ours";

  ASSERT_TRUE(run(request(us, "1003")));
  EXPECT_EQ(run(bare).value()->app_secret.reveal(), "app");
}

TEST_F(ChannelConnectTest, AnothersNumberIsNotTakenOver) {
  ASSERT_TRUE(run(request(them)));

  EXPECT_EQ(run(request(us)).error().code, ErrorCode::already_exists);
  EXPECT_EQ(channels.find_by_phone_number_id("1001")->tenant, them);
  EXPECT_EQ(accounts.tokens.size(), 1U);
}

TEST_F(ChannelConnectTest, WithoutASubscriptionTheNumberIsThereAndSaysSo) {
  accounts.subscribing = Error{ErrorCode::rejected, "no permission"};

  const auto made = run(request(us)).value();

  EXPECT_FALSE(made->subscribed);
  accounts.subscribing = Result<void>();
  EXPECT_TRUE(run(request(us)).value()->subscribed);
}

TEST_F(ChannelConnectTest, WhatIsNoIdIsNeverPutIntoAnAddress) {
  for (const auto* id : {"", "1/2", "../1", "1?x", "a"}) {
    EXPECT_EQ(run(request(us, id)).error().code, ErrorCode::invalid_argument) << id;
  }
  EXPECT_TRUE(accounts.tokens.empty());
}

}  // namespace
}  // namespace wherry

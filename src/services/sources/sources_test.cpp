#include "services/sources/sources.h"

#include <gtest/gtest.h>

#include "tests/support/memory_access_store.h"
#include "tests/support/memory_consent_stores.h"
#include "tests/support/run.h"

namespace wherry {
namespace {

class SourcesTest : public ::testing::Test {
 protected:
  ChannelPtr add_channel(TenantId owner) {
    Channel channel;
    channel.id = ChannelId::make(clock.now());
    channel.tenant = owner;
    channel.phone_number_id = std::to_string(1000 + access.channels.size());
    access.channels.push_back(channel);
    EXPECT_TRUE(test::run(channels.load()));
    return channels.find(channel.id);
  }
  Result<Source> add(NewSource source) { return test::run(sources.add(std::move(source))); }
  NewSource named(std::string name) { return {us, std::nullopt, std::move(name), std::nullopt}; }

  VirtualClock clock{from_unix_millis(1'795'000'000'000)};
  TenantId us = TenantId::make(clock.now());
  TenantId them = TenantId::make(clock.now());
  test::MemoryAccessStore access;
  Channels channels{access, access, clock, "https://graph.facebook.com", "v23.0"};
  test::MemorySourceStore store;
  Sources sources{store, channels, clock};
};

TEST_F(SourcesTest, ASourceStandsForTheTenantsOnlyChannelUnlessAnotherIsNamed) {
  const auto first = add_channel(us);
  const auto made = add(named("shop")).value();
  EXPECT_EQ(sources.find(us, made.id), first);

  const auto second = add_channel(us);
  EXPECT_EQ(add(named("which?")).error().code, ErrorCode::invalid_argument);
  const auto chosen = add({us, second->id, "depot", std::nullopt}).value();
  EXPECT_EQ(sources.find(us, chosen.id), second);
}

TEST_F(SourcesTest, OnlyATenantWithOneChannelHasOneThatIsMeantWithoutASource) {
  EXPECT_EQ(sources.only_channel(us), nullptr);
  const auto ours = add_channel(us);
  add_channel(them);
  ASSERT_TRUE(sources.only_channel(us));
  EXPECT_EQ(sources.only_channel(us)->id, ours->id);
  add_channel(us);
  EXPECT_EQ(sources.only_channel(us), nullptr);
}

TEST_F(SourcesTest, AnothersSourceIsUnknown) {
  const auto theirs = add_channel(them);
  const auto made = add({them, theirs->id, "theirs", std::nullopt}).value();
  EXPECT_EQ(sources.find(us, made.id), nullptr);
  EXPECT_EQ(add({us, theirs->id, "ours?", std::nullopt}).error().code, ErrorCode::not_found);
}

TEST_F(SourcesTest, AnIdMayBeBroughtAlongOnce) {
  add_channel(us);
  auto moved = named("moved");
  moved.id = from_uuid("7d0c1f4e-2b3a-4c5d-8e9f-0a1b2c3d4e5f");
  EXPECT_EQ(add(moved)->id, *moved.id);
  EXPECT_EQ(add(moved).error().code, ErrorCode::already_exists);
}

TEST_F(SourcesTest, ARemovedChannelMakesItsSourcesUnknown) {
  const auto ours = add_channel(us);
  const auto made = add(named("shop")).value();
  ASSERT_TRUE(test::run(channels.remove(ours->id)));
  EXPECT_EQ(sources.find(us, made.id), nullptr);
}

TEST_F(SourcesTest, ARemovedSourceIsUnknown) {
  add_channel(us);
  const auto made = add(named("shop")).value();
  ASSERT_TRUE(test::run(sources.remove(made.id)));
  EXPECT_EQ(sources.find(us, made.id), nullptr);
  EXPECT_EQ(test::run(sources.remove(made.id)).error().code, ErrorCode::not_found);
}

TEST_F(SourcesTest, WhatIsStoredIsThereAfterARestart) {
  const auto ours = add_channel(us);
  const auto made = add(named("shop")).value();
  Sources again{store, channels, clock};
  ASSERT_TRUE(test::run(again.load()));
  EXPECT_EQ(again.find(us, made.id), ours);
  EXPECT_EQ(again.list(us).size(), 1u);
  EXPECT_TRUE(again.list(them).empty());
}

TEST_F(SourcesTest, ANameIsNeededAndKeptShort) {
  add_channel(us);
  EXPECT_EQ(add(named("")).error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(add(named(std::string(100, 'x'))));
  EXPECT_EQ(add(named(std::string(101, 'x'))).error().code, ErrorCode::invalid_argument);
}

TEST_F(SourcesTest, WhatTheStoreRefusesIsNotKept) {
  add_channel(us);
  store.outage = true;
  EXPECT_EQ(add(named("shop")).error().code, ErrorCode::unavailable);
  EXPECT_TRUE(sources.list(us).empty());
}

}  // namespace
}  // namespace wherry

#include "services/live/live.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <regex>

namespace wherry {
namespace {

class LiveSocketsTest : public ::testing::Test {
 protected:
  LiveSocketPtr open(TenantId owner, std::optional<ConversationId> scope = std::nullopt, std::optional<ChannelId> filter = std::nullopt) {
    return live.add({LiveSockets::make_id(), owner, KeyId{}, scope, filter, {}, {}, {}, io.get_executor()});
  }
  const Timestamp now = from_unix_millis(1'795'000'000'000);
  boost::asio::io_context io{1};
  TenantId us = TenantId::make(now), them = TenantId::make(now);
  ChannelId channel = ChannelId::make(now), other_channel = ChannelId::make(now);
  ConversationId conversation = ConversationId::make(now), other = ConversationId::make(now);
  LiveSockets live;
};

using Sockets = std::vector<LiveSocketPtr>;

TEST_F(LiveSocketsTest, AMessageGoesToWhoeverItsScopeAndFilterFit) {
  const auto everything = open(us);
  const auto filtered = open(us, {}, channel);
  open(us, {}, other_channel);
  const auto scoped = open(us, conversation);
  open(us, other);
  open(them);

  const auto audience = live.audience(us, channel, conversation);

  EXPECT_EQ(audience.user_scoped, (Sockets{everything, filtered}));
  EXPECT_EQ(audience.conversation_scoped, Sockets{scoped});
  EXPECT_TRUE(live.audience(TenantId::make(now), channel, conversation).empty());
}

TEST_F(LiveSocketsTest, TheFirstIsTheOneThatHasBeenOpenLongest) {
  open(us, conversation);
  const auto filtered = open(us, {}, other_channel);
  const auto second = open(us);

  EXPECT_EQ(live.first_user_scoped(us), filtered);
  EXPECT_EQ(live.first_user_scoped(us, channel), second);
  EXPECT_EQ(live.user_scoped(us), (Sockets{filtered, second}));
  live.remove(filtered);
  EXPECT_EQ(live.first_user_scoped(us), second);
  EXPECT_EQ(live.first_user_scoped(them), nullptr);
}

TEST_F(LiveSocketsTest, HooksHearOfUserScopedSocketsOnceEach) {
  Sockets connected, gone;
  live.on_user_connect([&](const LiveSocketPtr& socket) { connected.push_back(socket); });
  live.on_user_disconnect([&](const LiveSocketPtr& socket) { gone.push_back(socket); });

  const auto user = open(us);
  const auto scoped = open(us, conversation);
  live.remove(scoped);
  live.remove(user);
  live.remove(user);

  EXPECT_EQ(connected, Sockets{user});
  EXPECT_EQ(gone, Sockets{user});
  EXPECT_EQ(live.counts().user_scoped, 0U);
}

TEST_F(LiveSocketsTest, CountsBothScopes) {
  open(us);
  open(them);
  open(us, conversation);
  EXPECT_EQ(live.counts().user_scoped, 2U);
  EXPECT_EQ(live.counts().conversation_scoped, 1U);
}

TEST_F(LiveSocketsTest, IdsAreRandomUuids) {
  const std::regex form("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  EXPECT_TRUE(std::regex_match(LiveSockets::make_id(), form));
  EXPECT_NE(LiveSockets::make_id(), LiveSockets::make_id());
}

}  // namespace
}  // namespace wherry

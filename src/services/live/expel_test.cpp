#include "services/live/expel.h"

#include <gtest/gtest.h>

#include "services/live/live.h"
#include "services/live/open_streams.h"
#include "tests/support/memory_access_store.h"
#include "tests/support/run.h"
#include "tests/support/test_channel.h"

namespace wherry {
namespace {

class Expel : public testing::Test {
 protected:
  Expel() {
    tenant_ = test::run(access_.create_tenant("acme")).value().id;
    access_.on_key_change([this] { ++changes_; });
  }
  ApiKey issue(std::optional<Timestamp> expires_at = std::nullopt) {
    NewKey wanted;
    wanted.tenant = tenant_;
    wanted.expires_at = expires_at;
    return test::run(access_.create_key(wanted)).value().record;
  }
  /// Gives how often the connection was told to go.
  std::shared_ptr<int> connect(KeyId key, std::optional<ConversationId> conversation = std::nullopt) {
    auto expelled = std::make_shared<int>(0);  // shared with the socket
    auto expel = [expelled] { ++*expelled; };
    sockets_.add({LiveSockets::make_id(), tenant_, key, conversation, std::nullopt, {}, {}, std::move(expel), io_.get_executor()});
    return expelled;
  }
  void look() {
    boost::asio::co_spawn(io_, expel_without_key(sockets_, access_, clock_), [](std::exception_ptr) {});
    io_.restart();
    io_.run();
  }

  boost::asio::io_context io_{1};
  VirtualClock clock_{test::test_now};
  test::MemoryAccessStore store_;
  Access access_{store_, clock_};
  LiveSockets sockets_;
  TenantId tenant_;
  int changes_ = 0;
};

TEST_F(Expel, ARevokedKeyTakesEveryConnectionOfItsAndNoOther) {
  const auto good = issue(), bad = issue();
  const auto stays = connect(good.id), goes = connect(bad.id), goes_too = connect(bad.id, ConversationId::make(test::test_now));
  look();
  EXPECT_EQ(*goes, 0);

  ASSERT_TRUE(test::run(access_.revoke_key(bad.id)));
  EXPECT_EQ(changes_, 1);
  look();

  EXPECT_EQ(*stays, 0);
  EXPECT_EQ(*goes, 1);
  EXPECT_EQ(*goes_too, 1);
}

TEST_F(Expel, AKeyThatExpiresOrMayNoLongerReadIsAsGood) {
  const auto short_lived = connect(issue(clock_.now() + std::chrono::minutes(5)).id);
  const auto narrowed = issue();
  const auto writer = connect(narrowed.id);
  KeyChange change;
  change.scopes = Scopes{Scope::send};
  ASSERT_TRUE(test::run(access_.change_key(narrowed.id, change)));
  clock_.advance(std::chrono::minutes(6));
  look();

  EXPECT_EQ(*short_lived, 1);
  EXPECT_EQ(*writer, 1);
  EXPECT_EQ(changes_, 1);
}

TEST_F(Expel, StreamsOfARevokedKeyEndAndThoseThatAreOverAreForgotten) {
  const auto good = issue(), bad = issue();
  OpenStreams streams;
  int ended = 0, other = 0;
  const OpenStreams::Entry stays(streams, good.id, [&] { ++other; });
  {
    const OpenStreams::Entry goes(streams, bad.id, [&] { ++ended; });
    ASSERT_EQ(streams.keys().size(), 2u);
    ASSERT_TRUE(test::run(access_.revoke_key(bad.id)));

    boost::asio::co_spawn(io_, expel_without_key(streams, access_, clock_), [](std::exception_ptr) {});
    io_.run();

    EXPECT_EQ(ended, 1);
    EXPECT_EQ(other, 0);
  }
  EXPECT_EQ(streams.keys(), std::vector<KeyId>{good.id});
  EXPECT_EQ(streams.expel(bad.id), 0u);
}

}  // namespace
}  // namespace wherry

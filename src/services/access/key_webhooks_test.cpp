#include "services/access/key_webhooks.h"

#include <gtest/gtest.h>

#include "tests/support/memory_access_store.h"
#include "tests/support/memory_subscriptions.h"
#include "tests/support/memory_webhooks.h"
#include "tests/support/run.h"

namespace wherry {
namespace {

class KeyWebhooksTest : public ::testing::Test {
 protected:
  KeyWebhooksTest() {
    NewKey wanted;
    wanted.tenant = test::run(io_, access_.create_tenant("us")).value().id;
    wanted.style = "magpipe";
    test::run(io_, access_.create_key(std::move(wanted))).value();
  }
  ApiKey key() { return test::run(io_, access_.find_key(access_store_.keys.front().id)).value(); }
  Result<Subscription> set(std::string url) { return test::run(io_, key_webhooks_.set(key(), WebhookFormat::magpipe, std::move(url))); }
  Result<void> clear() { return test::run(io_, key_webhooks_.clear(key())); }
  std::optional<Subscription> known() { return test::run(io_, key_webhooks_.of(key())).value(); }
  std::vector<Subscription>& stored() { return store_.subscriptions; }

  boost::asio::io_context io_{1};
  VirtualClock clock_{from_unix_millis(1'795'000'000'250)};
  test::MemoryAccessStore access_store_;
  Access access_{access_store_, clock_};
  Channels channels_{access_store_, access_store_, clock_, "https://graph.facebook.com", "v23.0"};
  test::MemorySubscriptions store_;
  test::MemoryJournal journal_;
  JournalFeed feed_{clock_};
  test::ScriptedEndpoint endpoint_;
  test::NumberFormat format_;
  Webhooks webhooks_{
      {store_, journal_, feed_, access_store_, channels_, endpoint_, {&format_, &format_, &format_, &format_, &format_}, clock_, {}}};
  KeyWebhooks key_webhooks_{access_, webhooks_};
};

TEST_F(KeyWebhooksTest, AKeyHasNoneUntilOneIsSet) {
  EXPECT_FALSE(known());

  const auto made = set("https://app.example/hook").value();

  EXPECT_EQ(made.tenant, key().tenant);
  EXPECT_EQ(made.format, WebhookFormat::magpipe);
  ASSERT_TRUE(known());
  EXPECT_EQ(known()->id, made.id);
  EXPECT_EQ(known()->url, "https://app.example/hook");
}

TEST_F(KeyWebhooksTest, ASecondUrlTakesTheFirstOnesPlaceAndKeepsItsSecret) {
  const auto first = set("https://app.example/hook").value();

  const auto second = set("https://app.example/hook2").value();

  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(second.secret.reveal(), first.secret.reveal());
  EXPECT_FALSE(second.secret.empty());
  ASSERT_EQ(stored().size(), 1u);
  EXPECT_EQ(stored().front().url, "https://app.example/hook2");
}

TEST_F(KeyWebhooksTest, ABadUrlChangesNothing) {
  const auto refused = set("ftp://app.example/hook");

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  EXPECT_FALSE(known());
  EXPECT_TRUE(stored().empty());
}

TEST_F(KeyWebhooksTest, ClearingTakesTheWebhookAndItsSecretAway) {
  const auto first = set("https://app.example/hook").value();

  EXPECT_TRUE(clear());
  EXPECT_TRUE(clear()) << "there is nothing left to do";

  EXPECT_FALSE(known());
  EXPECT_TRUE(stored().empty());
  EXPECT_NE(set("https://app.example/hook").value().secret.reveal(), first.secret.reveal());
}

TEST_F(KeyWebhooksTest, AWebhookThatItsOperatorRemovedIsMadeAnew) {
  const auto first = set("https://app.example/hook").value();
  EXPECT_TRUE(test::run(io_, webhooks_.remove(first.id)));

  EXPECT_FALSE(known());
  const auto second = set("https://app.example/hook").value();

  EXPECT_NE(second.id, first.id);
  EXPECT_EQ(known()->id, second.id);
}

TEST_F(KeyWebhooksTest, ARevokedKeyTakesItsWebhookWithIt) {
  set("https://app.example/hook").value();

  EXPECT_TRUE(test::run(io_, key_webhooks_.revoke(key().id)));

  EXPECT_TRUE(stored().empty());
  EXPECT_EQ(set("https://app.example/hook").error().code, ErrorCode::conflict);
  EXPECT_TRUE(stored().empty()) << "what cannot belong to a key is not left over";
}

TEST_F(KeyWebhooksTest, TheWebhookStaysWithTheKeyThatReplacesAnother) {
  const auto made = set("https://app.example/hook").value();
  const auto old = key().id;
  const auto fresh = test::run(io_, access_.rotate_key(old, std::chrono::hours(1), std::nullopt)).value();

  EXPECT_TRUE(test::run(io_, key_webhooks_.revoke(old)));

  ASSERT_EQ(stored().size(), 1u);
  EXPECT_EQ(test::run(io_, key_webhooks_.of(fresh.record)).value()->id, made.id);
}

}  // namespace
}  // namespace wherry

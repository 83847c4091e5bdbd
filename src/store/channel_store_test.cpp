#include "store/channel_store.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "store/access_store.h"
#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

class ChannelRows : public test::StoreWorld {
 protected:
  ChannelRows() : store(db(), secrets) {
    SqlAccessStore access(db());
    EXPECT_TRUE(run(access.add_tenant({tenant, "acme", now()})));
  }
  Channel number(const std::string& id) {
    Channel made;
    made.id = ChannelId::make(now());
    made.tenant = tenant;
    made.name = "support";
    made.phone_number_id = id;
    made.waba_id = "900";
    made.display_number = "15550100";
    made.access_token = Secret("EAAGtoken-in-the-clear");
    made.app_secret = Secret("appsecret-in-the-clear");
    made.verify_token = Secret("verify-in-the-clear");
    made.graph_url = "https://graph.example";
    made.graph_version = "v23.0";
    made.messages_per_second = 1000;
    made.pair_limit = false;
    made.uncertain_policy = UncertainPolicy::resend;
    made.uncertain_after = seconds(90);
    made.agent = from_uuid("0b1d6b1e-6a4e-4d3c-8f1e-9a2c3b4d5e6f");
    made.subscribed = true;
    made.created_at = now();
    return made;
  }
  std::vector<Channel> listed() {
    auto channels = run(store.list_channels());
    EXPECT_TRUE(channels);
    return channels ? *channels : std::vector<Channel>();
  }
  SecretBox secrets = *SecretBox::create(std::string(SecretBox::key_size, 'k'));
  SqlChannelStore store;
};

TEST_F(ChannelRows, AChannelComesBackAsItWas) {
  auto channel = number("111");
  channel.previous_app_secret = Secret("older-in-the-clear");
  ASSERT_TRUE(run(store.add_channel(channel)));

  const auto back = listed().at(0);

  EXPECT_EQ(back.id, channel.id);
  EXPECT_EQ(back.tenant, tenant);
  EXPECT_EQ(back.name, "support");
  EXPECT_EQ(back.agent, channel.agent);
  EXPECT_TRUE(back.subscribed);
  EXPECT_EQ(back.phone_number_id, "111");
  EXPECT_EQ(back.waba_id, "900");
  EXPECT_EQ(back.display_number, "15550100");
  EXPECT_EQ(back.access_token.reveal(), "EAAGtoken-in-the-clear");
  EXPECT_EQ(back.app_secret.reveal(), "appsecret-in-the-clear");
  ASSERT_TRUE(back.previous_app_secret);
  EXPECT_EQ(back.previous_app_secret->reveal(), "older-in-the-clear");
  EXPECT_EQ(back.verify_token.reveal(), "verify-in-the-clear");
  EXPECT_EQ(back.graph_url, "https://graph.example");
  EXPECT_EQ(back.graph_version, "v23.0");
  EXPECT_EQ(back.messages_per_second, 1000U);
  EXPECT_FALSE(back.pair_limit);
  EXPECT_EQ(back.uncertain_policy, UncertainPolicy::resend);
  EXPECT_EQ(back.uncertain_after, seconds(90));
  EXPECT_EQ(back.created_at, channel.created_at);
}

TEST_F(ChannelRows, ALinkedNumberComesBackAsOneAndWithoutSecrets) {
  Channel linked;
  linked.id = ChannelId::make(now());
  linked.tenant = tenant;
  linked.kind = ChannelKind::linked;
  linked.phone_number_id = linked_address(linked.id);
  linked.rate_per_min = 20;
  ASSERT_TRUE(run(store.add_channel(linked)));

  const auto back = listed().at(0);

  EXPECT_EQ(back.kind, ChannelKind::linked);
  EXPECT_EQ(back.phone_number_id, "linked:" + linked.id.text());
  EXPECT_TRUE(back.access_token.empty());
  EXPECT_EQ(back.rate_per_min, 20U);
  EXPECT_FALSE(back.rate_per_hour);
}

TEST_F(ChannelRows, SecretsAreNowhereInTheFiles) {
  auto channel = number("111");
  channel.previous_app_secret = Secret("older-in-the-clear");
  ASSERT_TRUE(run(store.add_channel(channel)));
  channel.access_token = Secret("EAAGnewer-in-the-clear");
  ASSERT_TRUE(run(store.update_channel(channel)));

  for (int closed = 0; closed < 2; ++closed) {
    bool saw_the_row = false;
    for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
      std::ifstream file(entry.path(), std::ios::binary);
      std::ostringstream bytes;
      bytes << file.rdbuf();
      EXPECT_EQ(bytes.str().find("in-the-clear"), std::string::npos) << entry.path();
      saw_the_row = saw_the_row || bytes.str().find("https://graph.example") != std::string::npos;
    }
    EXPECT_TRUE(saw_the_row);
    database.reset();
  }
}

TEST_F(ChannelRows, AnotherMasterKeyIsNoticed) {
  ASSERT_TRUE(run(store.add_channel(number("111"))));
  const auto other = *SecretBox::create(std::string(SecretBox::key_size, 'x'));
  SqlChannelStore stranger(db(), other);

  auto channels = run(stranger.list_channels());

  ASSERT_FALSE(channels);
  EXPECT_NE(channels.error().message.find("master key"), std::string::npos);
}

TEST_F(ChannelRows, ANumberBelongsToOneChannelUntilThatIsRemoved) {
  const auto first = number("111");
  ASSERT_TRUE(run(store.add_channel(first)));

  auto second = run(store.add_channel(number("111")));
  ASSERT_TRUE(run(store.remove_channel(first.id, now())));
  auto third = run(store.add_channel(number("111")));

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::already_exists);
  EXPECT_TRUE(third);
  EXPECT_EQ(listed().size(), 1U);
}

TEST_F(ChannelRows, AnUpdateChangesWhatItNames) {
  auto channel = number("111");
  channel.previous_app_secret = Secret("older");
  ASSERT_TRUE(run(store.add_channel(channel)));
  channel.name = "sales";
  channel.access_token = Secret("fresh");
  channel.previous_app_secret.reset();
  channel.pair_limit = true;
  channel.uncertain_policy = UncertainPolicy::fail;
  channel.uncertain_after = seconds(120);

  ASSERT_TRUE(run(store.update_channel(channel)));

  const auto back = listed().at(0);
  EXPECT_EQ(back.name, "sales");
  EXPECT_EQ(back.access_token.reveal(), "fresh");
  EXPECT_FALSE(back.previous_app_secret);
  EXPECT_TRUE(back.pair_limit);
  EXPECT_EQ(back.uncertain_policy, UncertainPolicy::fail);
  EXPECT_EQ(back.uncertain_after, seconds(120));
}

TEST_F(ChannelRows, AnUpdateToAnothersNumberIsRefused) {
  auto channel = number("111");
  ASSERT_TRUE(run(store.add_channel(channel)));
  ASSERT_TRUE(run(store.add_channel(number("222"))));
  channel.phone_number_id = "222";

  auto done = run(store.update_channel(channel));

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::already_exists);
}

TEST_F(ChannelRows, UnknownAndRemovedChannelsAreNotFound) {
  const auto channel = number("111");
  ASSERT_TRUE(run(store.add_channel(channel)));
  ASSERT_TRUE(run(store.remove_channel(channel.id, now())));

  auto removed = run(store.remove_channel(channel.id, now()));
  auto updated = run(store.update_channel(channel));
  auto unknown = run(store.remove_channel(ChannelId::make(now()), now()));

  for (const auto* done : {&removed, &updated, &unknown}) {
    ASSERT_FALSE(*done);
    EXPECT_EQ(done->error().code, ErrorCode::not_found);
  }
  EXPECT_TRUE(listed().empty());
}

}  // namespace
}  // namespace wherry::store

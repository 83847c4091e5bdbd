#include <filesystem>
#include <fstream>
#include <sstream>

#include "store/access_store.h"
#include "store/channel_store.h"
#include "store/session_store.h"
#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

using linked::Key;

class SessionKeyRows : public test::StoreWorld {
 protected:
  SessionKeyRows() : store(db(), secrets) {
    SqlAccessStore access(db());
    EXPECT_TRUE(run(access.add_tenant({tenant, "acme", now()})));
    Channel number;
    number.id = channel;
    number.tenant = tenant;
    number.phone_number_id = linked_address(channel);
    SqlChannelStore channels(db(), secrets);
    EXPECT_TRUE(run(channels.add_channel(number)));
    LinkedSession session;
    session.channel = channel;
    EXPECT_TRUE(run(store.add_session(session)));
    EXPECT_TRUE(run(store.acquire(channel, "me", now(), now() + seconds(60))));
  }
  Result<void> set(std::vector<Key> changes, const std::string& owner = "me") {
    return run(store.set_keys(channel, owner, "signal-json-1", std::move(changes)));
  }
  /// "id=value" of what is there, in the order given.
  std::vector<std::string> get(const std::string& type, std::vector<std::string> ids) {
    auto page = run(store.get_keys(channel, type, std::move(ids), 1 << 20));
    EXPECT_TRUE(page);
    std::vector<std::string> out;
    for (const auto& key : page->keys) out.push_back(key.id + "=" + key.value->reveal());
    return out;
  }
  std::string files_of_database() {
    std::ostringstream all;
    for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
      if (entry.is_regular_file()) all << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    }
    return all.str();
  }

  SecretBox secrets = *SecretBox::create(std::string(SecretBox::key_size, 'k'));
  SqlSessionStore store;
};

TEST_F(SessionKeyRows, KeysAreGivenInTheOrderOfTheQuestionAndTheMissingAreLeftOut) {
  ASSERT_TRUE(set({{"pre-key", "1", Secret("one")}, {"pre-key", "2", Secret("two")}, {"session", "1", Secret("other")}}));

  EXPECT_EQ(get("pre-key", {"2", "9", "1"}), (std::vector<std::string>{"2=two", "1=one"}));
  EXPECT_EQ(get("session", {"1"}), (std::vector<std::string>{"1=other"}));
}

TEST_F(SessionKeyRows, ManyKeysAreFoundThatTakeSeveralQuestions) {
  std::vector<Key> keys;
  std::vector<std::string> ids, expected;
  for (int i = 0; i < 100; ++i) {
    ids.push_back(std::to_string(i));
    expected.push_back(ids.back() + "=v" + ids.back());
    keys.push_back({"pre-key", ids.back(), Secret("v" + ids.back())});
  }
  ASSERT_TRUE(set(std::move(keys)));

  EXPECT_EQ(get("pre-key", ids), expected);
}

TEST_F(SessionKeyRows, AnAnswerThatBecomesTooLargeEndsEarlyAndSaysSo) {
  ASSERT_TRUE(set({{"k", "1", Secret(std::string(60, 'a'))}, {"k", "2", Secret(std::string(60, 'b'))}}));

  auto page = run(store.get_keys(channel, "k", {"1", "2"}, 100));
  auto tiny = run(store.get_keys(channel, "k", {"1", "2"}, 10));

  EXPECT_TRUE(page->more);
  EXPECT_EQ(page->keys.size(), 1U);
  EXPECT_EQ(tiny->keys.size(), 1U) << "one at least, or nobody would come to an end";
}

TEST_F(SessionKeyRows, AWriteChangesDeletesAndNotesTheFormat) {
  ASSERT_TRUE(set({{"k", "1", Secret("old")}, {"k", "2", Secret("two")}}));

  ASSERT_TRUE(set({{"k", "1", Secret("new")}, {"k", "2", std::nullopt}, {"k", "3", std::nullopt}}));

  EXPECT_EQ(get("k", {"1", "2", "3"}), (std::vector<std::string>{"1=new"}));
  EXPECT_EQ(run(store.list_sessions())->front().key_format, "signal-json-1");
}

TEST_F(SessionKeyRows, WhoDoesNotOwnTheSessionWritesNothing) {
  ASSERT_TRUE(set({{"k", "1", Secret("mine")}}));

  EXPECT_EQ(set({{"k", "1", Secret("theirs")}, {"k", "2", Secret("theirs")}}, "other").error().code, ErrorCode::conflict);
  EXPECT_EQ(run(store.wipe_keys(channel, "other", now())).error().code, ErrorCode::conflict);
  EXPECT_EQ(get("k", {"1", "2"}), (std::vector<std::string>{"1=mine"}));
}

TEST_F(SessionKeyRows, AWipeTakesTheKeysAndTheNumber) {
  ASSERT_TRUE(set({{"k", "1", Secret("v")}}));
  ASSERT_TRUE(run(store.set_linked_to(channel, {*Jid::parse("4915112345678@s.whatsapp.net"), {}, "", ""}, now())));

  ASSERT_TRUE(run(store.wipe_keys(channel, "", now())));

  EXPECT_TRUE(get("k", {"1"}).empty());
  const auto session = run(store.list_sessions())->front();
  EXPECT_FALSE(session.linked_to);
  EXPECT_EQ(session.key_format, "");
}

TEST_F(SessionKeyRows, WhatIsKeptIsFoundAfterARestartAndNotByReadingTheDisk) {
  ASSERT_TRUE(set({{"creds", "me", Secret("PRIVATE-KEY-IN-THE-CLEAR")}}));
  ASSERT_TRUE(run(store.keep_bytes({channel, "1@s.whatsapp.net", "M1", Secret("MESSAGE-IN-THE-CLEAR"), now()})));
  EXPECT_EQ(files_of_database().find("IN-THE-CLEAR"), std::string::npos);
  reopen();
  SqlSessionStore again(db(), secrets);

  auto page = run(again.get_keys(channel, "creds", {"me"}, 1000));
  auto bytes = run(again.find_bytes(channel, {"1@s.whatsapp.net"}, "M1"));

  EXPECT_EQ(page->keys.at(0).value->reveal(), "PRIVATE-KEY-IN-THE-CLEAR");
  EXPECT_EQ(bytes->value(), "MESSAGE-IN-THE-CLEAR");
}

TEST_F(SessionKeyRows, KeysSealedForOnePurposeOpenForNoOther) {
  const auto sealed = secrets.derive("linked-keys").seal(Secret("x"));

  EXPECT_TRUE(secrets.derive("linked-keys").open(sealed));
  EXPECT_FALSE(secrets.derive("linked-bytes").open(sealed));
  EXPECT_FALSE(secrets.open(sealed));
}

TEST_F(SessionKeyRows, AStrangersMessageDoesNotReplaceWhatIsKeptUnderItsId) {
  KeptBytes ours{channel, "g@g.us", "M1", Secret("ours"), now(), true};
  KeptBytes theirs{channel, "g@g.us", "M1", Secret("theirs"), now(), false};
  ASSERT_TRUE(run(store.keep_bytes(ours)));
  ASSERT_TRUE(run(store.keep_bytes(theirs)));
  EXPECT_EQ(run(store.find_bytes(channel, {"g@g.us"}, "M1"))->value(), "ours");

  ours.bytes = Secret("ours, once more");
  ASSERT_TRUE(run(store.keep_bytes(ours)));

  EXPECT_EQ(run(store.find_bytes(channel, {"x@g.us", "g@g.us"}, "M1"))->value(), "ours, once more");
  EXPECT_FALSE(run(store.find_bytes(channel, {"x@g.us"}, "M1"))->has_value());
}

TEST_F(SessionKeyRows, OldBytesAreForgotten) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(run(store.keep_bytes({channel, "c@g.us", "M" + std::to_string(i), Secret("b"), now() + seconds(i)})));
  }

  EXPECT_EQ(*run(store.forget_bytes(now() + seconds(2))), 2U);

  EXPECT_FALSE(run(store.find_bytes(channel, {"c@g.us"}, "M1"))->has_value());
  EXPECT_TRUE(run(store.find_bytes(channel, {"c@g.us"}, "M2"))->has_value());
}

}  // namespace
}  // namespace wherry::store

#include "services/sessions/session_listener.h"

#include "tests/support/session_world.h"

namespace wherry {
namespace {

using linked::Key;
using linked::State;

class SessionListenerTest : public test::SessionWorld {
 protected:
  static Jid jid(std::string_view text) { return *Jid::parse(text); }
  linked::ReceivedMessage text(const std::string& id, const std::string& body = "hi") {
    return {jid("4915187654321@s.whatsapp.net"),
            std::nullopt,
            id,
            jid("4915187654321@s.whatsapp.net"),
            {},
            false,
            clock.now(),
            "Kim",
            linked::Text{body},
            {},
            {},
            0,
            0,
            false,
            false,
            false,
            {}};
  }
  std::vector<std::string> held(ChannelId id, const std::string& type, std::vector<std::string> ids) {
    auto page = run(listener.get_keys(name(id), type, std::move(ids)));
    std::vector<std::string> out;
    for (const auto& key : page->keys) out.push_back(key.value->reveal());
    return out;
  }
};

TEST_F(SessionListenerTest, KeysAreKeptPerSession) {
  const auto one = working(), other = working();
  ASSERT_TRUE(run(listener.set_keys(name(one), "f1", {{"pre-key", "1", Secret("a")}})));
  ASSERT_TRUE(run(listener.set_keys(name(other), "f1", {{"pre-key", "1", Secret("b")}})));

  EXPECT_EQ(held(one, "pre-key", {"1", "2"}), std::vector<std::string>{"a"});
  EXPECT_EQ(held(other, "pre-key", {"1"}), std::vector<std::string>{"b"});
}

TEST_F(SessionListenerTest, KeysOfASessionThatAnotherProcessOwnsAreNotWritten) {
  const auto id = working();
  store.owners[id].first = "gw-2";

  EXPECT_EQ(run(listener.set_keys(name(id), "f1", {{"creds", "me", Secret("stale")}})).error().code, ErrorCode::conflict);
  EXPECT_EQ(run(listener.wipe_keys(name(id), linked::Reason::unlinked)).error().code, ErrorCode::conflict);
  EXPECT_EQ(held(id, "creds", {"me"}), std::vector<std::string>{"keys"});
}

TEST_F(SessionListenerTest, KeysBeyondWhatWasAgreedAreRefusedForGood) {
  const auto id = working();

  EXPECT_EQ(run(listener.set_keys(name(id), "f1", {{"", "1", Secret("x")}})).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(run(listener.set_keys(name(id), "f1", std::vector<Key>(5001, Key{"t", "1", Secret("x")}))).error().code,
            ErrorCode::invalid_argument);
  EXPECT_EQ(run(listener.get_keys(name(id), "t", std::vector<std::string>(1001, "1"))).error().code, ErrorCode::invalid_argument);
}

TEST_F(SessionListenerTest, AMessageIsStoredWithItsBytes) {
  const auto id = working();
  auto message = text("3A01");
  message.bytes = "as it travelled";

  ASSERT_TRUE(run(listener.received(name(id), message)));

  ASSERT_EQ(inbound.messages.size(), 1U);
  EXPECT_EQ(inbound.messages[0].channel, id);
  EXPECT_EQ(inbound.messages[0].tenant, tenant);
  EXPECT_EQ(inbound.messages[0].contact_key, "4915187654321");
  EXPECT_EQ(inbound.messages[0].message.from.profile_name, "Kim");
  linked::BytesQuery query{jid("77@lid"), message.chat, "3A01"};
  EXPECT_EQ(run(listener.message_bytes(name(id), query))->value(), "as it travelled") << "under its other address";
  query.message_id = "3A02";
  EXPECT_FALSE(run(listener.message_bytes(name(id), query))->has_value());
}

TEST_F(SessionListenerTest, AMessageThatComesTwiceIsStoredOnceAndOneIdInTwoChatsTwice) {
  const auto id = working(), other = working();
  auto elsewhere = text("3A01");
  elsewhere.chat = elsewhere.sender = jid("4915100000001@s.whatsapp.net");

  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(run(listener.received(name(id), text("3A01"))));
    ASSERT_TRUE(run(listener.received(name(id), elsewhere)));
    ASSERT_TRUE(run(listener.received(name(other), text("3A01"))));
  }

  EXPECT_EQ(inbound.messages.size(), 3U);
}

TEST_F(SessionListenerTest, NothingIsAcknowledgedThatIsNotStoredWhereverTheStoreFails) {
  const auto id = working();
  auto message = text("3A01");
  message.bytes = "as it travelled";
  const linked::SentBytes sent{message.chat, "3EB0AA", "ours"};
  const linked::Receipt receipt{message.chat, {"3EB0AA", "3EB0AB"}, linked::ReceiptType::read, {}, false, clock.now()};
  const linked::Acknowledgement ack{message.chat, "3EB0AA", true, 0, "", clock.now()};
  const linked::Pairing number{jid("4915112345678@s.whatsapp.net"), {}, "", ""};
  // Each call runs while the n-th write fails, for every n that there is, then once more: then all of it must be there.
  const std::vector<std::function<Task<Result<void>>()>> calls{
      [&] { return listener.set_keys(name(id), "f1", {{"k", "1", Secret("v")}, {"k", "2", Secret("v")}}); },
      [&] { return listener.received(name(id), message); },
      [&] { return listener.sending(name(id), sent); },
      [&] { return listener.acknowledged(name(id), ack); },
      [&] { return listener.receipt(name(id), receipt); },
      [&] { return listener.paired(name(id), number); },
      [&] { return listener.wipe_keys(name(id), linked::Reason::unlinked); }};
  int failures = 0;
  for (std::size_t which = 0; which < calls.size(); ++which) {
    for (int n = 1; n <= 8; ++n) {
      const bool in_inbox = n > 4;
      const int write = in_inbox ? n - 4 : n;
      store.writes = inbound.event_number = 0;
      (in_inbox ? inbound.fail_event : store.fail_write) = write;
      const auto done = run(calls[which]());
      const bool failed = (in_inbox ? inbound.event_number : store.writes) >= write;
      store.fail_write = inbound.fail_event = 0;
      EXPECT_EQ(done.has_value(), !failed) << "call " << which << " with write " << n << " failing";
      if (done) continue;
      ++failures;
      EXPECT_EQ(done.error().code, ErrorCode::unavailable);
    }
    ASSERT_TRUE(run(calls[which]()));
  }
  EXPECT_GE(failures, 9);
  EXPECT_EQ(inbound.messages.size(), 1U);
  EXPECT_EQ(inbound.statuses.size(), 3U);
}

TEST_F(SessionListenerTest, AnAcceptedMessageIsSentAndARefusalSettlesOnlyWhatIsUncertain) {
  const auto id = working();
  Message message;
  message.id = MessageId::make(clock.now());
  message.channel = id;
  message.tenant = tenant;
  message.wamid = "3EB0AA";
  message.state = MessageState::sending;
  messages.messages[message.id] = message;
  const linked::Acknowledgement refusal{jid("4915187654321@s.whatsapp.net"), "3EB0AA", false, 463, "restricted", clock.now()};

  ASSERT_TRUE(run(listener.acknowledged(name(id), refusal)));
  EXPECT_TRUE(inbound.statuses.empty()) << "the outcome of the send will tell";
  messages.messages[message.id].state = MessageState::uncertain;
  ASSERT_TRUE(run(listener.acknowledged(name(id), refusal)));

  ASSERT_EQ(inbound.statuses.size(), 1U);
  EXPECT_EQ(inbound.statuses[0].status.status, "failed");
  EXPECT_EQ(inbound.statuses[0].status.error->code, 463);
  auto accepted = refusal;
  accepted.accepted = true;
  ASSERT_TRUE(run(listener.acknowledged(name(id), accepted)));
  EXPECT_EQ(inbound.statuses.at(1).status.status, "sent");
  EXPECT_EQ(inbound.statuses.at(1).status.wamid, "3EB0AA");
}

TEST_F(SessionListenerTest, TheArchiveAndStatusPostsArePassedOver) {
  const auto id = working();
  auto old = text("3A01");
  old.history = true;
  auto post = text("3A02");
  post.chat = jid("status@broadcast");

  ASSERT_TRUE(run(listener.received(name(id), old)));
  ASSERT_TRUE(run(listener.received(name(id), post)));

  EXPECT_TRUE(inbound.messages.empty());
  EXPECT_EQ(traffic.counters().history, 1U);
  EXPECT_EQ(traffic.counters().status_posts, 1U);
}

TEST_F(SessionListenerTest, OurOwnBytesReplaceAStrangersAndNotTheOtherWayRound) {
  const auto id = working();
  auto theirs = text("3EB0AA");
  theirs.bytes = "theirs";
  ASSERT_TRUE(run(listener.sending(name(id), {theirs.chat, "3EB0AA", "ours"})));

  ASSERT_TRUE(run(listener.received(name(id), theirs)));

  EXPECT_EQ(run(listener.message_bytes(name(id), {theirs.chat, {}, "3EB0AA"}))->value(), "ours");
}

TEST_F(SessionListenerTest, ASessionNobodyKnowsEndsThere) {
  const linked::SessionId gone{ChannelId::make(clock.now()).text()};

  EXPECT_EQ(run(listener.get_keys(gone, "t", {"1"})).error().code, ErrorCode::not_found);
  EXPECT_EQ(run(listener.set_keys(gone, "f1", {})).error().code, ErrorCode::not_found);
  EXPECT_EQ(run(listener.wipe_keys({"nonsense"}, linked::Reason::none)).error().code, ErrorCode::not_found);
  EXPECT_EQ(run(listener.received(gone, text("3A01"))).error().code, ErrorCode::not_found);
  EXPECT_TRUE(inbound.messages.empty());
}

}  // namespace
}  // namespace wherry

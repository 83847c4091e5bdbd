#include "store/session_store.h"

#include "store/access_store.h"
#include "store/channel_store.h"
#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

using linked::Reason;
using linked::State;

class SessionRows : public test::StoreWorld {
 protected:
  SessionRows() : store(db(), secrets, &feed) {
    SqlAccessStore access(db());
    EXPECT_TRUE(run(access.add_tenant({tenant, "acme", now()})));
    add(channel);
  }
  void add(ChannelId id) {
    Channel number;
    number.id = id;
    number.tenant = tenant;
    number.kind = ChannelKind::linked;
    number.phone_number_id = linked_address(id);
    number.created_at = now();
    SqlChannelStore channels(db(), secrets);
    EXPECT_TRUE(run(channels.add_channel(number)));
    LinkedSession session;
    session.channel = id;
    session.tenant = tenant;
    session.created_at = now();
    EXPECT_TRUE(run(store.add_session(session)));
  }
  LinkedSession session() {
    auto sessions = run(store.list_sessions());
    EXPECT_TRUE(sessions);
    return sessions && !sessions->empty() ? sessions->front() : LinkedSession();
  }
  JournalEvent event(const std::string& kind) { return {0, tenant, kind, channel, {}, {}, now(), now(), "{}"}; }
  std::int64_t journaled(const char* kind) { return count("SELECT count(*) FROM journal WHERE kind = $1", {std::string(kind)}); }

  SecretBox secrets = *SecretBox::create(std::string(SecretBox::key_size, 'k'));
  JournalFeed feed{clock};
  SqlSessionStore store;
};

TEST_F(SessionRows, ASessionComesBackAsItWasChanged) {
  ASSERT_TRUE(run(store.set_settings(channel, {true, false}, now())));
  ASSERT_TRUE(run(store.set_wanted(channel, true, now())));
  SessionState banned{State::banned, Reason::temporary_ban, 402, "too many strangers", now() + seconds(60), now() + seconds(5)};
  ASSERT_TRUE(run(store.set_state(channel, banned, event("session.status"))));
  linked::Pairing number{*Jid::parse("4915112345678@s.whatsapp.net"), Jid::parse("88123456789012@lid"), "Shop", "android"};
  ASSERT_TRUE(run(store.set_linked_to(channel, number, now())));
  ASSERT_TRUE(run(store.set_restricted(channel, now() + seconds(9), event("session.restricted"))));

  const auto back = session();

  EXPECT_EQ(back.channel, channel);
  EXPECT_EQ(back.tenant, tenant);
  EXPECT_EQ(back.settings, (SessionSettings{true, false}));
  EXPECT_TRUE(back.wanted);
  EXPECT_EQ(back.state, banned);
  ASSERT_TRUE(back.linked_to);
  EXPECT_EQ(back.linked_to->jid, number.jid);
  EXPECT_EQ(back.linked_to->lid, number.lid);
  EXPECT_EQ(back.linked_to->name, "Shop");
  EXPECT_EQ(back.linked_to->platform, "android");
  EXPECT_EQ(back.restricted_until, now() + seconds(9));
  EXPECT_FALSE(back.last_connected_at);
}

TEST_F(SessionRows, AStateIsStoredTogetherWithTheEventThatTellsOfIt) {
  SessionState working;
  working.state = State::working;

  ASSERT_TRUE(run(store.set_state(channel, working, event("session.status"))));

  EXPECT_EQ(session().last_connected_at, now());
  EXPECT_EQ(journaled("session.status"), 1);
  EXPECT_EQ(feed.generation(tenant), 1U);
}

TEST_F(SessionRows, OfASessionThatIsGoneNothingIsChangedNorTold) {
  ASSERT_TRUE(run(store.remove_session(channel)));

  EXPECT_EQ(run(store.set_state(channel, {}, event("session.status"))).error().code, ErrorCode::not_found);
  EXPECT_EQ(run(store.set_settings(channel, {}, now())).error().code, ErrorCode::not_found);
  EXPECT_EQ(journaled("session.status"), 0);
}

TEST_F(SessionRows, AnEventOfItsOwnIsToldWithoutTouchingASession) {
  ASSERT_TRUE(run(store.tell(event("auth.qr"))));
  ASSERT_TRUE(run(store.tell(event("auth.qr"))));

  EXPECT_EQ(journaled("auth.qr"), 2);
}

TEST_F(SessionRows, OnlyOneProcessOwnsASessionUntilItsTimeIsOver) {
  const auto until = now() + seconds(60);
  ASSERT_TRUE(run(store.acquire(channel, "a", now(), until)));
  ASSERT_TRUE(run(store.acquire(channel, "a", now(), until))) << "its own it may take again";

  EXPECT_EQ(run(store.acquire(channel, "b", until, until)).error().code, ErrorCode::conflict);
  EXPECT_EQ(run(store.renew("b", until))->size(), 0U);
  EXPECT_EQ(*run(store.renew("a", until + seconds(60))), std::vector{channel});
  EXPECT_EQ(run(store.acquire(channel, "b", until + seconds(1), until)).error().code, ErrorCode::conflict) << "the end was moved";
  EXPECT_TRUE(run(store.acquire(channel, "b", until + seconds(61), until + seconds(120))));
  ASSERT_TRUE(run(store.release(channel, "a"))) << "another's is left alone";
  EXPECT_EQ(run(store.renew("b", until))->size(), 1U);
  ASSERT_TRUE(run(store.release(channel, "b")));
  EXPECT_TRUE(run(store.acquire(channel, "c", now(), until)));
}

TEST_F(SessionRows, RemovingASessionTakesItsKeysAndBytesAndNobodyElses) {
  const auto other = ChannelId::make(now());
  add(other);
  for (const auto id : {channel, other}) {
    ASSERT_TRUE(run(store.acquire(id, "a", now(), now() + seconds(60))));
    std::vector<linked::Key> keys{{"creds", "me", Secret("s")}};
    ASSERT_TRUE(run(store.set_keys(id, "a", "f1", std::move(keys))));
    ASSERT_TRUE(run(store.keep_bytes({id, "1@s.whatsapp.net", "M1", Secret("b"), now()})));
  }

  ASSERT_TRUE(run(store.remove_session(channel)));

  EXPECT_EQ(run(store.list_sessions())->size(), 1U);
  EXPECT_EQ(count("SELECT count(*) FROM linked_keys"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM linked_bytes"), 1);
}

}  // namespace
}  // namespace wherry::store

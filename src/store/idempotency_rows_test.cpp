#include "store/idempotency_rows.h"

#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

class IdempotencyRows : public test::StoreWorld {
 protected:
  IdempotencyRows() : messages(db()), keys(db()) {}
  IdempotencyClaim claim(const std::string& key = "k", const std::string& body = "hello") {
    return {tenant, "POST /v1/messages/send", key, sha256(body)};
  }
  std::optional<IdempotencyRecord> stored(IdempotencyClaim which) {
    auto found = run(keys.find(std::move(which)));
    EXPECT_TRUE(found);
    return found ? *found : std::nullopt;
  }
  SqlMessageStore messages;
  SqlIdempotencyStore keys;
};

TEST_F(IdempotencyRows, AKeyIsStoredWithItsMessage) {
  const auto made = message();
  ASSERT_TRUE(run(messages.accept(made, claim())));

  const auto record = stored(claim());

  ASSERT_TRUE(record);
  EXPECT_EQ(record->message, made.id);
  EXPECT_EQ(record->fingerprint, claim().fingerprint);
  EXPECT_EQ(record->created_at, made.created_at);
  EXPECT_FALSE(record->answer);
}

TEST_F(IdempotencyRows, ATakenKeyKeepsTheSecondMessageOut) {
  ASSERT_TRUE(run(messages.accept(message(), claim())));

  const auto second = run(messages.accept(message(), claim("k", "another body")));

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::idempotency_conflict);
  EXPECT_EQ(count("SELECT count(*) FROM messages"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM journal"), 1);
  EXPECT_EQ(stored(claim())->fingerprint, claim().fingerprint);
}

TEST_F(IdempotencyRows, AMessageThatCannotBeStoredLeavesNoKey) {
  const auto made = message();
  ASSERT_TRUE(run(messages.accept(made, std::nullopt)));

  ASSERT_FALSE(run(messages.accept(made, claim()))) << "its id is taken";

  EXPECT_FALSE(stored(claim()));
}

TEST_F(IdempotencyRows, ABrokenDiskLeavesNeitherKeyNorMessage) {
  for (int broken = 1; broken <= 3; ++broken) {
    int statement = 0;
    options.fail_statement = [&statement, broken] { return ++statement == broken; };
    reopen();
    SqlMessageStore store(db());
    ASSERT_FALSE(run(store.accept(message(), claim()))) << broken;
    options.fail_statement = nullptr;
    reopen();
    EXPECT_EQ(count("SELECT count(*) FROM idempotency_keys") + count("SELECT count(*) FROM messages"), 0) << broken;
  }
}

TEST_F(IdempotencyRows, KeysOfAnotherTenantOrRouteDoNotCollide) {
  auto theirs = claim();
  theirs.tenant = TenantId::make(now());
  auto elsewhere = claim();
  elsewhere.route = "POST /admin/v1/messages";
  ASSERT_TRUE(run(messages.accept(message(), claim())));

  EXPECT_FALSE(stored(theirs));
  EXPECT_TRUE(run(messages.accept(message(), theirs)));
  EXPECT_TRUE(run(messages.accept(message(), elsewhere)));
}

TEST_F(IdempotencyRows, TheFirstAnswerStays) {
  ASSERT_TRUE(run(messages.accept(message(), claim())));

  ASSERT_TRUE(run(keys.finish(claim(), {200, R"({"success":true})"})));
  ASSERT_TRUE(run(keys.finish(claim(), {500, "no"})));

  const auto record = stored(claim());
  ASSERT_TRUE(record->answer);
  EXPECT_EQ(record->answer->status, 200);
  EXPECT_EQ(record->answer->body, R"({"success":true})");
}

TEST_F(IdempotencyRows, AnAnswerWithoutAMessageIsNotStored) {
  EXPECT_TRUE(run(keys.finish(claim(), {403, "window"})));

  EXPECT_FALSE(stored(claim()));
}

TEST_F(IdempotencyRows, AnOldKeyIsTakenOverAndItsAnswerForgotten) {
  ASSERT_TRUE(run(messages.accept(message(), claim())));
  ASSERT_TRUE(run(keys.finish(claim(), {200, "yes"})));
  clock.advance(idempotency_lifetime);
  const auto later = message();

  ASSERT_TRUE(run(messages.accept(later, claim("k", "another body"))));

  const auto record = stored(claim());
  EXPECT_EQ(record->message, later.id);
  EXPECT_EQ(record->fingerprint, claim("k", "another body").fingerprint);
  EXPECT_FALSE(record->answer);
}

TEST_F(IdempotencyRows, KeysAreForgottenByAge) {
  ASSERT_TRUE(run(messages.accept(message(), claim("old"))));
  const auto until = now();
  clock.advance(milliseconds(1));
  ASSERT_TRUE(run(messages.accept(message(), claim("new"))));

  EXPECT_EQ(run(keys.forget(until)).value(), 1u);
  EXPECT_FALSE(stored(claim("old")));
  EXPECT_TRUE(stored(claim("new")));
}

}  // namespace
}  // namespace wherry::store

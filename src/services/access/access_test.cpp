#include "services/access/access.h"

#include <gtest/gtest.h>

#include "tests/support/memory_access_store.h"
#include "tests/support/run.h"

namespace wherry {
namespace {

using namespace std::chrono_literals;

class AccessTest : public ::testing::Test {
 protected:
  IssuedKey make_key(std::uint32_t limit = 3) {
    auto tenant = test::run(access.create_tenant("t" + std::to_string(store.tenants.size())));
    NewKey wanted;
    wanted.tenant = tenant->id;
    wanted.rate_limit = limit;
    return *test::run(access.create_key(wanted));
  }
  Result<Admission> admit(const std::string& key) { return test::run(access.admit(key, "pipes")); }

  VirtualClock clock{from_unix_millis(1'795'000'000'000)};
  test::MemoryAccessStore store;
  Access access{store, clock};
};

TEST_F(AccessTest, AKeyHasThirtyFiveCharactersAndOnlyItsHashIsStored) {
  auto issued = make_key();

  EXPECT_EQ(issued.key.reveal().size(), 35U);
  EXPECT_TRUE(issued.key.reveal().starts_with("pk_"));
  EXPECT_EQ(store.keys.front().prefix, issued.key.reveal().substr(0, 11));
  EXPECT_EQ(store.keys.front().hash, sha256(issued.key.reveal()));
}

TEST_F(AccessTest, AKnownKeyNamesItsTenant) {
  auto issued = make_key();

  auto admission = admit(issued.key.reveal());

  ASSERT_TRUE(admission);
  EXPECT_EQ(admission->principal.tenant, issued.record.tenant);
  EXPECT_TRUE(admission->allowed);
}

TEST_F(AccessTest, ToIdentifyAKeyCountsNothing) {
  auto issued = make_key(1);
  for (int i = 0; i < 3; ++i) {
    auto principal = test::run(access.identify(issued.key.reveal(), "pipes"));
    ASSERT_TRUE(principal);
    EXPECT_EQ(principal->tenant, issued.record.tenant);
  }
  EXPECT_TRUE(admit(issued.key.reveal())->allowed);
  EXPECT_EQ(test::run(access.identify("pk_x", "pipes")).error().code, ErrorCode::unauthenticated);
}

TEST_F(AccessTest, UnknownMalformedAndAlteredKeysAreAllUnauthenticated) {
  auto key = make_key().key.reveal();
  auto altered = key;
  altered.back() = altered.back() == 'a' ? 'b' : 'a';

  for (const auto& wrong :
       {std::string(), std::string("pk_"), altered, key + "x", key.substr(1), "PK_" + key.substr(3), key + std::string(1, '\0')}) {
    auto admission = admit(wrong);
    ASSERT_FALSE(admission) << wrong;
    EXPECT_EQ(admission.error().code, ErrorCode::unauthenticated);
  }
}

TEST_F(AccessTest, TheWindowIsFixedOpensWithTheFirstRequestAndIsNotMovedByRefusals) {
  auto key = make_key(2).key.reveal();

  auto first = admit(key);
  const auto reset = first->rate->reset;
  clock.advance(10s);
  auto second = admit(key);
  auto refused = admit(key);
  clock.advance(40s);
  auto refused_later = admit(key);

  EXPECT_EQ(reset, from_unix_millis(1'795'000'060'000));
  EXPECT_EQ(first->rate->remaining, 1U);
  EXPECT_EQ(second->rate->remaining, 0U);
  EXPECT_TRUE(second->allowed);
  EXPECT_FALSE(refused->allowed);
  EXPECT_EQ(refused->rate->reset, reset);
  EXPECT_EQ(refused_later->rate->reset, reset);
  clock.advance(10s);
  auto fresh = admit(key);
  EXPECT_TRUE(fresh->allowed);
  EXPECT_EQ(fresh->rate->remaining, 1U);
}

TEST_F(AccessTest, KeysHaveWindowsOfTheirOwn) {
  auto one = make_key(1).key.reveal();
  auto other = make_key(1).key.reveal();

  EXPECT_TRUE(admit(one)->allowed);
  EXPECT_FALSE(admit(one)->allowed);
  EXPECT_TRUE(admit(other)->allowed);
}

TEST_F(AccessTest, AnUnlimitedKeyHasNoRateState) {
  auto key = make_key(0).key.reveal();

  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(admit(key)->allowed);
  EXPECT_FALSE(admit(key)->rate);
}

TEST_F(AccessTest, ARevokedKeyStopsWorkingAtOnceThoughItWasKnown) {
  auto issued = make_key();
  ASSERT_TRUE(admit(issued.key.reveal()));

  ASSERT_TRUE(test::run(access.revoke_key(issued.record.id)));

  EXPECT_EQ(admit(issued.key.reveal()).error().code, ErrorCode::unauthenticated);
}

TEST_F(AccessTest, AStoreOutageIsNotAnAuthenticationFailure) {
  auto key = make_key().key.reveal();
  store.broken = true;

  EXPECT_EQ(admit(key).error().code, ErrorCode::unavailable);
}

TEST_F(AccessTest, RefusesBadNamesUnknownTenantsAndUnknownStyles) {
  EXPECT_EQ(test::run(access.create_tenant("")).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(test::run(access.create_tenant(std::string(101, 'x'))).error().code, ErrorCode::invalid_argument);
  NewKey nobody;
  nobody.tenant = TenantId::make(clock.now());
  EXPECT_EQ(test::run(access.create_key(nobody)).error().code, ErrorCode::not_found);
  nobody.style = "fax";
  EXPECT_EQ(test::run(access.create_key(nobody)).error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace wherry

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
    wanted.limits = limit == 0 ? RateLimits() : RateLimits{{limit, 60s}};
    return *test::run(access.create_key(wanted));
  }
  IssuedKey issue(NewKey wanted) { return test::run(access.create_key(std::move(wanted))).value(); }
  Result<Admission> admit(const std::string& key, const std::string& style = "pipes") { return test::run(access.admit(key, style)); }
  Result<Admission> admit(const IssuedKey& key) { return admit(key.key.reveal(), key.record.style); }

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

TEST_F(AccessTest, EveryStyleMakesKeysOfItsForm) {
  const auto tenant = test::run(access.create_tenant("styles"))->id;
  for (const auto& style : key_styles()) {
    NewKey wanted;
    wanted.tenant = tenant;
    wanted.style = style.name;
    const auto issued = issue(wanted);
    EXPECT_TRUE(style.matches(issued.key.reveal())) << style.name;
    EXPECT_EQ(issued.record.prefix.size(), style.shown);
    EXPECT_EQ(issued.record.limits, style.key_limits);
    EXPECT_TRUE(admit(issued));
    for (const auto& other : key_styles()) {
      if (other.name != style.name) EXPECT_FALSE(admit(issued.key.reveal(), std::string(other.name))) << other.name;
    }
  }
  EXPECT_EQ(find_key_style("magpipe")->make().size(), 44U);
}

TEST_F(AccessTest, ATenantsLimitHoldsForAllItsKeysTogether) {
  NewKey wanted;
  wanted.tenant = test::run(access.create_tenant("shared"))->id;
  wanted.style = "magpipe";
  const auto one = issue(wanted), other = issue(wanted);
  ASSERT_TRUE(test::run(access.set_tenant_limits(wanted.tenant, "magpipe", RateLimits{{3, 60s}, {4, 3600s}})));

  EXPECT_EQ(admit(one)->rate->remaining, 2U);
  EXPECT_EQ(admit(other)->rate->remaining, 1U);
  EXPECT_TRUE(admit(one)->allowed);
  EXPECT_FALSE(admit(other)->allowed);
  clock.advance(60s);
  EXPECT_TRUE(admit(other)->allowed) << "a refused request is not counted";
  const auto refused = admit(one);
  EXPECT_FALSE(refused->allowed);
  EXPECT_EQ(refused->rate->limit, 4U);
  EXPECT_EQ(refused->rate->reset, from_unix_millis(1'795'003'600'000));
}

TEST_F(AccessTest, WhoIsRefusedByTheTenantsLimitKeepsTheirOwn) {
  NewKey wanted;
  wanted.tenant = test::run(access.create_tenant("shared"))->id;
  wanted.limits = RateLimits{{2, 600s}};
  const auto one = issue(wanted), other = issue(wanted);
  ASSERT_TRUE(test::run(access.set_tenant_limits(wanted.tenant, "pipes", RateLimits{{1, 60s}})));

  ASSERT_TRUE(admit(one)->allowed);
  ASSERT_FALSE(admit(other)->allowed);
  clock.advance(60s);
  ASSERT_TRUE(admit(other)->allowed);
  clock.advance(60s);
  EXPECT_TRUE(admit(other)->allowed);
}

TEST_F(AccessTest, ChangedLimitsHoldAtOnceAndKeepTheCount) {
  auto issued = make_key(3);
  ASSERT_TRUE(admit(issued)->allowed);
  KeyChange change;
  change.limits = RateLimits{{2, 60s}};

  ASSERT_TRUE(test::run(access.change_key(issued.record.id, change)));

  EXPECT_EQ(admit(issued)->rate->remaining, 0U);
  EXPECT_FALSE(admit(issued)->allowed);
}

TEST_F(AccessTest, AKeyWorksUntilItExpires) {
  NewKey wanted;
  wanted.tenant = test::run(access.create_tenant("short"))->id;
  wanted.expires_at = clock.now() + 10s;
  const auto issued = issue(wanted);

  clock.advance(10s - 1ms);
  EXPECT_TRUE(admit(issued));
  clock.advance(1ms);
  EXPECT_EQ(admit(issued).error().code, ErrorCode::unauthenticated);
  EXPECT_EQ(test::run(access.create_key(wanted)).error().code, ErrorCode::invalid_argument) << "it would be over from the start";
}

TEST_F(AccessTest, AScopeIsKnownToTheDoorAndNoScopeMeansAll) {
  auto issued = make_key();
  EXPECT_TRUE(require(admit(issued)->principal, Scope::manage));
  KeyChange change;
  change.scopes = Scopes{Scope::send, Scope::read};

  ASSERT_TRUE(test::run(access.change_key(issued.record.id, change)));

  const auto caller = admit(issued)->principal;
  EXPECT_TRUE(require(caller, Scope::send));
  EXPECT_TRUE(require(caller, Scope::read));
  EXPECT_EQ(require(caller, Scope::manage).error().code, ErrorCode::permission_denied);
}

TEST_F(AccessTest, ARotatedKeyWorksForTheOverlapBesideTheNewOne) {
  auto old = make_key();
  ASSERT_TRUE(admit(old));

  auto fresh = test::run(access.rotate_key(old.record.id, 60s, std::nullopt)).value();

  EXPECT_TRUE(admit(old));
  EXPECT_TRUE(admit(fresh));
  EXPECT_EQ(fresh.record.limits, old.record.limits);
  EXPECT_EQ(test::run(access.find_key(old.record.id))->replaced_by, fresh.record.id);
  EXPECT_EQ(test::run(access.rotate_key(old.record.id, 60s, std::nullopt)).error().code, ErrorCode::conflict);
  clock.advance(60s);
  EXPECT_EQ(admit(old).error().code, ErrorCode::unauthenticated);
  EXPECT_TRUE(admit(fresh));
}

TEST_F(AccessTest, RotationDoesNotLengthenTheLifeOfAKey) {
  NewKey wanted;
  wanted.tenant = test::run(access.create_tenant("short"))->id;
  wanted.expires_at = clock.now() + 10s;
  const auto old = issue(wanted);

  ASSERT_TRUE(test::run(access.rotate_key(old.record.id, 60s, std::nullopt)));

  EXPECT_EQ(test::run(access.find_key(old.record.id))->expires_at, wanted.expires_at);
  clock.advance(10s);
  EXPECT_EQ(test::run(access.rotate_key(old.record.id, 60s, std::nullopt)).error().code, ErrorCode::conflict);
}

TEST_F(AccessTest, ATenantHasAsManyActiveKeysAsTheStyleAllows) {
  NewKey wanted;
  wanted.tenant = test::run(access.create_tenant("many"))->id;
  wanted.style = "magpipe";
  std::vector<IssuedKey> keys;
  for (int i = 0; i < 10; ++i) keys.push_back(issue(wanted));

  auto eleventh = test::run(access.create_key(wanted));
  EXPECT_EQ(eleventh.error().code, ErrorCode::already_exists);
  EXPECT_EQ(eleventh.error().message, "Maximum of 10 active API keys allowed");
  EXPECT_TRUE(test::run(access.rotate_key(keys[0].record.id, 60s, std::nullopt))) << "it takes the place of another";
  ASSERT_TRUE(test::run(access.revoke_key(keys[1].record.id)));
  EXPECT_TRUE(test::run(access.create_key(wanted)));
  EXPECT_FALSE(test::run(access.create_key(wanted)));
}

TEST_F(AccessTest, TheLastUseIsKnownAtOnceAndWrittenInOneGo) {
  auto issued = make_key();
  clock.advance(5s);
  ASSERT_TRUE(admit(issued));
  EXPECT_EQ(test::run(access.find_key(issued.record.id))->last_used_at, clock.now());
  EXPECT_FALSE(store.keys.front().last_used_at) << "not for every request";

  ASSERT_TRUE(test::run(access.flush_usage()));
  EXPECT_EQ(store.keys.front().last_used_at, clock.now());
  store.keys.front().last_used_at.reset();
  ASSERT_TRUE(test::run(access.flush_usage()));
  EXPECT_FALSE(store.keys.front().last_used_at) << "there was nothing new to write";
}

}  // namespace
}  // namespace wherry

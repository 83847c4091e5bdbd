#include "store/access_store.h"

#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

class AccessRows : public test::StoreWorld {
 protected:
  AccessRows() : store(db()) {}
  Tenant add(const std::string& name) {
    Tenant made{TenantId::make(now()), name, now()};
    EXPECT_TRUE(run(store.add_tenant(made)));
    return made;
  }
  ApiKey key_of(const Tenant& owner, const std::string& text) {
    ApiKey key;
    key.id = KeyId::make(now());
    key.tenant = owner.id;
    key.style = "pipes";
    key.prefix = text.substr(0, 11);
    key.hash = sha256(text);
    key.label = "till 4";
    key.rate_limit = 17;
    key.rate_window = seconds(5);
    key.created_at = now();
    return key;
  }
  SqlAccessStore store;
};

TEST_F(AccessRows, TenantsAreListedInOrderAndFoundById) {
  const auto first = add("first");
  clock.advance(seconds(1));
  const auto second = add("second");

  auto listed = run(store.list_tenants());
  auto found = run(store.find_tenant(second.id));
  auto missing = run(store.find_tenant(TenantId::make(now())));

  ASSERT_EQ(listed->size(), 2U);
  EXPECT_EQ((*listed)[0].name, "first");
  EXPECT_EQ((*listed)[0].created_at, first.created_at);
  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->name, "second");
  EXPECT_FALSE(*missing);
}

TEST_F(AccessRows, ATakenNameIsRefused) {
  add("acme");

  auto again = run(store.add_tenant({TenantId::make(now()), "acme", now()}));

  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::already_exists);
  EXPECT_EQ(run(store.list_tenants())->size(), 1U);
}

TEST_F(AccessRows, AKeyComesBackAsItWas) {
  const auto key = key_of(add("acme"), "pk_0123456789abcdef");
  ASSERT_TRUE(run(store.add_key(key)));

  reopen();
  SqlAccessStore after(db());
  auto found = run(after.find_keys_by_prefix("pk_01234567"));

  ASSERT_EQ(found->size(), 1U);
  const auto& back = found->front();
  EXPECT_EQ(back.id, key.id);
  EXPECT_EQ(back.tenant, key.tenant);
  EXPECT_EQ(back.style, key.style);
  EXPECT_EQ(back.prefix, key.prefix);
  EXPECT_EQ(back.hash, key.hash);
  EXPECT_EQ(back.label, key.label);
  EXPECT_EQ(back.rate_limit, 17U);
  EXPECT_EQ(back.rate_window, seconds(5));
  EXPECT_EQ(back.created_at, key.created_at);
  EXPECT_FALSE(back.revoked_at);
}

TEST_F(AccessRows, KeysOfOneTenantAreListedAlone) {
  const auto acme = add("acme");
  const auto other = add("other");
  ASSERT_TRUE(run(store.add_key(key_of(acme, "pk_aaaaaaaaaaaa"))));
  ASSERT_TRUE(run(store.add_key(key_of(acme, "pk_aaaaaaaaaaab"))));
  ASSERT_TRUE(run(store.add_key(key_of(other, "pk_bbbbbbbbbbbb"))));

  EXPECT_EQ(run(store.list_keys(acme.id))->size(), 2U);
  EXPECT_EQ(run(store.list_keys(std::nullopt))->size(), 3U);
  EXPECT_EQ(run(store.find_keys_by_prefix("pk_aaaaaaaa"))->size(), 2U);
  EXPECT_TRUE(run(store.find_keys_by_prefix("pk_nothing_"))->empty());
}

TEST_F(AccessRows, ARevokedKeyKeepsTheInstantOfItsFirstRevocation) {
  const auto key = key_of(add("acme"), "pk_0123456789");
  ASSERT_TRUE(run(store.add_key(key)));
  const auto at = now();

  ASSERT_TRUE(run(store.revoke_key(key.id, at)));
  ASSERT_TRUE(run(store.revoke_key(key.id, at + seconds(5))));
  auto unknown = run(store.revoke_key(KeyId::make(now()), at));

  EXPECT_EQ(run(store.list_keys(key.tenant))->front().revoked_at, at);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::not_found);
}

TEST_F(AccessRows, AKeyNeedsItsTenant) {
  auto orphan = run(store.add_key(key_of({TenantId::make(now()), "gone", now()}, "pk_0123456789")));

  ASSERT_FALSE(orphan);
  EXPECT_EQ(orphan.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace wherry::store

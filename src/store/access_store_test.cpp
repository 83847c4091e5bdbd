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
    key.scopes = Scopes{Scope::send, Scope::manage};
    key.limits = {{17, seconds(5)}, {1000, seconds(3600)}};
    key.expires_at = now() + seconds(77);
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
  ASSERT_TRUE(run(store.add_key(key, 10)));

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
  EXPECT_EQ(back.scopes, key.scopes);
  EXPECT_EQ(back.limits, key.limits);
  EXPECT_EQ(back.expires_at, key.expires_at);
  EXPECT_FALSE(back.last_used_at);
  EXPECT_FALSE(back.replaced_by);
  EXPECT_EQ(back.created_at, key.created_at);
  EXPECT_FALSE(back.revoked_at);
}

TEST_F(AccessRows, KeysOfOneTenantAreListedAlone) {
  const auto acme = add("acme");
  const auto other = add("other");
  ASSERT_TRUE(run(store.add_key(key_of(acme, "pk_aaaaaaaaaaaa"), 10)));
  ASSERT_TRUE(run(store.add_key(key_of(acme, "pk_aaaaaaaaaaab"), 10)));
  ASSERT_TRUE(run(store.add_key(key_of(other, "pk_bbbbbbbbbbbb"), 10)));

  EXPECT_EQ(run(store.list_keys(acme.id))->size(), 2U);
  EXPECT_EQ(run(store.list_keys(std::nullopt))->size(), 3U);
  EXPECT_EQ(run(store.find_keys_by_prefix("pk_aaaaaaaa"))->size(), 2U);
  EXPECT_TRUE(run(store.find_keys_by_prefix("pk_nothing_"))->empty());
}

TEST_F(AccessRows, ARevokedKeyKeepsTheInstantOfItsFirstRevocation) {
  const auto key = key_of(add("acme"), "pk_0123456789");
  ASSERT_TRUE(run(store.add_key(key, 10)));
  const auto at = now();

  ASSERT_TRUE(run(store.revoke_key(key.id, at)));
  ASSERT_TRUE(run(store.revoke_key(key.id, at + seconds(5))));
  auto unknown = run(store.revoke_key(KeyId::make(now()), at));

  EXPECT_EQ(run(store.list_keys(key.tenant))->front().revoked_at, at);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::not_found);
}

TEST_F(AccessRows, AKeyNeedsItsTenant) {
  auto orphan = run(store.add_key(key_of({TenantId::make(now()), "gone", now()}, "pk_0123456789"), 10));

  ASSERT_FALSE(orphan);
  EXPECT_EQ(orphan.error().code, ErrorCode::not_found);
}

TEST_F(AccessRows, OnlySoManyKeysOfOneStyleAreActive) {
  const auto acme = add("acme"), other = add("other");
  const auto room_for_two = [&](ApiKey key) { return run(store.add_key(std::move(key), 2)); };
  auto expired = key_of(acme, "pk_0000000000a");
  expired.expires_at = now() - seconds(1);
  ASSERT_TRUE(room_for_two(expired));
  const auto first = key_of(acme, "pk_0000000000b");
  ASSERT_TRUE(room_for_two(first));
  auto another_style = key_of(acme, "mgp_000000000c");
  another_style.style = "magpipe";
  ASSERT_TRUE(room_for_two(another_style));
  ASSERT_TRUE(room_for_two(key_of(acme, "pk_0000000000d")));

  EXPECT_EQ(room_for_two(key_of(acme, "pk_0000000000e")).error().code, ErrorCode::conflict);
  EXPECT_TRUE(room_for_two(key_of(other, "pk_0000000000f")));
  ASSERT_TRUE(run(store.replace_key(first.id, now() + seconds(9), key_of(acme, "pk_0000000000g")))) << "no more than before";
  ASSERT_TRUE(run(store.revoke_key(first.id, now())));
  EXPECT_FALSE(room_for_two(key_of(acme, "pk_0000000000h")));
}

TEST_F(AccessRows, AReplacedOrRevokedKeyIsNeitherReplacedNorChanged) {
  const auto acme = add("acme");
  auto old = key_of(acme, "pk_0000000000a");
  const auto fresh = key_of(acme, "pk_0000000000b");
  ASSERT_TRUE(run(store.add_key(old, 10)));
  ASSERT_TRUE(run(store.replace_key(old.id, now() + seconds(9), fresh)));

  EXPECT_EQ(run(store.replace_key(old.id, now() + seconds(99), key_of(acme, "pk_c"))).error().code, ErrorCode::conflict);
  old.expires_at.reset();
  EXPECT_EQ(run(store.update_key(old)).error().code, ErrorCode::conflict);
  const auto stored = run(store.find_key(old.id)).value();
  EXPECT_EQ(stored->replaced_by, fresh.id);
  EXPECT_EQ(stored->expires_at, now() + seconds(9));
  EXPECT_EQ(run(store.list_keys(acme.id))->size(), 2U);
}

TEST_F(AccessRows, SettingsAndUsesAreStored) {
  auto key = key_of(add("acme"), "pk_0000000000a");
  ASSERT_TRUE(run(store.add_key(key, 10)));
  key.label = "till 5";
  key.scopes = {};
  key.limits = {};
  key.expires_at.reset();
  key.webhook = SubscriptionId::make(now());

  ASSERT_TRUE(run(store.update_key(key)));
  ASSERT_TRUE(run(store.note_used({{key.id, now() + seconds(3)}})));

  const auto stored = run(store.find_key(key.id)).value();
  EXPECT_EQ(stored->label, "till 5");
  EXPECT_EQ(stored->scopes, Scopes());
  EXPECT_TRUE(stored->limits.empty());
  EXPECT_FALSE(stored->expires_at);
  EXPECT_EQ(stored->webhook, key.webhook);
  EXPECT_EQ(stored->last_used_at, now() + seconds(3));
  EXPECT_FALSE(*run(store.find_key(KeyId::make(now()))));
}

TEST_F(AccessRows, LimitsOfATenantComeBackByStyle) {
  const auto acme = add("acme");
  const RateLimits two{{5, seconds(60)}, {9, seconds(3600)}};

  ASSERT_TRUE(run(store.set_tenant_limits(acme.id, "magpipe", RateLimits{{1, seconds(1)}})));
  ASSERT_TRUE(run(store.set_tenant_limits(acme.id, "magpipe", two)));
  ASSERT_TRUE(run(store.set_tenant_limits(acme.id, "pipes", RateLimits())));

  const auto stored = run(store.tenant_limits(acme.id)).value();
  EXPECT_EQ(stored.at("magpipe"), two);
  EXPECT_TRUE(stored.at("pipes").empty());
  ASSERT_TRUE(run(store.set_tenant_limits(acme.id, "magpipe", std::nullopt)));
  EXPECT_EQ(run(store.tenant_limits(acme.id))->size(), 1U);
  EXPECT_EQ(run(store.set_tenant_limits(TenantId::make(now()), "pipes", two)).error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace wherry::store

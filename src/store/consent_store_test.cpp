// What every ConsentStore and SourceStore must do, asked of the one in SQL and of the one the services' tests use.
#include "store/consent_store.h"

#include "store/source_store.h"
#include "tests/support/memory_consent_stores.h"
#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

const WaId asha{"919812345670"};
const WaId ravi{"919812345671"};

enum class Driver { sql, memory };

constexpr const char* tenant_row = "INSERT INTO tenants (id, name, created_at) VALUES ($1, 'us', 0)";

class ConsentStoreSpec : public test::StoreWorld, public ::testing::WithParamInterface<Driver> {
 protected:
  ConsentStoreSpec() : sql(db()) { EXPECT_TRUE(run(db().commit({{tenant_row, {value_of(tenant)}, {}}}))); }
  ConsentStore& store() { return GetParam() == Driver::sql ? static_cast<ConsentStore&>(sql) : memory; }
  Consent consent(const WaId& who, bool opted_in = true, std::string source = "WEB") {
    return {tenant, who, opted_in, std::move(source), "Mozilla/5.0", "198.51.100.7", now()};
  }
  Result<void> put(std::vector<Consent> consents, RepeatedOptIn repeated = RepeatedOptIn::refused) {
    return run(store().put_consents(std::move(consents), repeated));
  }
  std::optional<Consent> find(const WaId& who) { return run(store().find_consent(tenant, contact_key(who))).value(); }
  std::vector<std::string> list(std::optional<bool> opted_in = std::nullopt, std::string after = "", std::uint32_t limit = 50) {
    std::vector<std::string> numbers;
    for (const auto& one : run(store().list_consents({tenant, opted_in, std::move(after), limit})).value()) {
      numbers.push_back(one.recipient.digits);
    }
    return numbers;
  }
  SqlConsentStore sql;
  test::MemoryConsentStore memory;
};

TEST_P(ConsentStoreSpec, WhatWasSaidReadsBackWhole) {
  ASSERT_TRUE(put({consent(asha)}));

  const auto found = find(asha);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->tenant, tenant);
  EXPECT_EQ(found->recipient, asha);
  EXPECT_TRUE(found->opted_in);
  EXPECT_EQ(found->source, "WEB");
  EXPECT_EQ(found->user_agent, "Mozilla/5.0");
  EXPECT_EQ(found->ip, "198.51.100.7");
  EXPECT_EQ(found->since, now());
  EXPECT_FALSE(find(ravi));
  EXPECT_FALSE(run(store().find_consent(TenantId::make(now()), asha.digits)).value()) << "another tenant's recipients are its own";
}

TEST_P(ConsentStoreSpec, OneRepeatedOptInRefusesThemAll) {
  ASSERT_TRUE(put({consent(asha)}));

  const auto refused = put({consent(ravi), consent(asha, true, "SMS")});

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::already_exists);
  EXPECT_FALSE(find(ravi)) << "all or nothing";
  EXPECT_EQ(find(asha)->source, "WEB");
}

TEST_P(ConsentStoreSpec, ARepeatedOptInMayReplaceTheFirst) {
  ASSERT_TRUE(put({consent(asha)}));
  ASSERT_TRUE(put({consent(asha, true, "SMS")}, RepeatedOptIn::replaces));
  EXPECT_EQ(find(asha)->source, "SMS");
}

TEST_P(ConsentStoreSpec, SomebodyMayOptOutAndInAgainAndOutTwice) {
  ASSERT_TRUE(put({consent(asha)}));
  ASSERT_TRUE(put({consent(asha, false)}));
  EXPECT_FALSE(find(asha)->opted_in);
  ASSERT_TRUE(put({consent(asha, false, "STOP")}));
  EXPECT_EQ(find(asha)->source, "STOP");
  ASSERT_TRUE(put({consent(asha)}));
  EXPECT_TRUE(find(asha)->opted_in);
}

TEST_P(ConsentStoreSpec, VariantsOfANumberAreOneRecipient) {
  ASSERT_TRUE(put({consent(WaId{"5511987654321"})}));
  EXPECT_TRUE(find(WaId{"551187654321"}));
  EXPECT_FALSE(put({consent(WaId{"551187654321"})}));
}

TEST_P(ConsentStoreSpec, TheListGoesOnAfterItsLastAndCanBeNarrowed) {
  ASSERT_TRUE(put({consent(WaId{"4915000000003"}), consent(WaId{"4915000000001"}), consent(WaId{"4915000000002"}, false)}));

  EXPECT_EQ(list(), (std::vector<std::string>{"4915000000001", "4915000000002", "4915000000003"}));
  EXPECT_EQ(list(std::nullopt, "", 2), (std::vector<std::string>{"4915000000001", "4915000000002"}));
  EXPECT_EQ(list(std::nullopt, "4915000000002"), (std::vector<std::string>{"4915000000003"}));
  EXPECT_EQ(list(true), (std::vector<std::string>{"4915000000001", "4915000000003"}));
  EXPECT_EQ(list(false), (std::vector<std::string>{"4915000000002"}));
}

TEST_P(ConsentStoreSpec, WhatIsForgottenIsGone) {
  ASSERT_TRUE(put({consent(asha)}));

  EXPECT_TRUE(run(store().remove_consent(tenant, asha, now())));

  EXPECT_FALSE(find(asha));
  EXPECT_EQ(run(store().remove_consent(tenant, asha, now())).error().code, ErrorCode::not_found);
}

INSTANTIATE_TEST_SUITE_P(Drivers, ConsentStoreSpec, ::testing::Values(Driver::sql, Driver::memory),
                         [](const auto& driver) { return driver.param == Driver::sql ? "Sql" : "Memory"; });

class ConsentJournal : public test::StoreWorld {
 protected:
  ConsentJournal() : store(db()) { EXPECT_TRUE(run(db().commit({{tenant_row, {value_of(tenant)}, {}}}))); }
  Result<void> put(const WaId& who, bool opted_in) {
    std::vector<Consent> one{{tenant, who, opted_in, "WEB", "", "", now()}};
    return run(store.put_consents(std::move(one), RepeatedOptIn::refused));
  }
  SqlConsentStore store;
};

TEST_F(ConsentJournal, EachChangeIsAnEventAndARefusedOneIsNone) {
  ASSERT_TRUE(put(asha, true));
  ASSERT_FALSE(put(asha, true));
  ASSERT_TRUE(put(asha, false));
  ASSERT_TRUE(run(store.remove_consent(tenant, asha, now())));

  const auto history = rows("SELECT body FROM journal WHERE kind = 'consent.changed' ORDER BY sequence");
  ASSERT_EQ(history.size(), 3u);
  EXPECT_EQ(as_text(history[0][0]), R"({"recipient":"919812345670","optedIn":true,"source":"WEB"})");
  EXPECT_EQ(as_text(history[1][0]), R"({"recipient":"919812345670","optedIn":false,"source":"WEB"})");
  EXPECT_EQ(as_text(history[2][0]), R"({"recipient":"919812345670","optedIn":null})");
}

TEST_F(ConsentJournal, WhatWasSaidSurvivesARestart) {
  ASSERT_TRUE(put(asha, true));
  reopen();
  SqlConsentStore again(db());
  EXPECT_TRUE(run(again.find_consent(tenant, asha.digits)).value());
}

TEST_F(ConsentJournal, ATenantThatDoesNotExistIsRefused) {
  tenant = TenantId::make(now());
  EXPECT_EQ(put(asha, true).error().code, ErrorCode::not_found);
  EXPECT_EQ(count("SELECT count(*) FROM journal"), 0);
}

class SourceRows : public test::StoreWorld {
 protected:
  SourceRows() : store(db()) {
    EXPECT_TRUE(run(db().commit({{tenant_row, {value_of(tenant)}, {}}, {channel_row, {value_of(tenant), value_of(channel)}, {}}})));
  }
  Source source() { return {make_raw_id(now()), tenant, channel, "shop", now()}; }
  static constexpr const char* channel_row =
      "INSERT INTO channels (id, tenant_id, name, phone_number_id, waba_id, display_number, access_token, app_secret, verify_token, "
      "graph_url, graph_version, messages_per_second, pair_limit, uncertain_policy, uncertain_after_s, created_at) "
      "VALUES ($2, $1, '', '1', '2', '3', x'', x'', x'', '', '', 80, 1, 0, 600, 0)";
  SqlSourceStore store;
};

TEST_F(SourceRows, ReadBackAndAreRemovedOnce) {
  const auto made = source();
  ASSERT_TRUE(run(store.add_source(made)));

  auto all = run(store.list_sources()).value();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].id, made.id);
  EXPECT_EQ(all[0].tenant, tenant);
  EXPECT_EQ(all[0].channel, channel);
  EXPECT_EQ(all[0].name, "shop");
  EXPECT_EQ(all[0].created_at, now());
  EXPECT_EQ(run(store.add_source(made)).error().code, ErrorCode::already_exists);
  EXPECT_TRUE(run(store.remove_source(made.id)));
  EXPECT_EQ(run(store.remove_source(made.id)).error().code, ErrorCode::not_found);
  EXPECT_TRUE(run(store.list_sources()).value().empty());
}

TEST_F(SourceRows, NeedATenantAndAChannelThatExist) {
  auto stray = source();
  stray.channel = ChannelId::make(now());
  EXPECT_EQ(run(store.add_source(stray)).error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace wherry::store

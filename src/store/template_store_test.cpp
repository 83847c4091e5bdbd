// What a TemplateStore must do, of the one in SQL and of the one tests use.
#include "store/template_store.h"

#include "store/journal_reader.h"
#include "tests/support/memory_template_store.h"
#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

MessageTemplate known(std::string id, std::string name = "order_ready", std::string language = "en") {
  MessageTemplate made;
  made.id = std::move(id);
  made.name = std::move(name);
  made.language = std::move(language);
  made.status = "APPROVED";
  made.category = "UTILITY";
  made.quality = "GREEN";
  made.parameter_format = "NAMED";
  made.rejected_reason = "NONE";
  made.components = json::parse(R"([{"type":"BODY","text":"Hi {{name}} 👍"}])").value().get_array();
  made.updated_at = from_unix_millis(1'790'000'000'000);
  return made;
}

class SqlDriver : public test::StoreWorld {
 protected:
  SqlTemplateStore store{db()};
};
class MemoryDriver : public test::StoreWorld {
 protected:
  test::MemoryTemplateStore store;
};

template <class Driver>
class TemplateStoreSpec : public Driver {
 protected:
  void apply(TemplateUpdate update) {
    update.waba_id = "waba";
    const auto done = this->run(this->store.apply(std::move(update)));
    ASSERT_TRUE(done) << done.error().detail;
  }
  void put(std::vector<MessageTemplate> templates) { apply({"", std::move(templates), {}, {}, {}}); }
  std::vector<std::string> ids(TemplateFilter filter, const std::string& waba = "waba") {
    std::vector<std::string> out;
    const auto page = this->run(this->store.list(waba, std::move(filter)));
    EXPECT_TRUE(page);
    for (const auto& one : *page) out.push_back(one.id);
    return out;
  }
  std::optional<MessageTemplate> find(const std::string& name, const std::string& language = "en") {
    return this->run(this->store.find("waba", name, language)).value();
  }
};
using Drivers = testing::Types<SqlDriver, MemoryDriver>;
TYPED_TEST_SUITE(TemplateStoreSpec, Drivers);

using Ids = std::vector<std::string>;

TYPED_TEST(TemplateStoreSpec, KeepsEveryMember) {
  this->put({known("1")});

  const auto found = this->find("order_ready");

  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, "1");
  EXPECT_EQ(found->status, "APPROVED");
  EXPECT_EQ(found->category, "UTILITY");
  EXPECT_EQ(found->quality, "GREEN");
  EXPECT_EQ(found->parameter_format, "NAMED");
  EXPECT_EQ(found->rejected_reason, "NONE");
  EXPECT_EQ(found->components, known("1").components);
  EXPECT_EQ(found->updated_at, known("1").updated_at);
  EXPECT_EQ(this->run(this->store.find_by_id("waba", "1")).value()->name, "order_ready");
  EXPECT_FALSE(this->find("order_ready", "en_US"));
  EXPECT_FALSE(this->run(this->store.find("other", "order_ready", "en")).value());
}

TYPED_TEST(TemplateStoreSpec, PutsTakeThePlaceOfTheSameIdAndRemovalsGo) {
  this->put({known("1"), known("2", "b")});
  auto changed = known("1");
  changed.status = "PAUSED";

  this->apply({"", {changed}, {"2", "77"}, {}, {}});

  EXPECT_EQ(this->ids({}), Ids{"1"});
  EXPECT_EQ(this->find("order_ready")->status, "PAUSED");
  EXPECT_EQ(this->ids({}, "other"), Ids{});
}

TYPED_TEST(TemplateStoreSpec, ANameMadeAnewIsFoundAsItIsNow) {
  auto deleted = known("9");
  deleted.status = "DELETED";
  this->put({known("3"), deleted});
  EXPECT_EQ(this->find("order_ready")->id, "3") << "the approved one";
  auto pending = known("3");
  pending.status = "PENDING";
  this->put({pending});
  EXPECT_EQ(this->find("order_ready")->id, "9") << "the greater id";
}

TYPED_TEST(TemplateStoreSpec, ListsByPageAndFilter) {
  auto german = known("2", "a", "de");
  german.status = "REJECTED";
  german.category = "MARKETING";
  this->put({known("1", "a"), german, known("3", "b")});

  TemplateFilter page;
  page.limit = 2;
  EXPECT_EQ(this->ids(page), (Ids{"1", "2"}));
  page.after = "2";
  EXPECT_EQ(this->ids(page), Ids{"3"});
  EXPECT_EQ(this->ids({"a", "", "", "", "", 9}), (Ids{"1", "2"}));
  EXPECT_EQ(this->ids({"", "de", "", "", "", 9}), Ids{"2"});
  EXPECT_EQ(this->ids({"", "", "APPROVED", "", "", 9}), (Ids{"1", "3"}));
  EXPECT_EQ(this->ids({"", "", "", "MARKETING", "", 9}), Ids{"2"});
}

TYPED_TEST(TemplateStoreSpec, RemembersWhenAllWereRead) {
  EXPECT_FALSE(this->run(this->store.synced_at("waba")).value());
  this->put({known("1")});
  EXPECT_FALSE(this->run(this->store.synced_at("waba")).value());
  this->apply({"", {}, {}, {}, this->now()});
  this->apply({"", {}, {}, {}, this->now() + seconds(1)});
  EXPECT_EQ(this->run(this->store.synced_at("waba")).value(), this->now() + seconds(1));
}

TEST_F(SqlDriver, TheJournalGrowsWithTheUpdateAndItsReadersAreWoken) {
  JournalFeed feed(clock);
  SqlTemplateStore told(db(), &feed);
  JournalEvent event;
  event.tenant = tenant;
  event.kind = "template.status";
  event.channel = channel;
  event.at = now();
  event.body = R"({"name":"order_ready"})";

  ASSERT_TRUE(run(told.apply({"waba", {known("1")}, {}, {event, event}, {}})));

  SqlJournalReader journal(db());
  const auto page = run(journal.events(tenant, 0, "template.status", 10)).value();
  ASSERT_EQ(page.events.size(), 2u);
  EXPECT_EQ(page.events[1].sequence, 2u);
  EXPECT_EQ(page.events[0].channel, channel);
  EXPECT_EQ(page.events[0].body, event.body);
  EXPECT_EQ(feed.generation(tenant), 1u);
}

}  // namespace
}  // namespace wherry::store

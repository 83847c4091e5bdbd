#include "store/message_history.h"

#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

using Direction = HistoryItem::Direction;

class History : public test::StoreWorld {
 protected:
  History() : messages(db()), inbound(db()), history(db()) {}
  Conversation writes(const std::string& number, const std::string& wamid) {
    clock.advance(milliseconds(10));
    std::vector<NewInboundEvent> post{text(wamid, customer(number))};
    return std::get<StoredInbound>(*run(inbound.store(std::move(post), now())).front()).conversation;
  }
  Message sends(const Conversation& to, const std::string& body) {
    clock.advance(milliseconds(10));
    auto made = message();
    made.conversation = to.id;
    made.content = TextContent{body, false};
    EXPECT_TRUE(run(messages.accept(made, std::nullopt)));
    return made;
  }
  HistoryFilter all() const {
    HistoryFilter filter;
    filter.tenant = tenant;
    return filter;
  }
  // What was found, newest first, by text.
  std::vector<std::string> texts(HistoryFilter filter) {
    auto page = run(history.list(std::move(filter)));
    EXPECT_TRUE(page) << page.error().detail;
    std::vector<std::string> found;
    for (const auto& item : page->items) {
      found.push_back(item.direction == Direction::inbound ? item.wamid : std::get<TextContent>(item.content).body);
    }
    total = page->total;
    return found;
  }
  using Texts = std::vector<std::string>;
  std::uint64_t total = 0;
  SqlMessageStore messages;
  SqlInboundStore inbound;
  SqlMessageHistory history;
};

TEST_F(History, APageBeginsBeforeAMessage) {
  const auto one = writes("447700900123", "in1");
  sends(one, "out1");
  const auto newest = sends(one, "out2");
  auto filter = all();
  filter.before = newest.id;
  EXPECT_EQ(texts(filter), (Texts{"out1", "in1"}));
}

TEST_F(History, BothDirectionsAreMergedNewestFirst) {
  const auto one = writes("447700900123", "in1");
  sends(one, "out1");
  const auto other = writes("447700900999", "in2");
  sends(other, "out2");

  EXPECT_EQ(texts(all()), (Texts{"out2", "in2", "out1", "in1"}));
  EXPECT_EQ(total, 4U);
  const auto page = run(history.list(all())).value();
  EXPECT_EQ(page.items[0].contact.wa_id, WaId{"447700900999"});
  EXPECT_EQ(page.items[3].type, "text");
  EXPECT_EQ(page.items[3].text, "hi");
  EXPECT_EQ(page.items[3].conversation, one.id);
  EXPECT_EQ(page.items[0].at, now());
}

TEST_F(History, PagesCountWhatIsOnAllOfThem) {
  const auto one = writes("447700900123", "in1");
  for (const auto* body : {"a", "b", "c"}) sends(one, body);
  auto filter = all();
  filter.limit = 2;
  filter.offset = 1;

  EXPECT_EQ(texts(filter), (Texts{"b", "a"}));
  EXPECT_EQ(total, 4U);
  filter.offset = 9;
  EXPECT_TRUE(texts(filter).empty());
  EXPECT_EQ(total, 4U);
}

TEST_F(History, EveryFilterNarrowsAndIsCounted) {
  const auto begin = now();
  const auto one = writes("447700900123", "in1");
  sends(one, "out1");
  const auto middle = now();
  const auto other = writes("447700900999", "in2");

  auto filter = all();
  filter.direction = Direction::inbound;
  EXPECT_EQ(texts(filter), (Texts{"in2", "in1"}));
  filter.direction = Direction::outbound;
  EXPECT_EQ(texts(filter), Texts{"out1"});
  EXPECT_EQ(total, 1U);
  filter = all();
  filter.conversation = other.id;
  EXPECT_EQ(texts(filter), Texts{"in2"});
  filter = all();
  filter.party = HistoryFilter::Party{std::nullopt, "447700900123"};
  EXPECT_EQ(texts(filter), (Texts{"out1", "in1"}));
  EXPECT_EQ(total, 2U);
  filter.party = HistoryFilter::Party{channel, "nobody"};
  EXPECT_EQ(total, 2U);
  EXPECT_EQ(texts(filter).size(), 3U);
  filter.party = HistoryFilter::Party{std::nullopt, "4477009"};
  EXPECT_TRUE(texts(filter).empty()) << "not by part of a number";
  filter = all();
  filter.since = middle;
  EXPECT_EQ(texts(filter), (Texts{"in2", "out1"})) << "both ends included";
  filter.until = middle;
  EXPECT_EQ(texts(filter), Texts{"out1"});
  filter.since = begin;
  filter.until = middle - milliseconds(1);
  EXPECT_EQ(texts(filter), Texts{"in1"});
}

TEST_F(History, AnothersMessagesAreNotThere) {
  const auto mine = sends(writes("447700900123", "in1"), "out1");
  auto filter = all();
  filter.tenant = TenantId::make(now());

  EXPECT_TRUE(texts(filter).empty());
  EXPECT_EQ(total, 0U);
  EXPECT_FALSE(*run(history.find(filter.tenant, mine.id)));
  EXPECT_TRUE(*run(history.find(tenant, mine.id)));
}

TEST_F(History, AMessageIsFoundByIdInEitherDirectionAndASentOneByWamid) {
  const auto conversation = writes("447700900123", "in1");
  auto mine = sends(conversation, "out1");
  MessageMove move{mine.id, MessageState::accepted, MessageState::sending, "", std::nullopt, 1, std::nullopt, now()};
  ASSERT_TRUE(run(messages.move(move, mine)));
  mine.state = MessageState::sending;
  move.from = MessageState::sending;
  move.to = MessageState::sent;
  move.wamid = "wamid.9";
  ASSERT_TRUE(run(messages.move(move, mine)));

  const auto sent = run(history.find_sent(tenant, "wamid.9")).value();
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->id, mine.id);
  EXPECT_EQ(sent->state, MessageState::sent);
  EXPECT_EQ(run(history.find(tenant, mine.id)).value()->wamid, "wamid.9");
  const auto received = run(history.list(all())).value().items[1];
  EXPECT_EQ(run(history.find(tenant, received.id)).value()->direction, Direction::inbound);
  EXPECT_FALSE(*run(history.find_sent(tenant, "in1")));
}

// A page must not cost a walk through everybody's messages.
TEST_F(History, TheTenantsIndexServes) {
  constexpr const char* outbound_plan = "EXPLAIN QUERY PLAN SELECT COUNT(*) FROM messages WHERE tenant_id = 1 AND id > 2";
  constexpr const char* inbound_plan = "EXPLAIN QUERY PLAN SELECT COUNT(*) FROM inbound_messages WHERE tenant_id = 1 AND id > 2";
  EXPECT_NE(as_text(rows(outbound_plan)[0][3]).find("messages_of_tenant"), std::string::npos);
  EXPECT_NE(as_text(rows(inbound_plan)[0][3]).find("inbound_of_tenant"), std::string::npos);
}

}  // namespace
}  // namespace wherry::store

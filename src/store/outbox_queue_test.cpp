#include "services/ports/outbox_queue.h"

#include <list>

#include "base/json.h"
#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

class QueueRows : public test::StoreWorld {
 protected:
  QueueRows() : store(db()) {}
  Message keep(Message made) {
    EXPECT_TRUE(run(store.accept(made, std::nullopt)));
    clock.advance(milliseconds(1));
    return made;
  }
  Message in_line(Priority priority = Priority::interactive) {
    auto made = message();
    made.priority = priority;
    return keep(made);
  }
  Message scheduled(milliseconds by) {
    auto made = message();
    made.place = 0;
    made.send_at = made.next_attempt_at = now() + by;
    return keep(made);
  }
  Result<void> move(const Message& which, MessageState from, MessageState to, std::optional<Timestamp> next = std::nullopt) {
    return run(store.move({which.id, from, to, "", std::nullopt, 1, next, now()}, which));
  }
  Message stored(MessageId id) { return run(store.find_message(id))->value(); }
  std::vector<std::int64_t> places(Priority priority, LinePosition after, std::uint32_t limit) {
    std::vector<std::int64_t> found;
    const auto page = run(store.in_line(channel, priority, after, limit)).value();
    for (const auto& one : page) found.push_back(one.position.place);
    return found;
  }
  std::string plan(const std::string& sql) {
    std::string text;
    asked.push_back("EXPLAIN QUERY PLAN " + sql);  // a statement is known by its text's address
    for (const auto& row : rows(asked.back().c_str())) text += as_text(row[3]) + "\n";
    return text;
  }
  SqlMessageStore store;
  std::list<std::string> asked;
};

TEST_F(QueueRows, PriorityScheduleAndPlaceComeBackAsTheyWere) {
  const auto bulk = in_line(Priority::bulk);
  const auto later = scheduled(seconds(60));

  EXPECT_EQ(stored(bulk.id).priority, Priority::bulk);
  EXPECT_EQ(stored(bulk.id).place, bulk.place);
  EXPECT_FALSE(stored(bulk.id).send_at);
  EXPECT_EQ(stored(later.id).send_at, later.send_at);
  EXPECT_EQ(stored(later.id).place, 0);
  const auto events = run(store.journal_after(tenant, 0, 10)).value();
  EXPECT_NE(events[0].body.find(R"("priority":"bulk")"), std::string::npos);
  EXPECT_NE(events[1].body.find("\"sendAt\":\"" + to_iso8601(*later.send_at)), std::string::npos);
}

TEST_F(QueueRows, AChannelsLineIsReadByPriorityInOrderAndInPages) {
  std::vector<std::int64_t> interactive, bulk;
  for (int i = 0; i < 5; ++i) {
    interactive.push_back(in_line().place);
    bulk.push_back(in_line(Priority::bulk).place);
  }
  scheduled(seconds(1));
  const auto sending = in_line();
  ASSERT_TRUE(move(sending, MessageState::accepted, MessageState::sending));

  EXPECT_EQ(places(Priority::interactive, {}, 10), interactive);
  EXPECT_EQ(places(Priority::bulk, {}, 10), bulk);
  EXPECT_EQ(places(Priority::interactive, {}, 2), std::vector(interactive.begin(), interactive.begin() + 2));
  EXPECT_EQ(places(Priority::interactive, {interactive[1], MessageId{}}, 10), std::vector(interactive.begin() + 1, interactive.end()))
      << "a position without an id is before all of its place";
}

TEST_F(QueueRows, ALaneIsTheFrontOfItsConversationOfAllPriorities) {
  const auto first = in_line(Priority::bulk);
  const auto second = in_line();
  scheduled(seconds(1));
  const auto mine = conversation;
  conversation = ConversationId::make(now());
  in_line();

  const auto lane = run(store.lane(mine, 10)).value();

  ASSERT_EQ(lane.size(), 2U);
  EXPECT_EQ(lane[0].id, first.id);
  EXPECT_EQ(lane[1].id, second.id);
  EXPECT_EQ(run(store.lane(mine, 1))->size(), 1U);
}

TEST_F(QueueRows, TheChannelsWithALineAreFoundWithTheirEnds) {
  const auto first = in_line(Priority::bulk);
  const auto last = in_line();
  const auto mine = channel;
  channel = ChannelId::make(now());
  scheduled(seconds(1));  // no line
  channel = ChannelId::make(now());
  const auto other = in_line();

  const auto lines = run(store.channel_lines()).value();

  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].channel, mine);
  EXPECT_EQ(lines[0].oldest, first.created_at);
  EXPECT_EQ(lines[0].last_place, last.place);
  EXPECT_EQ(lines[1].channel, other.channel);
  EXPECT_EQ(lines[1].oldest, other.created_at);
}

TEST_F(QueueRows, WhatIsDueComesInOrderOfItsTimeAndInPages) {
  const auto late = scheduled(seconds(30));
  const auto soon = scheduled(seconds(10));
  const auto retry = in_line();
  ASSERT_TRUE(move(retry, MessageState::accepted, MessageState::sending));
  ASSERT_TRUE(move(retry, MessageState::sending, MessageState::accepted, *soon.send_at + seconds(5)));
  EXPECT_EQ(run(store.next_due()).value(), soon.send_at);
  EXPECT_TRUE(run(store.due(*soon.send_at - milliseconds(1), {}, 10))->empty());

  const auto first = run(store.due(*late.send_at, {}, 2)).value();
  const auto rest = run(store.due(*late.send_at, {*first.back().next_attempt_at, first.back().id}, 2)).value();

  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].id, soon.id);
  EXPECT_EQ(first[1].id, retry.id);
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].id, late.id);
}

TEST_F(QueueRows, AScheduledMessageIsPutInLineOnceWithItsEvent) {
  auto later = scheduled(seconds(10));
  auto cancelled = scheduled(seconds(10));
  ASSERT_TRUE(move(cancelled, MessageState::accepted, MessageState::cancelled));
  later.place = cancelled.place = 77;
  const auto before = run(store.journal_after(tenant, 0, 10))->size();

  const auto placed = run(store.put_in_line({later, cancelled}, now()));
  const auto again = run(store.put_in_line({later}, now()));

  ASSERT_EQ(placed.size(), 2U);
  EXPECT_TRUE(placed[0]);
  EXPECT_EQ(placed[1].error().code, ErrorCode::conflict);
  EXPECT_EQ(again[0].error().code, ErrorCode::conflict);
  EXPECT_EQ(stored(later.id).place, 77);
  EXPECT_FALSE(stored(later.id).next_attempt_at);
  EXPECT_EQ(stored(cancelled.id).state, MessageState::cancelled);
  const auto events = run(store.journal_after(tenant, 0, 10)).value();
  ASSERT_EQ(events.size(), before + 1);
  EXPECT_EQ(events.back().kind, "message.due");
  EXPECT_EQ(events.back().subject, later.id.raw);
}

TEST_F(QueueRows, ManyMovesHaveAnOutcomeEach) {
  const auto one = in_line();
  const auto two = in_line();
  ASSERT_TRUE(move(one, MessageState::accepted, MessageState::sending));
  const MessageMove lost{{}, MessageState::sending, MessageState::uncertain, "", std::nullopt, 1, std::nullopt, now()};
  std::vector<std::pair<MessageMove, Message>> moves{{lost, one}, {lost, two}};
  moves[0].first.id = one.id;
  moves[1].first.id = two.id;
  ASSERT_EQ(run(store.sending(std::nullopt, 10))->size(), 1U);

  const auto moved = run(store.move_all(std::move(moves)));

  EXPECT_TRUE(moved[0]);
  EXPECT_EQ(moved[1].error().code, ErrorCode::conflict);
  EXPECT_EQ(stored(one.id).state, MessageState::uncertain);
  EXPECT_EQ(stored(two.id).state, MessageState::accepted);
  EXPECT_TRUE(run(store.sending(std::nullopt, 10))->empty());
}

TEST_F(QueueRows, WaitingMessagesAreCounted) {
  in_line();
  in_line(Priority::bulk);
  scheduled(seconds(1));
  const auto sending = in_line();
  ASSERT_TRUE(move(sending, MessageState::accepted, MessageState::sending));

  const auto counts = run(store.count_waiting()).value();

  EXPECT_EQ(counts.in_line, 2U);
  EXPECT_EQ(counts.scheduled, 1U);
  EXPECT_EQ(counts.sending, 1U);
}

TEST_F(QueueRows, ACancelledMessageIsJournaledAndAResentOneGetsMoreTime) {
  const auto made = in_line();
  ASSERT_TRUE(move(made, MessageState::accepted, MessageState::cancelled));
  EXPECT_EQ(run(store.journal_after(tenant, 0, 10))->back().kind, "message.cancelled");

  const auto lost = in_line();
  ASSERT_TRUE(move(lost, MessageState::accepted, MessageState::sending));
  ASSERT_TRUE(move(lost, MessageState::sending, MessageState::uncertain));
  MessageMove again{lost.id, MessageState::uncertain, MessageState::accepted, "", std::nullopt, 1, std::nullopt, now()};
  again.give_up_at = now() + std::chrono::hours(5);
  ASSERT_TRUE(run(store.move(again, lost)));
  EXPECT_EQ(stored(lost.id).give_up_at, *again.give_up_at);
}

TEST_F(QueueRows, EveryQueryHasAnIndexOfItsOwn) {
  const std::string waiting = "state = 0 AND place IS NOT NULL";
  EXPECT_NE(plan("SELECT conversation_id, place, id FROM messages WHERE " + waiting +
                 " AND channel_id = x'00' AND priority = 0 AND (place, id) > (1, x'00') ORDER BY place, id LIMIT 5")
                .find("COVERING INDEX messages_in_line"),
            std::string::npos);
  EXPECT_NE(plan("SELECT content FROM messages WHERE " + waiting + " AND conversation_id = x'00' ORDER BY place, id LIMIT 5")
                .find("messages_of_lane (conversation_id=?"),
            std::string::npos);
  EXPECT_NE(plan("SELECT channel_id FROM messages WHERE " + waiting + " AND channel_id > x'00' ORDER BY channel_id LIMIT 1")
                .find("messages_in_line (channel_id>?"),
            std::string::npos);
  EXPECT_NE(plan("SELECT COUNT(*) FROM messages WHERE " + waiting).find("COVERING INDEX messages_in_line"), std::string::npos);
  const auto due = plan(
      "SELECT content FROM messages WHERE state = 0 AND next_attempt_at IS NOT NULL AND next_attempt_at <= 5 "
      "AND (next_attempt_at, id) > (1, x'00') ORDER BY next_attempt_at, id LIMIT 5");
  EXPECT_NE(due.find("messages_due"), std::string::npos);
  EXPECT_EQ(due.find("TEMP B-TREE"), std::string::npos) << due;
  EXPECT_NE(plan("SELECT id FROM messages WHERE state = 1 AND id > x'00' ORDER BY id LIMIT 5").find("messages_sending"), std::string::npos);
}

TEST_F(QueueRows, WhatHasExpiredInLineIsFoundByItsIndex) {
  const auto with_life = [&](milliseconds life) {
    auto made = message();
    made.expires_at = now() + life;
    return keep(made);
  };
  const auto late = with_life(seconds(20));
  const auto early = with_life(seconds(10));
  const auto gone = with_life(seconds(10));
  in_line();
  ASSERT_TRUE(move(gone, MessageState::accepted, MessageState::cancelled));
  EXPECT_EQ(stored(late.id).expires_at, late.expires_at);

  EXPECT_TRUE(run(store.expired(now() + seconds(5), 10))->empty());
  const auto some = run(store.expired(*early.expires_at, 10)).value();
  ASSERT_EQ(some.size(), 1u);
  EXPECT_EQ(some[0].id, early.id);
  EXPECT_EQ(run(store.expired(now() + seconds(60), 10))->size(), 2u);
  EXPECT_EQ(run(store.expired(now() + seconds(60), 1))->front().id, early.id) << "the longest expired first";
  EXPECT_NE(plan("SELECT id FROM messages WHERE state = 0 AND expires_at IS NOT NULL AND expires_at <= 1 ORDER BY expires_at, id LIMIT 5")
                .find("messages_expiring"),
            std::string::npos);
}

TEST_F(QueueRows, AChannelsFrontIsOfAllConversationsAndPriorities) {
  const auto first = in_line(Priority::bulk);
  auto other = message();
  other.conversation = ConversationId::make(now());
  keep(other);
  const auto third = in_line();
  auto elsewhere = message();
  elsewhere.channel = ChannelId::make(now());
  keep(elsewhere);

  const auto two = run(store.channel_lane(channel, 2)).value();

  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[0].id, first.id);
  EXPECT_EQ(two[1].id, other.id);
  EXPECT_EQ(run(store.channel_lane(channel, 9))->back().id, third.id);
}

TEST_F(QueueRows, SendsOfLinkedNumbersAreNotedForTheirHour) {
  auto linked = message();
  linked.wamid = "3EB0AAAA";
  keep(linked);
  EXPECT_EQ(stored(linked.id).wamid, "3EB0AAAA");
  auto cloud = in_line();
  ASSERT_TRUE(move(cloud, MessageState::accepted, MessageState::sending));
  ASSERT_TRUE(move(linked, MessageState::accepted, MessageState::sending));
  const auto at = now();

  const auto noted = run(store.linked_sends(at - seconds(1))).value();

  ASSERT_EQ(noted.size(), 1U);
  EXPECT_EQ(noted[0].channel, channel);
  EXPECT_EQ(noted[0].at, at);
  clock.advance(std::chrono::hours(2));
  auto later = message();
  later.wamid = "3EB0BBBB";
  later.state = MessageState::sending;
  keep(later);
  EXPECT_EQ(count("SELECT COUNT(*) FROM linked_sends"), 1) << "what is older than an hour went with it";
}

}  // namespace
}  // namespace wherry::store

#include "store/reports.h"

#include "store/journal_reader.h"
#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

class ReportRows : public test::StoreWorld {
 protected:
  ReportRows() : reports(db()), messages(db()), inbound(db()) {}
  Message accepted() {
    clock.advance(milliseconds(1));
    auto made = message();
    EXPECT_TRUE(run(messages.accept(made, std::nullopt)));
    return made;
  }
  void move(Message& which, MessageState to) {
    MessageMove step{which.id, which.state, to, "", {}, which.attempts, std::nullopt, now()};
    EXPECT_TRUE(run(messages.move(step, which)));
    which.state = to;
  }
  MessagePage list(MessageFilter filter) {
    auto page = run(reports.list_messages(std::move(filter)));
    EXPECT_TRUE(page);
    return page ? *page : MessagePage();
  }
  SqlReports reports;
  SqlMessageStore messages;
  SqlInboundStore inbound;
};

TEST_F(ReportRows, MessagesAreListedNewestFirstInPages) {
  std::vector<MessageId> made;
  for (int i = 0; i < 5; ++i) made.push_back(accepted().id);
  MessageFilter filter;
  filter.limit = 2;

  std::vector<MessageId> seen;
  do {
    const auto page = list(filter);
    for (const auto& message : page.messages) seen.push_back(message.id);
    filter.before = page.next;
  } while (filter.before);

  EXPECT_EQ(seen, std::vector<MessageId>(made.rbegin(), made.rend()));
}

TEST_F(ReportRows, EachFilterTakesWhatItSays) {
  auto first = accepted();
  const auto begin = now();
  clock.advance(seconds(10));
  tenant = TenantId::make(now());
  channel = ChannelId::make(now());
  conversation = ConversationId::make(now());
  auto second = accepted();
  move(second, MessageState::sending);

  const auto only = [&](MessageFilter filter) {
    const auto page = list(std::move(filter));
    return page.messages.size() == 1 ? page.messages.front().id : MessageId{};
  };

  MessageFilter filter;
  filter.tenant = first.tenant;
  EXPECT_EQ(only(filter), first.id);
  filter = {};
  filter.channel = second.channel;
  EXPECT_EQ(only(filter), second.id);
  filter = {};
  filter.conversation = first.conversation;
  EXPECT_EQ(only(filter), first.id);
  filter = {};
  filter.state = MessageState::sending;
  EXPECT_EQ(only(filter), second.id);
  filter = {};
  filter.since = begin + milliseconds(1);
  EXPECT_EQ(only(filter), second.id);
  filter = {};
  filter.until = begin + milliseconds(1);
  EXPECT_EQ(only(filter), first.id);
  filter = {};
  filter.since = begin;
  filter.until = begin;
  EXPECT_TRUE(list(filter).messages.empty());
}

TEST_F(ReportRows, ARareMessageIsFoundInBoundedSteps) {
  auto wanted = accepted();
  move(wanted, MessageState::failed);
  constexpr const char* many =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000) INSERT INTO messages (id, tenant_id, channel_id, "
      "conversation_id, content, state, attempts, give_up_at, created_at, updated_at) SELECT CAST(X'FF' || printf('%015d', i) AS BLOB), "
      "$1, $2, $3, '{}', 2, 1, 0, 0, 0 FROM n";
  ASSERT_TRUE(run(db().commit({{many, {value_of(tenant), value_of(channel), value_of(conversation)}, {}}})));
  MessageFilter filter;
  filter.state = MessageState::failed;

  const auto first = list(filter);
  ASSERT_TRUE(first.next);
  filter.before = first.next;
  const auto second = list(filter);

  EXPECT_TRUE(first.messages.empty());
  ASSERT_EQ(second.messages.size(), 1U);
  EXPECT_EQ(second.messages.front().id, wanted.id);
  EXPECT_FALSE(second.next);
}

TEST_F(ReportRows, TheAuditCountsEveryTableAtOneInstant) {
  auto sent = accepted();
  move(sent, MessageState::sending);
  move(sent, MessageState::sent);
  accepted();
  ASSERT_TRUE(run(inbound.store({text("wamid.A", customer("491500000001")), status("wamid.B", "read")}, now())).front());

  const auto audit = *run(reports.audit(tenant));

  EXPECT_EQ(audit.by_state[2], 1U);
  EXPECT_EQ(audit.by_state[0], 1U);
  EXPECT_EQ(audit.inbound, 1U);
  EXPECT_EQ(audit.journaled.at("message.accepted"), 2U);
  EXPECT_EQ(audit.journaled.at("message.received"), 1U);
  EXPECT_EQ(audit.first, 1U);
  EXPECT_EQ(audit.last, 5U);
  EXPECT_EQ(audit.rows, 5U);
  EXPECT_EQ(run(reports.audit(TenantId::make(now())))->rows, 0U);
}

TEST_F(ReportRows, WhatRetentionDroppedStillCounts) {
  accepted();
  accepted();
  SqlJournalReader journal(db());
  ASSERT_TRUE(run(journal.drop(tenant, 1, 1, now())));

  const auto audit = *run(reports.audit(tenant));

  EXPECT_EQ(audit.journaled.at("message.accepted"), 2U);
  EXPECT_EQ(audit.dropped, 1U);
  EXPECT_EQ(audit.rows, 2U);
  EXPECT_EQ(audit.first, 2U);
  EXPECT_EQ(audit.last, 3U);
}

TEST_F(ReportRows, TheOldestUnfinishedMessageIsKnown) {
  EXPECT_FALSE(run(reports.unfinished())->oldest);
  auto first = accepted();
  clock.advance(seconds(5));
  accepted();

  EXPECT_EQ(run(reports.unfinished())->oldest, first.created_at);
}

TEST_F(ReportRows, AChannelsLastTimesAreReadFromItsRows) {
  auto sent = accepted();
  move(sent, MessageState::sending);
  move(sent, MessageState::sent);
  const auto sent_at = now();
  clock.advance(seconds(5));
  auto event = text("wamid.A", customer("491500000001"));
  ASSERT_TRUE(run(inbound.store({event}, now())).front());

  const auto times = *run(reports.channel_times());

  ASSERT_EQ(times.size(), 1U);
  EXPECT_EQ(times[0].channel, channel);
  EXPECT_EQ(times[0].last_sent, sent_at);
  EXPECT_EQ(times[0].last_inbound, now());
}

TEST_F(ReportRows, AnInboundMessageIsFoundByItsId) {
  auto event = text("wamid.A", customer("491500000001"));
  ASSERT_TRUE(run(inbound.store({event}, now())).front());

  const auto found = *run(reports.find_inbound(event.id));

  ASSERT_TRUE(found);
  EXPECT_EQ(found->wamid, "wamid.A");
  EXPECT_EQ(found->tenant, tenant);
  EXPECT_FALSE(*run(reports.find_inbound(MessageId::make(now()))));
}

}  // namespace
}  // namespace wherry::store

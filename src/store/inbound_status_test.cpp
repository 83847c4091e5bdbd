// What becomes of messages we sent, as WhatsApp tells it: late, twice, out of order.
#include "base/json.h"
#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

class InboundStatus : public test::StoreWorld {
 protected:
  InboundStatus() : inbound(db()), outbound(db()) {}
  /// A message of ours in the given state; with a wamid once it was sent.
  Message in_state(MessageState state, const std::string& wamid = "") {
    auto made = message();
    EXPECT_TRUE(run(outbound.accept(made, std::nullopt)));
    const auto sql = "UPDATE messages SET state = " + std::to_string(static_cast<int>(state)) + ", wamid = $2 WHERE id = $1";
    texts.push_back(std::make_unique<std::string>(sql));
    EXPECT_TRUE(run(db().commit({{texts.back()->c_str(), {value_of(made.id), wamid.empty() ? Value() : Value(wamid)}, 1}})));
    return made;
  }
  StoredStatus take(NewStatus event) {
    std::vector<NewInboundEvent> post{std::move(event)};
    auto done = run(inbound.store(std::move(post), now()));
    EXPECT_TRUE(done.front()) << done.front().error().detail;
    return done.front() ? std::get<StoredStatus>(*done.front()) : StoredStatus();
  }
  Message stored(MessageId id) {
    auto found = run(outbound.find_message(id));
    EXPECT_TRUE(found && *found);
    return found && *found ? **found : Message();
  }
  std::int64_t status_rows() { return count("SELECT count(*) FROM journal WHERE kind = 'message.status'"); }

  SqlInboundStore inbound;
  SqlMessageStore outbound;
  std::vector<std::unique_ptr<std::string>> texts;
};

TEST_F(InboundStatus, AStatusFindsItsMessageByOurIdAndBringsItsWamid) {
  const auto ours = in_state(MessageState::sending);

  const auto done = take(status("wamid.A", "sent", ours.id));

  EXPECT_FALSE(done.duplicate);
  EXPECT_TRUE(done.moved);
  ASSERT_TRUE(done.message);
  EXPECT_EQ(done.message->id, ours.id);
  EXPECT_EQ(done.message->state, MessageState::sent);
  EXPECT_EQ(done.message->wamid, "wamid.A");
  EXPECT_EQ(stored(ours.id).state, MessageState::sent);
}

TEST_F(InboundStatus, AStatusCorrectsAFailureThatWasOurOwnVerdict) {
  for (const std::string name : {"sent", "delivered", "read", "played"}) {
    const auto given_up = in_state(MessageState::failed);

    EXPECT_TRUE(take(status("wamid." + name, name, given_up.id)).moved) << name;

    EXPECT_EQ(to_string(stored(given_up.id).state), name);
    EXPECT_FALSE(stored(given_up.id).error);
  }
}

TEST_F(InboundStatus, AStatusDoesNotUndoAFailureThatWhatsAppToldOf) {
  const auto ours = in_state(MessageState::uncertain);
  take(status("wamid.A", "failed", ours.id));

  EXPECT_FALSE(take(status("wamid.A", "delivered", ours.id)).moved);

  EXPECT_EQ(stored(ours.id).state, MessageState::failed);
}

TEST_F(InboundStatus, AStatusFindsItsMessageByWhatsAppsId) {
  const auto ours = in_state(MessageState::sent, "wamid.A");

  const auto done = take(status("wamid.A", "delivered"));

  ASSERT_TRUE(done.message);
  EXPECT_EQ(done.message->id, ours.id);
  EXPECT_TRUE(done.moved);
  EXPECT_EQ(stored(ours.id).state, MessageState::delivered);
}

TEST_F(InboundStatus, AStatusOfNoMessageOfOursIsJournaledAlone) {
  const auto unknown = take(status("wamid.X", "read"));
  const auto unknown_id = take(status("wamid.Y", "read", MessageId::make(now())));

  EXPECT_FALSE(unknown.message);
  EXPECT_FALSE(unknown.moved);
  EXPECT_FALSE(unknown_id.message);
  EXPECT_EQ(status_rows(), 2);
}

TEST_F(InboundStatus, AMessageInAnotherChannelIsLeftAlone) {
  const auto ours = in_state(MessageState::sent, "wamid.A");
  channel = ChannelId::make(now());

  const auto by_wamid = take(status("wamid.A", "read"));
  const auto by_id = take(status("wamid.A", "delivered", ours.id));

  EXPECT_FALSE(by_wamid.message);
  EXPECT_FALSE(by_id.message);
  EXPECT_EQ(stored(ours.id).state, MessageState::sent);
}

TEST_F(InboundStatus, EveryMoveIsForwardOnly) {
  const std::vector<MessageState> told{MessageState::sent, MessageState::delivered, MessageState::read, MessageState::played,
                                       MessageState::failed};
  int number = 0;
  for (int from = 0; from < 8; ++from) {
    for (const auto to : told) {
      const auto before = static_cast<MessageState>(from);
      const auto wamid = "wamid." + std::to_string(++number);
      const auto ours = in_state(before, wamid);
      // WhatsApp knows it, so whatever we were about to do with it is settled.
      const bool expected = before == MessageState::accepted || may_move(before, to);

      const auto done = take(status(wamid, std::string(to_string(to)), number % 2 == 0 ? std::optional(ours.id) : std::nullopt));

      EXPECT_EQ(done.moved, expected) << to_string(before) << " to " << to_string(to);
      EXPECT_EQ(stored(ours.id).state, expected ? to : before) << to_string(before) << " to " << to_string(to);
    }
  }
  EXPECT_EQ(status_rows(), number);
}

TEST_F(InboundStatus, ReversedStatusesEndAtTheFurthestAndEachIsJournaledOnce) {
  const auto ours = in_state(MessageState::sending);
  for (const auto* name : {"read", "delivered", "sent", "read", "sent"}) take(status("wamid.A", name, ours.id));

  EXPECT_EQ(stored(ours.id).state, MessageState::read);
  EXPECT_EQ(status_rows(), 3);
}

TEST_F(InboundStatus, ARepeatedStatusIsADuplicateButAnotherRecipientsIsNot) {
  const auto ours = in_state(MessageState::sent, "wamid.A");
  auto elsewhere = status("wamid.A", "delivered");
  elsewhere.status.recipient = "491500000002";

  EXPECT_FALSE(take(status("wamid.A", "delivered")).duplicate);
  EXPECT_TRUE(take(status("wamid.A", "delivered")).duplicate);
  EXPECT_FALSE(take(elsewhere).duplicate);
  EXPECT_EQ(status_rows(), 2);
  EXPECT_EQ(stored(ours.id).state, MessageState::delivered);
}

TEST_F(InboundStatus, AStatusBeforeTheAnswerToOurRequestWinsAndTheAnswerIsAConflict) {
  const auto ours = in_state(MessageState::sending);

  take(status("wamid.A", "delivered", ours.id));
  MessageMove answer{ours.id, MessageState::sending, MessageState::sent, "wamid.A", {}, 1, std::nullopt, now()};
  auto moved = run(outbound.move(answer, ours));

  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().code, ErrorCode::conflict);
  EXPECT_EQ(stored(ours.id).state, MessageState::delivered);
  EXPECT_EQ(stored(ours.id).wamid, "wamid.A");
}

TEST_F(InboundStatus, AnUncertainMessageIsResolvedByItsStatus) {
  const auto arrived = in_state(MessageState::uncertain);
  const auto refused = in_state(MessageState::uncertain);

  EXPECT_TRUE(take(status("wamid.A", "sent", arrived.id)).moved);
  EXPECT_TRUE(take(status("wamid.B", "failed", refused.id)).moved);

  EXPECT_EQ(stored(arrived.id).state, MessageState::sent);
  EXPECT_EQ(stored(refused.id).state, MessageState::failed);
}

TEST_F(InboundStatus, AMessageThatWaitsForAnotherTryIsNotSentAgainOnceWhatsAppReportsIt) {
  const auto ours = in_state(MessageState::accepted);

  ASSERT_TRUE(take(status("wamid.A", "sent", ours.id)).moved);
  MessageMove retry{ours.id, MessageState::accepted, MessageState::sending, "", {}, 2, std::nullopt, now()};

  EXPECT_EQ(run(outbound.move(retry, ours)).error().code, ErrorCode::conflict);
  EXPECT_EQ(run(outbound.count_waiting())->in_line, 0U);
}

TEST_F(InboundStatus, AMessageThatWasCancelledAfterATryThatArrivedIsWhatItsStatusSays) {
  const auto ours = in_state(MessageState::accepted);
  MessageMove cancel{ours.id, MessageState::accepted, MessageState::cancelled, {}, {}, 1, std::nullopt, now()};
  ASSERT_TRUE(run(outbound.move(cancel, ours)));

  EXPECT_FALSE(take(status("wamid.A", "failed", ours.id)).moved);
  EXPECT_TRUE(take(status("wamid.A", "delivered", ours.id)).moved);

  EXPECT_EQ(stored(ours.id).state, MessageState::delivered);
}

TEST_F(InboundStatus, AFailureBringsItsError) {
  const auto ours = in_state(MessageState::sent, "wamid.A");
  auto failed = status("wamid.A", "failed", ours.id);
  failed.status.error = UpstreamError();
  failed.status.error->code = 131047;
  failed.status.error->title = "Re-engagement message";

  const auto done = take(failed);

  ASSERT_TRUE(done.message && done.message->error);
  EXPECT_EQ(done.message->error->code, 131047);
  EXPECT_EQ(stored(ours.id).error->title, "Re-engagement message");
}

TEST_F(InboundStatus, AWamidIsKeptOnceKnown) {
  const auto ours = in_state(MessageState::sent, "wamid.A");

  take(status("wamid.B", "delivered", ours.id));

  EXPECT_EQ(stored(ours.id).wamid, "wamid.A");
}

TEST_F(InboundStatus, AnUnknownStatusIsJournaledAndMovesNothing) {
  const auto ours = in_state(MessageState::sent, "wamid.A");
  for (const auto* name : {"warning", "deleted", "accepted", "sending", "uncertain", ""}) {
    const auto done = take(status("wamid.A", name, ours.id));
    EXPECT_FALSE(done.moved) << name;
    ASSERT_TRUE(done.message) << name;
  }

  EXPECT_EQ(stored(ours.id).state, MessageState::sent);
  EXPECT_EQ(status_rows(), 6);
}

TEST_F(InboundStatus, TheJournalRowSaysWhetherTheStatusMovedTheMessage) {
  const auto by_id = in_state(MessageState::sending);
  const auto by_wamid = in_state(MessageState::sent, "wamid.B");
  const auto given_up = in_state(MessageState::failed);
  const std::vector<std::pair<NewStatus, bool>> told{{status("wamid.A", "read", by_id.id), true},
                                                     {status("wamid.A", "delivered", by_id.id), false},
                                                     {status("wamid.B", "sent"), false},
                                                     {status("wamid.B", "delivered"), true},
                                                     {status("wamid.C", "delivered", given_up.id), true},
                                                     {status("wamid.B", "warning"), false},
                                                     {status("wamid.unknown", "read"), false}};
  for (const auto& [event, moved] : told) {
    EXPECT_EQ(take(event).moved, moved) << event.status.status;
    const auto rows = this->rows("SELECT body FROM journal WHERE kind = 'message.status' ORDER BY sequence DESC LIMIT 1");
    const auto body = json::parse(as_text(rows[0][0]));
    ASSERT_TRUE(body) << as_text(rows[0][0]);
    EXPECT_EQ(body->at("moved").as_bool(), moved) << event.status.status;
    EXPECT_EQ(body->at("status").as_string(), event.status.status);
  }
}

TEST_F(InboundStatus, TheJournalRowNamesMessageAndConversation) {
  const auto ours = in_state(MessageState::sent, "wamid.A");
  auto event = status("wamid.A", "delivered");
  event.status.raw = R"({"id":"wamid.A"})";
  event.status.at = now() - seconds(3);
  take(event);

  auto events = run(outbound.journal_after(tenant, 0, 10));
  ASSERT_EQ(events->size(), 2U);
  const auto& row = events->back();
  EXPECT_EQ(row.kind, "message.status");
  EXPECT_EQ(row.subject, ours.id.raw);
  EXPECT_EQ(row.conversation, conversation);
  EXPECT_EQ(row.channel, channel);
  EXPECT_EQ(row.at, now() - seconds(3));
  const auto body = json::parse(row.body)->as_object();
  EXPECT_EQ(json::find_string(body, "wamid"), "wamid.A");
  EXPECT_EQ(json::find_string(body, "status"), "delivered");
  EXPECT_EQ(json::find_string(body, "recipient"), "491500000001");
  EXPECT_EQ(json::find_string(body, "raw"), R"({"id":"wamid.A"})");
}

}  // namespace
}  // namespace wherry::store

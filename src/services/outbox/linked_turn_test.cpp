// What is different for linked numbers: one lane each, a budget, no window, ids from the start, and waiting until they are connected.
#include "domain/linked_message_id.h"
#include "tests/support/outbox_world.h"

namespace wherry {
namespace {

using namespace std::chrono_literals;

class OutboxLinked : public test::OutboxWorld {
 protected:
  OutboxLinked() {
    auto& channel = access.channels.front();
    channel.kind = ChannelKind::linked;
    channel.rate_per_min = 3;
    EXPECT_TRUE(test::run(io, channels.load()));
    conversation = add_conversation(std::nullopt);
  }
  void resume() { ASSERT_TRUE(test::run(io, outbox.resume())); }
  SendRequest to(std::string body, std::variant<WaId, Jid> who) {
    auto request = text(std::move(body));
    request.to = Recipient{access.channels.front().id, std::move(who)};
    return request;
  }
};

TEST_F(OutboxLinked, AMessageNeedsNoWindowAndHasItsIdFromTheStart) {
  const auto accepted = submit(text("hello"));
  EXPECT_TRUE(linked::is_message_id(accepted.wamid));
  EXPECT_EQ(messages.messages.at(accepted.id).wamid, accepted.wamid) << "stored with it";
  pass_time(100ms);

  ASSERT_EQ(upstream.sent.size(), 1U);
  EXPECT_EQ(upstream.sent[0].wamid, accepted.wamid) << "the id is the one it goes out under";
}

TEST_F(OutboxLinked, OneMessageAfterTheOtherWhateverTheConversation) {
  upstream.script = {test::refused(131000)};  // the first is to be tried again
  auto second = text("2");
  second.conversation = add_conversation(std::nullopt);
  submit(text("1"));
  submit(second);
  pass_time(10s);

  EXPECT_EQ(sent_texts(), (std::vector<std::string>{"1", "1", "2"})) << "the other conversation waits for it";
}

TEST_F(OutboxLinked, WhatNobodyWaitsForStaysInLineUntilTheSessionWorks) {
  resume();
  upstream.is_ready = Error{ErrorCode::conflict, "starting"};
  const auto first = submit(text("1"));
  submit(text("2"));
  pass_time(48h, 1min);
  EXPECT_TRUE(upstream.sent.empty());
  EXPECT_EQ(messages.messages.at(first.id).state, MessageState::accepted);
  EXPECT_EQ(messages.messages.at(first.id).attempts, 0U) << "waiting is no try";

  upstream.is_ready = {};
  pass_time(3s);

  EXPECT_EQ(sent_texts(), (std::vector<std::string>{"1", "2"}));
}

TEST_F(OutboxLinked, ACallerHearsAtOnceThatTheSessionDoesNotWork) {
  upstream.is_ready = Error{ErrorCode::conflict, "The session is stopped"};

  const auto refused = send(text("hello"));

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_TRUE(messages.messages.empty()) << "nothing is stored";
}

TEST_F(OutboxLinked, ACallerOverBudgetHearsWhenToComeBackAndNothingIsStored) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(send(text("hello")));
  const auto refused = send(text("one too many"));

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::rate_limited);
  ASSERT_TRUE(refused.error().retry_after);
  EXPECT_GT(*refused.error().retry_after, 50s);
  EXPECT_LE(*refused.error().retry_after, 60s);
  EXPECT_EQ(messages.messages.size(), 3U);

  clock.advance(*refused.error().retry_after);
  EXPECT_TRUE(send(text("now")));
}

TEST_F(OutboxLinked, WhatNobodyWaitsForGoesWhenTheBudgetAllowsAndNeverFaster) {
  resume();
  std::vector<Timestamp> times;
  upstream.on_send = [&](const Message&) { times.push_back(clock.now()); };
  for (int i = 0; i < 10; ++i) submit(text(std::to_string(i)));
  pass_time(4min, 100ms);

  ASSERT_EQ(times.size(), 10U);
  EXPECT_EQ(sent_texts().front(), "0");
  EXPECT_EQ(sent_texts().back(), "9");
  for (std::size_t i = 3; i < times.size(); ++i) EXPECT_GE(times[i] - times[i - 3], 1min) << i;
  EXPECT_LE(times.back() - times.front(), 3min + 10s) << "and not much slower";
}

TEST_F(OutboxLinked, EveryTryTakesOfTheBudget) {
  upstream.script = {test::refused(131000), test::refused(131000)};
  ASSERT_TRUE(send(text("the third try")));

  EXPECT_EQ(send(text("over")).error().code, ErrorCode::rate_limited);
}

TEST_F(OutboxLinked, WhatWasSentBeforeARestartCounts) {
  const auto channel = access.channels.front().id;
  for (int i = 3; i > 0; --i) messages.sends.push_back({channel, clock.now() - 10s * i});
  resume();

  const auto refused = send(text("over"));

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::rate_limited);
  EXPECT_LE(*refused.error().retry_after, 30s);
}

TEST_F(OutboxLinked, ACallerWhoseTurnComesAfterOthersPaysOnce) {
  std::optional<Result<SendReceipt>> answer;
  upstream.on_send = [&](const Message& message) {
    if (std::get<TextContent>(message.content).body != "first") return;
    boost::asio::co_spawn(io, outbox.submit_and_wait(text("second")),
                          [&](std::exception_ptr, Result<SendReceipt> got) { answer = std::move(got); });
  };
  submit(text("first"));
  pass_time(1s);

  ASSERT_TRUE(answer && *answer);
  EXPECT_TRUE(send(text("third")));
  EXPECT_EQ(send(text("fourth")).error().code, ErrorCode::rate_limited);
}

TEST_F(OutboxLinked, ACallerBehindAMessageWithoutBudgetLendsItHers) {
  resume();
  access.channels.front().rate_per_min = 1;
  ASSERT_TRUE(test::run(io, channels.load()));
  submit(text("a"));
  submit(text("b"));
  pass_time(59s, 1s);
  ASSERT_EQ(sent_texts(), (std::vector<std::string>{"a"}));
  clock.advance(1s);  // the minute is over, and nobody has looked yet

  const auto receipt = send(text("c"));

  EXPECT_EQ(sent_texts(), (std::vector<std::string>{"a", "b"})) << "the one in front goes with what the caller took";
  ASSERT_FALSE(receipt);
  EXPECT_EQ(receipt.error().code, ErrorCode::rate_limited) << "and she hears that, when her patience is over";
  EXPECT_TRUE(receipt.error().retry_after);
}

TEST_F(OutboxLinked, PeopleAndGroupsAreReachedByAddress) {
  access.channels.front().rate_per_min = 0;
  ASSERT_TRUE(test::run(io, channels.load()));
  ASSERT_TRUE(send(to("a number", *Jid::parse("4915112345678@s.whatsapp.net"))));
  ASSERT_TRUE(send(to("a lid", *Jid::parse("88123456789012@lid"))));
  ASSERT_TRUE(send(to("a group", *Jid::parse("120363041234567890@g.us"))));
  ASSERT_TRUE(send(to("the group again", *Jid::parse("120363041234567890@g.us"))));

  EXPECT_EQ(upstream.sent[0].to.wa_id, WaId{"4915112345678"});
  EXPECT_EQ(upstream.sent[1].to.bsuid, "88123456789012@lid");
  EXPECT_EQ(upstream.sent[2].to.bsuid, "120363041234567890@g.us");
  EXPECT_EQ(messages.messages.at(upstream.sent[2].id).conversation, messages.messages.at(upstream.sent[3].id).conversation);
  EXPECT_EQ(send(to("news", *Jid::parse("120363041234567890@newsletter"))).error().code, ErrorCode::invalid_argument);
}

TEST_F(OutboxLinked, ANumberOfTheCloudApiHasNoAddressesButNumbers) {
  access.channels.front().kind = ChannelKind::cloud;
  ASSERT_TRUE(test::run(io, channels.load()));

  EXPECT_EQ(send(to("a group", *Jid::parse("120363041234567890@g.us"))).error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(messages.messages.empty());
}

TEST_F(OutboxLinked, ContentIsHeldToWhatPhonesSend) {
  auto poll = text("");
  poll.content = PollContent{"Lunch?", {"yes", "no"}, 1};
  EXPECT_TRUE(send(poll));
  auto interactive = text("");
  interactive.content = TemplateContent{};
  EXPECT_EQ(send(interactive).error().code, ErrorCode::invalid_argument);
}

TEST_F(OutboxLinked, ACancelledMessageLetsTheNextOneGo) {
  resume();
  upstream.is_ready = Error{ErrorCode::conflict, "starting"};
  const auto first = submit(text("first"));
  submit(text("second"));
  pass_time(5s);
  ASSERT_TRUE(test::run(io, outbox.cancel(tenant, first.id)));
  upstream.is_ready = {};
  pass_time(3s);

  EXPECT_EQ(sent_texts(), (std::vector<std::string>{"second"}));
}

TEST_F(OutboxLinked, AMessageThatLivesNoLongerFailsWhereItWaits) {
  resume();
  upstream.is_ready = Error{ErrorCode::conflict, "starting"};
  auto short_lived = text("soon or never");
  short_lived.time_to_live = 1min;
  const auto accepted = submit(short_lived);
  pass_time(2min, 1s);
  ASSERT_TRUE(test::run(io, outbox.sweep()));

  EXPECT_EQ(messages.messages.at(accepted.id).state, MessageState::failed);
}

}  // namespace
}  // namespace wherry

// More messages than there are lanes: the line is on disk, and brought in by and by.
#include <map>

#include "tests/support/outbox_world.h"

namespace wherry {
namespace {

using namespace std::chrono_literals;
using test::refused;

class OutboxLongLine : public test::OutboxWorld {
 protected:
  // An outbox with little room, over what is stored.
  static OutboxOptions narrow() {
    OutboxOptions options;
    options.lanes = {.lanes = 8, .lanes_per_channel = 8, .parked = 100};
    return options;
  }
  void left_in(int conversations, int each, Priority priority = Priority::interactive) {
    for (int i = 0; i < conversations; ++i) rooms.push_back(add_conversation(clock.now()));
    for (int n = 0; n < each; ++n) {
      for (int i = 0; i < conversations; ++i) {
        conversation = rooms[rooms.size() - static_cast<std::size_t>(conversations - i)];
        const auto id = left_behind(MessageState::accepted, std::nullopt, std::to_string(n));
        messages.messages.at(id).priority = priority;
      }
    }
  }
  // The texts of each conversation in the order they were sent.
  std::map<ConversationId, std::vector<std::string>> by_conversation() {
    std::map<ConversationId, std::vector<std::string>> found;
    for (const auto& one : upstream.sent) {
      found[messages.messages.at(one.id).conversation].push_back(std::get<TextContent>(one.content).body);
    }
    return found;
  }
  void resume() { ASSERT_TRUE(test::run(io, small.resume())); }
  // Until the message is answered or `limit` has passed.
  std::optional<Result<SendReceipt>> send_small(SendRequest request, milliseconds limit) {
    auto answer = std::make_shared<std::optional<Result<SendReceipt>>>();
    boost::asio::co_spawn(io, small.submit_and_wait(std::move(request)),
                          [answer](std::exception_ptr, Result<SendReceipt> result) { *answer = std::move(result); });
    for (const auto end = clock.now() + limit; !*answer && clock.now() < end;) pass_time(tick);
    return *answer;
  }

  std::vector<ConversationId> rooms;
  Outbox small{messages, channels, conversations, media, upstream, clock, narrow()};
};

TEST_F(OutboxLongLine, IsSentWhollyInTheOrderOfEachConversationWithFewLanesAtATime) {
  set_rate(0);
  left_in(60, 20);
  resume();
  EXPECT_EQ(small.counters().resumed, 1200U);

  pass_time(20s);

  EXPECT_EQ(upstream.sent.size(), 1200U);
  for (const auto& [room, texts] : by_conversation()) {
    for (std::size_t n = 0; n < texts.size(); ++n) ASSERT_EQ(texts[n], std::to_string(n));
  }
  EXPECT_LE(messages.largest_page, 500U);
  EXPECT_EQ(small.counters().waiting, 0);
}

TEST_F(OutboxLongLine, IsBroughtInOldestFirst) {
  set_rate(20);
  left_in(100, 1);
  resume();
  pass_time(2s);

  ASSERT_GE(upstream.sent.size(), 40U);
  for (const auto& one : upstream.sent) EXPECT_LE(messages.messages.at(one.id).place, static_cast<std::int64_t>(upstream.sent.size()) + 8);
}

TEST_F(OutboxLongLine, InteractiveMessagesOfItGoBeforeBulk) {
  set_rate(20);
  left_in(60, 1, Priority::bulk);
  left_in(60, 1, Priority::interactive);
  resume();
  pass_time(2s);

  int interactive = 0;
  for (const auto& one : upstream.sent) interactive += messages.messages.at(one.id).priority == Priority::interactive ? 1 : 0;
  EXPECT_GE(upstream.sent.size(), 50U);
  EXPECT_GE(interactive, static_cast<int>(upstream.sent.size()) - 12) << "bulk has what is left, and a tenth";
}

TEST_F(OutboxLongLine, ANewMessageGoesAfterTheBacklogOfItsConversationAndBeforeThatOfOthers) {
  set_rate(20);
  left_in(500, 3);
  resume();
  pass_time(1s);
  ASSERT_LT(upstream.sent.size(), 100U);
  conversation = rooms.back();

  const auto receipt = send_small(text("new"), 5s);

  ASSERT_TRUE(receipt && *receipt);
  EXPECT_EQ(by_conversation()[rooms.back()], (std::vector<std::string>{"0", "1", "2", "new"}));
  EXPECT_LT(upstream.sent.size(), 500U);
}

TEST_F(OutboxLongLine, AConversationWithoutBacklogIsNotHeldUp) {
  set_rate(20);
  left_in(500, 3);
  resume();
  pass_time(1s);
  conversation = add_conversation(clock.now());

  const auto receipt = send_small(text("new"), 500ms);

  EXPECT_TRUE(receipt && *receipt);
}

TEST_F(OutboxLongLine, MessagesWithoutRoomWaitOnDiskAndFollowInOrder) {
  set_rate(20);
  resume();
  std::vector<ConversationId> targets;
  for (int i = 0; i < 40; ++i) targets.push_back(add_conversation(clock.now()));
  for (int n = 0; n < 3; ++n) {
    for (const auto target : targets) {
      conversation = target;
      ASSERT_TRUE(test::run(io, small.submit(text(std::to_string(n)))));
    }
  }
  EXPECT_EQ(small.counters().waiting + static_cast<std::int64_t>(small.counters().sent), 120);

  pass_time(10s);

  EXPECT_EQ(upstream.sent.size(), 120U);
  for (const auto& [room, texts] : by_conversation()) EXPECT_EQ(texts, (std::vector<std::string>{"0", "1", "2"}));
}

TEST_F(OutboxLongLine, WhoeverWaitsTooFarBackHearsSoAndItsMessageIsNotSentLongAfterwards) {
  set_rate(0);
  rooms.push_back(conversation);
  for (int n = 0; n < 60; ++n) left_behind(MessageState::accepted, std::nullopt, std::to_string(n));
  resume();
  pass_time(100ms);  // the pair's burst

  const auto answer = send_small(text("last"), 40s);

  ASSERT_TRUE(answer && !*answer);
  EXPECT_EQ(answer->error().code, ErrorCode::outcome_unknown);
  pass_time(2min, 100ms);
  EXPECT_EQ(sent_texts().back(), "59");
  EXPECT_EQ(messages.messages.rbegin()->second.state, MessageState::failed);
  EXPECT_EQ(messages.messages.rbegin()->second.error->code, 131056) << "the limit that was in its way";
}

TEST_F(OutboxLongLine, AStoreThatCannotBeReadForAWhileLosesNothing) {
  set_rate(0);
  left_in(40, 2);
  for (const int call : {3, 5, 8, 13, 21}) {
    messages.fail_call = messages.calls + call;
    Outbox fresh(messages, channels, conversations, media, upstream, clock, narrow());
    auto resumed = test::run(io, fresh.resume());
    for (int i = 0; i < 3 && !resumed; ++i) resumed = test::run(io, fresh.resume());
    ASSERT_TRUE(resumed);
    pass_time(200ms);
    test::run(io, fresh.stop(0ms));
  }
  resume();
  pass_time(20s);

  EXPECT_EQ(small.counters().waiting, 0);
  std::map<MessageId, int> copies;
  for (const auto& one : upstream.sent) EXPECT_EQ(++copies[one.id], 1);
  EXPECT_EQ(copies.size(), 80U);
}

TEST_F(OutboxLongLine, ARefusedNumbersLineIsProbedByOneMessageAndTakesNoRoomFromOthers) {
  set_rate(0);
  left_in(50, 1);
  for (int i = 0; i < 3; ++i) upstream.script.push_back(refused(190));
  resume();
  pass_time(5s);
  EXPECT_EQ(upstream.sent.size(), 1U);

  pass_time(80s, 100ms);
  EXPECT_EQ(upstream.sent.size(), 2U);
  pass_time(3min, 100ms);
  EXPECT_EQ(upstream.sent.size(), 3U);
  pass_time(6min, 100ms);

  EXPECT_EQ(small.counters().waiting, 0);
  EXPECT_EQ(upstream.sent.size(), 53U);
}

}  // namespace
}  // namespace wherry

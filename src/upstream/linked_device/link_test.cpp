#include "upstream/linked_device/link.h"

#include "tests/support/linked_peer.h"

namespace wherry::linked {
namespace {

class LinkTest : public test::LinkedPeer {
 protected:
  LinkTest() { run_link(); }
};

const NoAnswer* none(const std::shared_ptr<std::optional<Reply>>& place) { return *place ? std::get_if<NoAnswer>(&**place) : nullptr; }

TEST_F(LinkTest, AnswersFindTheirQuestionsInAnyOrder) {
  auto first = ask("stats", {{"session", "s1"}});
  auto second = ask("group.list");
  EXPECT_EQ(heard_text(), "{\"id\":1,\"op\":\"stats\",\"session\":\"s1\"}\n{\"id\":2,\"op\":\"group.list\"}\n");

  say("{\"reply\":2,\"ok\":{\"n\":2},\"blob\":3}\nabc{\"reply\":1,\"error\":{\"code\":\"busy\",\"retryable\":true}}\n");

  EXPECT_EQ(std::get<Answer>(**second).blob, "abc");
  EXPECT_EQ(std::get<Answer>(**second).ok.at("n").as_int64(), 2);
  EXPECT_EQ(std::get<Fault>(**first).code, "busy");
}

TEST_F(LinkTest, AReplyNobodyWaitsForIsIgnoredAndOneWithoutOkIsAFault) {
  say("{\"reply\":1,\"ok\":{}}\n{\"reply\":-1}\n{\"reply\":\"x\"}\n");
  auto asked = ask("stats");
  say("{\"reply\":1}\n{\"reply\":1,\"ok\":{}}\n");
  EXPECT_EQ(std::get<Fault>(**asked).code, "internal");
  EXPECT_TRUE(link_->is_open());
}

TEST_F(LinkTest, TheirRequestsAreAnsweredOnce) {
  say("{\"id\":9,\"op\":\"keys.get\"}\n{\"event\":\"typing\"}\n{\"id\":10,\"op\":\"x\"}\n");
  ASSERT_EQ(taken_.size(), 3u);
  link_->answer(9, {{"entries", json::array()}}, "bytes");
  link_->answer(9, {}, {});
  link_->refuse(10, {"unknown_op", "m", false, {}, {}, 0});
  link_->refuse(11, {"busy", "m", false, {}, {}, 0});
  EXPECT_EQ(heard_text(),
            "{\"reply\":9,\"ok\":{\"entries\":[]},\"blob\":5}bytes\n{\"reply\":10,\"error\":{\"code\":\"unknown_op\",\"message\":\"m\","
            "\"retryable\":false}}\n");
}

TEST_F(LinkTest, AnAnswerThatFitsIntoNoFrameIsAFault) {
  say("{\"id\":9,\"op\":\"x\"}\n");
  link_->answer(9, {}, std::string(max_blob_bytes + 1, 'x'));
  EXPECT_NE(heard_text().find("too_large"), std::string::npos);
  auto large = ask("x", {{"text", std::string(max_line_bytes, 'x')}});
  EXPECT_EQ(std::get<Fault>(**large).code, "too_large");
}

TEST_F(LinkTest, AQuestionWithoutAnAnswerEndsInTime) {
  auto asked = ask("stats", {}, milliseconds(2'000));
  pass(milliseconds(1'750));
  EXPECT_FALSE(*asked);
  pass(milliseconds(750));
  ASSERT_TRUE(none(asked));
  EXPECT_TRUE(none(asked)->written);
}

TEST_F(LinkTest, AConnectionThatEndsTellsWhatMayHaveArrived) {
  auto written = ask("message.send");
  heard();
  theirs_.close();
  turn();
  ASSERT_TRUE(none(written));
  EXPECT_TRUE(none(written)->written);
  EXPECT_TRUE(ended_);
  auto late = ask("message.send");
  ASSERT_TRUE(none(late));
  EXPECT_FALSE(none(late)->written);
}

TEST_F(LinkTest, WhatWaitsBehindASlowPeerWasNotWritten) {
  json::object large{{"text", std::string(900'000, 'x')}};
  auto first = ask("a", large);
  auto second = ask("b", large);
  turn();
  theirs_.close();
  turn();
  EXPECT_TRUE(none(first)->written);
  EXPECT_FALSE(none(second)->written);
}

TEST_F(LinkTest, ABrokenFrameIsToldAndEndsTheConnection) {
  auto asked = ask("stats");
  heard();
  say("{\"event\":\"typing\"}\nrubbish\n{\"event\":\"typing\"}\n");
  EXPECT_EQ(taken_.size(), 1u);
  EXPECT_EQ(heard_text(), "{\"event\":\"bad_frame\",\"message\":\"no JSON object\"}\n");
  EXPECT_TRUE(none(asked));
  EXPECT_EQ(link_->why_closed(), "bad frame: no JSON object");
  EXPECT_TRUE(ended_);
}

TEST_F(LinkTest, AnIdThatIsNoneOrIsInUseBreaksTheConnection) {
  say("{\"id\":0,\"op\":\"x\"}\n");
  EXPECT_FALSE(link_->is_open());
  EXPECT_TRUE(taken_.empty());
}

TEST_F(LinkTest, AnIdInUseBreaksTheConnection) {
  say("{\"id\":1,\"op\":\"x\"}\n{\"id\":1,\"op\":\"x\"}\n");
  EXPECT_FALSE(link_->is_open());
  EXPECT_EQ(taken_.size(), 1u);
}

TEST_F(LinkTest, MoreThan1024OpenRequestsBreakTheConnection) {
  std::string many;
  for (int i = 1; i <= 1024; ++i) many += "{\"id\":" + std::to_string(i) + ",\"op\":\"x\"}\n";
  say(many);
  EXPECT_TRUE(link_->is_open());
  say("{\"id\":1025,\"op\":\"x\"}\n");
  EXPECT_FALSE(link_->is_open());
}

TEST_F(LinkTest, OnlySoManyQuestionsAreAskedAtOnce) {
  for (int i = 0; i < 1024; ++i) ask("x");
  auto one_too_many = ask("x");
  ASSERT_TRUE(none(one_too_many));
  EXPECT_FALSE(none(one_too_many)->written);
}

TEST_F(LinkTest, APeerThatAnswersPingsLivesOn) {
  for (int i = 0; i < 4; ++i) {
    pass(milliseconds(5'250));
    for (const auto& frame : heard()) {
      EXPECT_EQ(frame.line.at("op").as_string(), "ping");
      say("{\"reply\":" + std::to_string(frame.line.at("id").as_int64()) + ",\"ok\":{}}\n");
    }
  }
  EXPECT_TRUE(link_->is_open());
}

TEST_F(LinkTest, APeerThatAnswersNoPingIsDroppedHoweverMuchItTalks) {
  for (int i = 0; i < 16 && link_->is_open(); ++i) {
    say("{\"event\":\"health\"}\n");
    pass(milliseconds(1'000));
  }
  EXPECT_FALSE(link_->is_open());
  EXPECT_EQ(link_->why_closed(), "it does not answer");
}

class NarrowLinkTest : public test::LinkedPeer {
 protected:
  NarrowLinkTest() : LinkedPeer({.max_unsent = 2'000'000}) { run_link(); }
};

TEST_F(NarrowLinkTest, TooMuchUnsentRefusesQuestions) {
  json::object large{{"text", std::string(900'000, 'x')}};
  ask("a", large);
  ask("b", large);
  auto third = ask("c", large);
  ASSERT_TRUE(none(third));
  EXPECT_FALSE(none(third)->written);
  EXPECT_TRUE(link_->is_open());
}

TEST_F(NarrowLinkTest, APeerThatLetsItsAnswersPileUpIsDropped) {
  say("{\"id\":1,\"op\":\"x\"}\n{\"id\":2,\"op\":\"x\"}\n{\"id\":3,\"op\":\"x\"}\n");
  for (int id = 1; id <= 3; ++id) link_->answer(id, {}, std::string(900'000, 'x'));
  EXPECT_FALSE(link_->is_open());
}

}  // namespace
}  // namespace wherry::linked

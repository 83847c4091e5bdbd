#include "upstream/linked_device/lanes.h"

#include "tests/support/linked_listener.h"
#include "tests/support/linked_peer.h"

namespace wherry::linked {
namespace {

class LanesTest : public test::LinkedPeer, protected SessionWatcher {
 protected:
  LanesTest() : lanes_(io_.get_executor(), listener_, *link_, *this, "format-1") {
    run_link();
    lanes_.open({"s1"});
    lanes_.open({"s2"});
  }
  ~LanesTest() override {
    listener_.holds = nullptr;
    listener_.let_go();
    end();
    boost::asio::co_spawn(io_, lanes_.drain(), [](std::exception_ptr) {});
    turn();
  }
  Task<void> take(Frame frame) override { return lanes_.take(std::move(frame)); }
  bool on_state(const SessionId&, const StateChange& change) override { return change.state != State::stopped; }
  void on_keys_stored(const SessionId& session, const KeyFormat& format) override { stored_.push_back(session.text + " " + format); }

  /// A D request.
  void say_wipe(const std::string& session, int id, int seq, const std::string& reason = "none") {
    say(R"({"id":)" + std::to_string(id) + R"(,"op":"keys.wipe","session":")" + session + R"(","seq":)" + std::to_string(seq) +
        R"(,"reason":")" + reason + "\"}\n");
  }
  std::vector<std::string> replies() {
    std::vector<std::string> all;
    for (const auto& frame : heard())
      if (frame.line.contains("reply"))
        all.push_back(std::to_string(frame.line.at("reply").as_int64()) +
                      (frame.line.contains("ok") ? " ok" : " " + std::string(frame.line.at("error").at("code").as_string())));
    return all;
  }
  using Texts = std::vector<std::string>;

  test::RecordingListener listener_;
  std::vector<std::string> stored_;
  Lanes lanes_;
};

TEST_F(LanesTest, RequestsOfASessionAreDoneInOrderAndAnsweredWhenDone) {
  listener_.holds = [](const std::string& call) { return call == "s1 keys.wipe lost"; };
  say_wipe("s1", 1, 1, "lost");
  say_wipe("s1", 2, 2, "none");
  say(R"({"event":"typing","session":"s1","seq":3,"chat":"1@lid","sender":"1@lid","state":"paused"})"
      "\n");
  EXPECT_EQ(listener_.calls, Texts{"s1 keys.wipe lost"});
  EXPECT_TRUE(replies().empty());

  listener_.let_go();

  EXPECT_EQ(replies(), (Texts{"1 ok", "2 ok"}));
  EXPECT_EQ(listener_.calls, (Texts{"s1 keys.wipe lost", "s1 keys.wipe none", "s1 typing 1@lid"}));
}

TEST_F(LanesTest, SessionsDoNotWaitForEachOther) {
  listener_.holds = [](const std::string& call) { return call.starts_with("s1"); };
  say_wipe("s1", 1, 1);
  say_wipe("s2", 2, 1);
  EXPECT_EQ(replies(), Texts{"2 ok"});
}

TEST_F(LanesTest, QuestionsAreAnsweredBesideWhatIsBeingStored) {
  listener_.holds = [](const std::string& call) { return call.starts_with("s1 keys.wipe"); };
  listener_.keys["s1 session 1.0"] = "secret";
  say_wipe("s1", 1, 1);
  say(R"({"id":2,"op":"keys.get","session":"s1","type":"session","ids":["1.0","2.0"]})"
      "\n");
  say(R"({"id":3,"op":"message.get","session":"s1","chat":"1@lid","message_id":"KEPT"})"
      "\n");
  say(R"({"id":4,"op":"message.get","session":"s1","chat":"1@lid","message_id":"LOST"})"
      "\n");
  EXPECT_EQ(heard_text(),
            "{\"reply\":2,\"ok\":{\"entries\":[{\"id\":\"1.0\",\"size\":6}]},\"blob\":6}secret\n"
            "{\"reply\":3,\"ok\":{\"found\":true},\"blob\":10}kept bytes\n{\"reply\":4,\"ok\":{\"found\":false}}\n");
}

TEST_F(LanesTest, EveryRequestReachesTheListener) {
  const std::string start = R"(,"session":"s1","chat":"1@lid","message_id":"M1AAAAAA","at":5,)";
  say(R"({"id":1,"seq":1,"op":"keys.set","session":"s1","entries":[{"type":"t","id":"1","size":2}],"blob":2})"
      "\nxy");
  say(R"({"id":2,"seq":2,"op":"paired","session":"s1","jid":"49@s.whatsapp.net","lid":null})"
      "\n");
  say(R"({"id":3,"seq":3,"op":"message")" + start +
      R"("sender":"1@lid","from_me":false,"content":{"kind":"text","text":"x"}})"
      "\n");
  say(R"({"id":4,"seq":4,"op":"sent")" + start +
      R"("blob":1})"
      "\nb");
  say(R"({"id":5,"seq":5,"op":"ack")" + start +
      R"("outcome":"refused"})"
      "\n");
  say(R"({"id":6,"seq":6,"op":"receipt","session":"s1","chat":"1@lid","message_ids":["R"],"type":"read","at":5})"
      "\n");
  say(R"({"id":7,"seq":7,"op":"dance","session":"s1"})"
      "\n");
  EXPECT_EQ(replies(), (Texts{"1 ok", "2 ok", "3 ok", "4 ok", "5 ok", "6 ok", "7 unknown_op"}));
  EXPECT_EQ(listener_.calls, (Texts{"s1 keys.set", "s1 paired 49@s.whatsapp.net", "s1 message M1AAAAAA", "s1 sent M1AAAAAA b",
                                    "s1 ack M1AAAAAA refused", "s1 receipt R"}));
  EXPECT_EQ(listener_.keys["s1 t 1"], "xy");
  EXPECT_EQ(listener_.format, "format-1");
  EXPECT_EQ(stored_, Texts{"s1 format-1"});
}

TEST_F(LanesTest, EveryEventReachesTheListener) {
  const char* events[] = {R"("event":"state","state":"working","reason":"none")",
                          R"("event":"qr","code":"Q","expires_at":1)",
                          R"("event":"code","code":"C","expires_at":1)",
                          R"("event":"typing","chat":"1@lid","sender":"1@lid","state":"paused")",
                          R"("event":"presence","jid":"1@lid","available":true)",
                          R"("event":"chats","chats":[{"jid":"1@lid"}])",
                          R"("event":"contacts","contacts":[])",
                          R"("event":"groups","groups":[])",
                          R"("event":"call","call_id":"K","from":"1@lid","state":"offer")",
                          R"("event":"history","done":true)",
                          R"("event":"undecryptable","chat":"1@lid","sender":"1@lid","message_id":"U")",
                          R"("event":"restricted")",
                          R"("event":"from_tomorrow")",
                          R"("event":"qr")",
                          R"("event":"state","state":"stopped","reason":"requested")"};
  int seq = 0;
  for (const auto* event : events) say("{" + std::string(event) + R"(,"session":"s1","seq":)" + std::to_string(++seq) + "}\n");
  EXPECT_EQ(listener_.calls,
            (Texts{"s1 state working", "s1 qr Q", "s1 code C", "s1 typing 1@lid", "s1 presence 1@lid", "s1 chats 1", "s1 contacts 0",
                   "s1 groups 0", "s1 call K", "s1 history done", "s1 undecryptable U", "s1 restricted"}));
  EXPECT_EQ(lanes_.counters().odd_events, 2u);
  EXPECT_EQ(lanes_.counters().lost_events, 0u);
  EXPECT_TRUE(link_->is_open());
}

TEST_F(LanesTest, AMalformedRequestIsRefusedWithItsField) {
  say(R"({"id":1,"seq":1,"op":"paired","session":"s1","jid":"nobody"})"
      "\n");
  EXPECT_NE(heard_text().find(R"("error":{"code":"bad_request","message":"jid is wrong","retryable":false,"field":"jid"})"),
            std::string::npos);
  EXPECT_TRUE(listener_.calls.empty());
}

TEST_F(LanesTest, AFailureOfTheStoreChangesNoOrder) {
  bool fails = true;
  listener_.verdict = [&](const std::string& call) {
    return fails && call == "s1 keys.wipe lost" ? Result<void>(Error{ErrorCode::unavailable, ""}) : Result<void>();
  };
  say_wipe("s1", 1, 1, "lost");
  say_wipe("s1", 2, 2, "closed");
  say_wipe("s1", 3, 3, "server");
  EXPECT_EQ(replies(), (Texts{"1 store_failed", "2 busy", "3 busy"}));
  fails = false;
  say_wipe("s1", 4, 3, "server");
  say_wipe("s1", 5, 1, "lost");
  say_wipe("s1", 6, 3, "server");
  say_wipe("s1", 7, 2, "closed");
  say_wipe("s1", 8, 3, "server");
  say_wipe("s1", 9, 4, "none");
  EXPECT_EQ(replies(), (Texts{"4 busy", "5 ok", "6 busy", "7 ok", "8 ok", "9 ok"}));
  EXPECT_EQ(listener_.calls,
            (Texts{"s1 keys.wipe lost", "s1 keys.wipe lost", "s1 keys.wipe closed", "s1 keys.wipe server", "s1 keys.wipe none"}));
}

TEST_F(LanesTest, AFailureForGoodHoldsNothingUp) {
  listener_.verdict = [](const std::string& call) {
    return call == "s1 keys.wipe lost" ? Result<void>(Error{ErrorCode::conflict, ""}) : Result<void>();
  };
  say_wipe("s1", 1, 1, "lost");
  say_wipe("s1", 2, 2);
  EXPECT_EQ(replies(), (Texts{"1 store_failed", "2 ok"}));
}

TEST_F(LanesTest, AnExceptionOfTheListenerIsAnswered) {
  listener_.verdict = [](const std::string&) -> Result<void> { throw std::runtime_error("bug"); };
  say_wipe("s1", 1, 1);
  EXPECT_EQ(replies(), Texts{"1 internal"});
}

TEST_F(LanesTest, ASessionThatIsNotOpenIsRefusedAndItsEventsIgnored) {
  say_wipe("s3", 1, 1);
  say(R"({"event":"restricted","session":"s3","seq":2})"
      "\n");
  say(R"({"id":2,"op":"keys.wipe"})"
      "\n");
  EXPECT_EQ(replies(), (Texts{"1 no_session", "2 no_session"}));
  EXPECT_TRUE(listener_.calls.empty());
}

TEST_F(LanesTest, ClosingWaitsForTheListenerAndDropsTheRest) {
  listener_.holds = [](const std::string&) { return true; };
  say_wipe("s1", 1, 1);
  say_wipe("s1", 2, 2);
  bool closed = false;
  boost::asio::co_spawn(io_, lanes_.close({"s1"}), [&](std::exception_ptr) { closed = true; });
  turn();
  EXPECT_FALSE(closed);
  listener_.let_go();
  turn();
  EXPECT_TRUE(closed);
  EXPECT_EQ(listener_.calls.size(), 1u);
  say_wipe("s1", 3, 3);
  EXPECT_EQ(replies().back(), "3 no_session");
}

TEST_F(LanesTest, AGapInTheNumbersIsCounted) {
  say(R"({"event":"restricted","session":"s1","seq":1})"
      "\n"
      R"({"event":"restricted","session":"s1","seq":4})"
      "\n");
  EXPECT_EQ(lanes_.counters().lost_events, 2u);
  lanes_.open({"s1"});
  say(R"({"event":"restricted","session":"s1","seq":1})"
      "\n");
  EXPECT_EQ(lanes_.counters().lost_events, 2u);
}

TEST_F(LanesTest, NothingIsReadWhileTooMuchWaits) {
  listener_.holds = [](const std::string& call) { return call.starts_with("s1 sent"); };
  const std::string blob(max_blob_bytes, 'x');
  const auto sent = [&](int id) {
    return R"({"id":)" + std::to_string(id) + R"(,"seq":)" + std::to_string(id) +
           R"(,"op":"sent","session":"s1","chat":"1@lid","message_id":"M","blob":)" + std::to_string(blob.size()) + "}\n" + blob;
  };
  for (int id = 1; id <= 4; ++id) say(sent(id));
  boost::system::error_code failure;
  std::size_t more = 0;
  for (int i = 0; i < 100 && !failure; ++i) {
    more += theirs_.write_some(boost::asio::buffer(blob), failure);
    turn();
  }
  EXPECT_EQ(failure, boost::asio::error::would_block);
  EXPECT_LT(more, 2u << 20);
  EXPECT_TRUE(link_->is_open());
}

}  // namespace
}  // namespace wherry::linked

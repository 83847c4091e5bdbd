#include "upstream/linked_device/decode_events.h"

#include <gtest/gtest.h>

namespace wherry::linked {
namespace {

json::object event(std::string_view text) {
  const auto value = json::parse(text);
  EXPECT_TRUE(value) << text;
  return value->get_object();
}

template <class T>
std::string wrong(const Result<T>& result) {
  return result ? "nothing" : result.error().message;
}

TEST(DecodeEvents, AStateComesWithItsReason) {
  const auto whole =
      decode_state(event(R"({"state":"disconnected","reason":"lost","code":408,"next_retry":1769940000000,"until":5,"message":"m"})"));
  EXPECT_EQ(whole->state, State::disconnected);
  EXPECT_EQ(whole->reason, Reason::lost);
  EXPECT_EQ(whole->code, 408);
  EXPECT_EQ(to_unix_millis(*whole->next_retry), 1769940000000);
  EXPECT_EQ(to_unix_millis(*whole->until), 5);
  EXPECT_EQ(whole->message, "m");
  const auto bare = decode_state(event(R"({"state":"working","reason":"sunspots","next_retry":null})"));
  EXPECT_EQ(bare->reason, Reason::other);
  EXPECT_FALSE(bare->next_retry);
  EXPECT_EQ(wrong(decode_state(event(R"({"state":"dancing"})"))), "state");
}

TEST(DecodeEvents, CodesComeWithTheirEnd) {
  const auto qr = decode_qr(event(R"({"code":"https://wa.me/x#1,2","expires_at":9,"left":5})"));
  EXPECT_EQ(qr->code, "https://wa.me/x#1,2");
  EXPECT_EQ(to_unix_millis(qr->expires_at), 9);
  EXPECT_EQ(qr->left, 5u);
  EXPECT_EQ(decode_pairing_code(event(R"({"code":"ABCD1234","expires_at":9})"))->code, "ABCD1234");
  EXPECT_EQ(wrong(decode_qr(event(R"({"expires_at":9})"))), "code");
  EXPECT_EQ(wrong(decode_qr(event(R"({"code":"x"})"))), "expires_at");
  EXPECT_EQ(wrong(decode_pairing_code(event(R"({"code":"","expires_at":9})"))), "code");
}

TEST(DecodeEvents, TypingAndPresence) {
  const auto typing = decode_typing(event(R"({"chat":"1-2@g.us","sender":"1@lid","state":"recording"})"));
  EXPECT_EQ(typing->state, Typing::recording);
  EXPECT_EQ(typing->sender.text(), "1@lid");
  EXPECT_EQ(wrong(decode_typing(event(R"({"chat":"1-2@g.us","sender":"1@lid","state":"singing"})"))), "state");
  const auto presence = decode_presence(event(R"({"jid":"1@lid","available":true,"last_seen":4})"));
  EXPECT_TRUE(presence->available);
  EXPECT_EQ(to_unix_millis(*presence->last_seen), 4);
  EXPECT_EQ(wrong(decode_presence(event(R"({"jid":"1@lid"})"))), "available");
}

TEST(DecodeEvents, ChatsTellWhatBecameDifferent) {
  const auto chats = decode_chats(
      event(R"({"chats":[{"jid":"1@lid","name":"n","archived":true,"pinned":false,"muted_until":0,"unread":3,"last_message_at":8},
      {"jid":"2@lid","deleted":true},{"jid":"nobody"},7]})"));
  ASSERT_EQ(chats->size(), 2u);
  const auto& first = chats->at(0);
  EXPECT_EQ(first.name, "n");
  EXPECT_EQ(first.archived, true);
  EXPECT_EQ(first.pinned, false);
  EXPECT_EQ(to_unix_millis(*first.muted_until), 0);
  EXPECT_EQ(first.unread, 3u);
  EXPECT_EQ(to_unix_millis(*first.last_message_at), 8);
  EXPECT_FALSE(first.deleted);
  EXPECT_TRUE(chats->at(1).deleted);
  EXPECT_FALSE(chats->at(1).name || chats->at(1).archived || chats->at(1).muted_until || chats->at(1).unread);
  EXPECT_EQ(wrong(decode_chats(event("{}"))), "chats");
}

TEST(DecodeEvents, ContactsTellTheirNames) {
  const auto contacts = decode_contacts(
      event(R"({"contacts":[{"jid":"1@s.whatsapp.net","lid":"2@lid","name":"a","push_name":"b","business_name":"c"},{"jid":"3@lid"}]})"));
  ASSERT_EQ(contacts->size(), 2u);
  EXPECT_EQ(contacts->at(0), (ContactChange{*Jid::parse("1@s.whatsapp.net"), Jid::parse("2@lid"), "a", "b", "c"}));
  EXPECT_FALSE(contacts->at(1).name || contacts->at(1).lid);
  std::string many = R"({"contacts":[{"jid":"1@lid"})";
  for (int i = 0; i < 200; ++i) many += R"(,{"jid":"1@lid"})";
  EXPECT_EQ(wrong(decode_contacts(event(many + "]}"))), "contacts");
}

TEST(DecodeEvents, GroupsTellWhatBecameDifferentAndWho) {
  const auto notice = decode_groups(event(
      R"({"groups":[{"jid":"1-2@g.us","subject":"s","description":"d","owner":"1@lid","created_at":5,"announce":true,"locked":false,"size":2,
      "members":[{"jid":"1@s.whatsapp.net","lid":"1@lid","role":"superadmin"},{"jid":"2@lid","role":"odd"},{"role":"admin"}]},{"jid":"3-4@g.us"}],
      "members":{"group":"1-2@g.us","action":"promote","participants":["1@lid","x"]}})"));
  ASSERT_TRUE(notice) << wrong(notice);
  const auto& group = notice->groups.at(0);
  EXPECT_EQ(group.subject, "s");
  EXPECT_EQ(group.description, "d");
  EXPECT_EQ(group.owner->text(), "1@lid");
  EXPECT_EQ(group.announce, true);
  EXPECT_EQ(group.locked, false);
  EXPECT_EQ(group.size, 2u);
  ASSERT_EQ(group.members->size(), 2u);
  EXPECT_EQ(group.members->at(0).role, Role::superadmin);
  EXPECT_EQ(group.members->at(1).role, Role::member);
  EXPECT_FALSE(notice->groups.at(1).subject || notice->groups.at(1).members);
  EXPECT_EQ(notice->members->action, MemberAction::promote);
  EXPECT_EQ(notice->members->participants.size(), 1u);
  EXPECT_EQ(wrong(decode_groups(event(R"({"groups":[],"members":{"group":"1-2@g.us","action":"ban"}})"))), "members.action");
}

TEST(DecodeEvents, ACallMayLackItsChat) {
  for (const auto& [word, state] : {std::pair("offer", CallNotice::State::offer), std::pair("accepted", CallNotice::State::accepted),
                                    std::pair("rejected", CallNotice::State::rejected), std::pair("timeout", CallNotice::State::timeout),
                                    std::pair("ended", CallNotice::State::ended)}) {
    const auto call = decode_call(event(R"({"call_id":"C","from":"1@lid","video":true,"at":3,"state":")" + std::string(word) + "\"}"));
    EXPECT_EQ(call->state, state);
    EXPECT_EQ(call->chat.text(), "1@lid");
    EXPECT_TRUE(call->video);
  }
  EXPECT_EQ(wrong(decode_call(event(R"({"from":"1@lid","state":"offer"})"))), "call_id");
}

TEST(DecodeEvents, HistoryUndecryptableRestricted) {
  const auto history = decode_history(event(R"({"progress":140,"done":true})"));
  EXPECT_EQ(history.progress, 100u);
  EXPECT_TRUE(history.done);
  EXPECT_FALSE(decode_history(event("{}")).progress);
  const auto unread = decode_undecryptable(event(R"({"chat":"1@lid","sender":"2@lid","message_id":"A","at":3})"));
  EXPECT_EQ(unread->message_id, "A");
  EXPECT_EQ(wrong(decode_undecryptable(event(R"({"chat":"1@lid","sender":"2@lid"})"))), "message_id");
  EXPECT_EQ(to_unix_millis(*decode_restricted(event(R"({"until":9})"))), 9);
  EXPECT_FALSE(decode_restricted(event("{}")));
}

TEST(DecodeEvents, HealthTellsOfProcessAndSessions) {
  const auto health = decode_health(event(R"({"process":{"rss":100,"heap":50,"sessions":1,"uptime_ms":7,"loop_delay_ms":3},
      "sessions":[{"session":"s1","state":"working","last_frame_at":5,"queue":2,"unacked":1},{"session":"s2","state":"unpaired","last_frame_at":null}]})"));
  ASSERT_TRUE(health) << wrong(health);
  EXPECT_EQ(health->resident_bytes, 100u);
  EXPECT_EQ(health->heap_bytes, 50u);
  EXPECT_EQ(health->uptime, milliseconds(7));
  EXPECT_EQ(health->loop_delay, milliseconds(3));
  ASSERT_EQ(health->sessions.size(), 2u);
  EXPECT_EQ(health->sessions[0].session.text, "s1");
  EXPECT_EQ(health->sessions[0].queue + health->sessions[0].unacked, 3u);
  EXPECT_FALSE(health->sessions[1].last_frame_at);
  EXPECT_EQ(wrong(decode_health(event(R"({"sessions":[]})"))), "process");
  EXPECT_EQ(wrong(decode_health(event(R"({"process":{},"sessions":[{"session":"s","state":"odd"}]})"))), "sessions.state");
}

}  // namespace
}  // namespace wherry::linked

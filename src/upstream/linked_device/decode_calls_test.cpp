#include "upstream/linked_device/decode_calls.h"

#include <gtest/gtest.h>

namespace wherry::linked {
namespace {

Frame frame(std::string_view line, std::string blob = {}) {
  const auto value = json::parse(line);
  EXPECT_TRUE(value) << line;
  return {value->get_object(), std::move(blob), 0};
}

template <class T>
std::string wrong(const Result<T>& result) {
  return result ? "nothing" : result.error().message;
}

const Jid kim = *Jid::parse("4915112345678@s.whatsapp.net");
const std::string message_start =
    R"({"op":"message","session":"s1","chat":"4915112345678@s.whatsapp.net","message_id":"3A01","sender":"88123@lid")";

TEST(DecodeCalls, AKeyQueryNamesItsKeys) {
  const auto query = decode_key_query(frame(R"({"type":"session","ids":["1.0","2_1.3"]})"));
  EXPECT_EQ(query->type, "session");
  EXPECT_EQ(query->ids, (std::vector<std::string>{"1.0", "2_1.3"}));
  EXPECT_EQ(wrong(decode_key_query(frame(R"({"ids":[]})"))), "type");
  EXPECT_EQ(wrong(decode_key_query(frame(R"({"type":"a"})"))), "ids");
  for (const char* ids : {R"([1])", R"([""])", R"(["a\u0000"])", R"("a")"})
    EXPECT_EQ(wrong(decode_key_query(frame(R"({"type":"a","ids":)" + std::string(ids) + "}"))), "ids") << ids;
  std::string many = R"({"type":"a","ids":["x")";
  for (int i = 0; i < 1000; ++i) many += R"(,"x")";
  EXPECT_EQ(wrong(decode_key_query(frame(many + "]}"))), "ids");
}

TEST(DecodeCalls, KeyChangesAreCutFromTheBlobInOrder) {
  const auto changes = decode_key_changes(frame(
      R"({"entries":[{"type":"a","id":"1","size":2},{"type":"b","id":"2","deleted":true},{"type":"a","id":"3","size":3}]})", "xxyyy"));
  ASSERT_EQ(changes->size(), 3u);
  EXPECT_EQ((*changes)[0].value->reveal(), "xx");
  EXPECT_FALSE((*changes)[1].value);
  EXPECT_EQ((*changes)[1].type, "b");
  EXPECT_EQ((*changes)[2].value->reveal(), "yyy");
}

TEST(DecodeCalls, KeyChangesThatDoNotFitTheirBlobAreRefused) {
  const auto with_size = [](const char* size) { return R"({"entries":[{"type":"a","id":"1","size":)" + std::string(size) + "}]}"; };
  EXPECT_EQ(wrong(decode_key_changes(frame(with_size("3"), "xx"))), "entries.size");
  EXPECT_EQ(wrong(decode_key_changes(frame(with_size("-1"), "xx"))), "entries.size");
  EXPECT_EQ(wrong(decode_key_changes(frame(with_size("1e300"), "xx"))), "entries.size");
  EXPECT_EQ(wrong(decode_key_changes(frame(with_size("1"), "xx"))), "blob");
  EXPECT_EQ(wrong(decode_key_changes(frame(R"({"entries":[7]})"))), "entries");
  EXPECT_EQ(wrong(decode_key_changes(frame(R"({"entries":[{"type":"a","deleted":true}]})"))), "entries.id");
  EXPECT_EQ(wrong(decode_key_changes(frame(R"({})"))), "entries");
}

TEST(DecodeCalls, AWipeTellsItsReason) {
  EXPECT_EQ(decode_wipe(frame(R"({"reason":"unlinked"})")), Reason::unlinked);
  EXPECT_EQ(decode_wipe(frame(R"({})")), Reason::other);
}

TEST(DecodeCalls, APairingMayLackItsLid) {
  const auto whole = decode_pairing(frame(R"({"jid":"4915112345678:3@s.whatsapp.net","lid":"88@lid","name":"Shop","platform":"android"})"));
  EXPECT_EQ(whole->jid, kim);
  EXPECT_EQ(whole->lid->text(), "88@lid");
  EXPECT_EQ(whole->name + whole->platform, "Shopandroid");
  EXPECT_FALSE(decode_pairing(frame(R"({"jid":"4915112345678@s.whatsapp.net","lid":null})"))->lid);
  EXPECT_EQ(wrong(decode_pairing(frame(R"({"jid":"nobody"})"))), "jid");
}

TEST(DecodeCalls, AMessageIsReadWhole) {
  const auto message =
      decode_message(frame(message_start + R"(,"chat_alt":"88123@lid","sender_alt":"49@s.whatsapp.net","from_me":true,"at":1769940000000,
      "push_name":"Kim","content":{"kind":"text","text":"hi"},"quoted":{"id":"Q1","sender":"49@s.whatsapp.net"},"mentions":["49@s.whatsapp.net","junk"],
      "forwarded":2,"ephemeral_seconds":86400,"view_once":true,"offline":true,"history":true,"new_field":[1]})",
                           "bytes"));
  ASSERT_TRUE(message) << wrong(message);
  EXPECT_EQ(message->chat, kim);
  EXPECT_EQ(message->chat_alt->text(), "88123@lid");
  EXPECT_EQ(message->message_id, "3A01");
  EXPECT_EQ(message->sender.text(), "88123@lid");
  EXPECT_EQ(message->sender_alt->text(), "49@s.whatsapp.net");
  EXPECT_TRUE(message->from_me && message->view_once && message->offline && message->history);
  EXPECT_EQ(to_unix_millis(message->at), 1769940000000);
  EXPECT_EQ(message->push_name, "Kim");
  EXPECT_EQ(message->content, ReceivedContent(Text{"hi"}));
  EXPECT_EQ(message->quoted->id, "Q1");
  ASSERT_EQ(message->mentions.size(), 1u);
  EXPECT_EQ(message->forwarded, 2u);
  EXPECT_EQ(message->ephemeral_seconds, 86400u);
  EXPECT_EQ(message->bytes, "bytes");
}

TEST(DecodeCalls, AMessageMayLackWhatIsNotPromised) {
  const auto message =
      decode_message(frame(message_start + R"(,"from_me":false,"at":5,"content":{"kind":"text","text":"hi"},"quoted":{"id":""}})"));
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->chat_alt || message->sender_alt || message->quoted);
  EXPECT_TRUE(message->push_name.empty() && message->mentions.empty() && message->bytes.empty());
  EXPECT_FALSE(message->history);
}

TEST(DecodeCalls, AMessageWithoutWhatIsPromisedIsRefused) {
  const std::string content = R"("content":{"kind":"text","text":"x"})";
  EXPECT_EQ(wrong(decode_message(frame(R"({"chat":"nobody","message_id":"A","sender":"1@lid","from_me":true,"at":1,)" + content + "}"))),
            "chat");
  EXPECT_EQ(wrong(decode_message(frame(R"({"chat":"1@lid","sender":"1@lid","from_me":true,"at":1,)" + content + "}"))), "message_id");
  EXPECT_EQ(wrong(decode_message(frame(message_start + R"(,"from_me":1,"at":1,)" + content + "}"))), "from_me");
  EXPECT_EQ(wrong(decode_message(frame(message_start + R"(,"from_me":true,"at":"1",)" + content + "}"))), "at");
  EXPECT_EQ(wrong(decode_message(frame(message_start + R"(,"from_me":true,"at":1})"))), "content");
  EXPECT_EQ(wrong(decode_message(frame(message_start + R"(,"from_me":true,"at":1,)" + content + "}", std::string((1 << 20) + 1, 'x')))),
            "blob");
}

TEST(DecodeCalls, AnOddTimeIsCutToWhatACalendarHas) {
  const auto at = [](const char* time) {
    return to_unix_millis(decode_message(frame(message_start + R"(,"from_me":true,"content":{},"at":)" + time + "}"))->at);
  };
  EXPECT_EQ(at("-1"), 0);
  EXPECT_EQ(at("1e300"), 253402300799999);
  EXPECT_EQ(at("18446744073709551615"), 253402300799999);
}

TEST(DecodeCalls, SentBytesMustBeThere) {
  const auto sent = decode_sent(frame(R"({"chat":"4915112345678@s.whatsapp.net","message_id":"3EB0AAAA"})", "b"));
  EXPECT_EQ(sent->bytes, "b");
  EXPECT_EQ(sent->message_id, "3EB0AAAA");
  EXPECT_EQ(wrong(decode_sent(frame(R"({"chat":"1@lid","message_id":"3EB0AAAA"})"))), "blob");
}

TEST(DecodeCalls, AnAcknowledgementIsAYesOrANo) {
  const auto yes = decode_ack(frame(R"({"chat":"1@lid","message_id":"A","outcome":"accepted","reason":"x","at":7})"));
  EXPECT_TRUE(yes->accepted && yes->reason.empty());
  const auto no = decode_ack(frame(R"({"chat":"1@lid","message_id":"A","outcome":"refused","wa_code":463,"reason":"restricted","at":7})"));
  EXPECT_FALSE(no->accepted);
  EXPECT_EQ(no->wa_code, 463);
  EXPECT_EQ(no->reason, "restricted");
  EXPECT_EQ(wrong(decode_ack(frame(R"({"chat":"1@lid","message_id":"A","outcome":"maybe","at":7})"))), "outcome");
}

TEST(DecodeCalls, AReceiptKnowsItsTypes) {
  for (const auto& [word, type] :
       {std::pair("delivered", ReceiptType::delivered), std::pair("read", ReceiptType::read), std::pair("played", ReceiptType::played)}) {
    const auto receipt =
        decode_receipt(frame(R"({"chat":"1-2@g.us","message_ids":["A","",7,"B"],"participant":"1@lid","by_me":true,"at":7,"type":")" +
                             std::string(word) + "\"}"));
    EXPECT_EQ(receipt->type, type);
    EXPECT_EQ(receipt->message_ids, (std::vector<std::string>{"A", "B"}));
    EXPECT_EQ(receipt->participant->text(), "1@lid");
    EXPECT_TRUE(receipt->by_me);
  }
  EXPECT_EQ(wrong(decode_receipt(frame(R"({"chat":"1@lid","message_ids":[],"type":"seen","at":7})"))), "type");
  EXPECT_EQ(wrong(decode_receipt(frame(R"({"chat":"1@lid","type":"read","at":7})"))), "message_ids");
}

TEST(DecodeCalls, ABytesQueryMayNameTheOtherAddress) {
  const auto query = decode_bytes_query(frame(R"({"chat":"1@lid","chat_alt":"2@s.whatsapp.net","message_id":"A"})"));
  EXPECT_EQ(query->chat.text(), "1@lid");
  EXPECT_EQ(query->chat_alt->text(), "2@s.whatsapp.net");
  EXPECT_EQ(wrong(decode_bytes_query(frame(R"({"chat":"1@lid"})"))), "message_id");
}

}  // namespace
}  // namespace wherry::linked

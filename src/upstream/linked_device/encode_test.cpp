#include "upstream/linked_device/encode.h"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include "upstream/linked_device/frames.h"

namespace wherry::linked {
namespace {

std::string text(const json::object& object) { return json::serialize(object); }
Jid jid(const char* written) { return *Jid::parse(written); }

const Jid chat = jid("49151@s.whatsapp.net");
const MessageRef target{"3A01", jid("1@lid"), false};

TEST(Encode, AMessageOfEachKind) {
  LocalFile file{"/data/blobs/ab", {}, 123, "image/jpeg"};
  file.sha256[31] = 0xff;
  const std::string media = R"("media":{"path":"out/x","sha256":")" + std::string(62, '0') + R"(ff","size":123,"mimetype":"image/jpeg"})";
  const std::pair<OutgoingContent, std::string> cases[] = {
      {Text{"h\"i"}, R"({"kind":"text","text":"h\"i"})"},
      {OutgoingMedia{MediaKind::image, file, "c", "f", false, 3, 4, 5, "hi"},
       R"({"kind":"image",)" + media + R"(,"caption":"c","file_name":"f","seconds":3,"width":4,"height":5,"thumbnail":"aGk="})"},
      {OutgoingMedia{MediaKind::audio, file, {}, {}, true, 0, 0, 0, {}}, R"({"kind":"audio",)" + media + R"(,"voice":true})"},
      {LocationContent{1.5, -2.5, "n", {}}, R"({"kind":"location","latitude":1.5E0,"longitude":-2.5E0,"name":"n"})"},
      {Contacts{{{"Kim", "BEGIN"}}}, R"({"kind":"contacts","contacts":[{"name":"Kim","vcard":"BEGIN"}]})"},
      {Poll{"Day?", {"Mon", "Tue"}, 0}, R"({"kind":"poll","name":"Day?","options":["Mon","Tue"],"selectable":0})"},
      {Poll{"Day?", {"Mon"}, 1}, R"({"kind":"poll","name":"Day?","options":["Mon"],"selectable":1})"},
  };
  for (const auto& [content, expected] : cases) {
    const OutgoingMessage message{"3EB0AAAA", chat, content, {}, {}, {}};
    EXPECT_EQ(text(encode_send(message, "out/x")), R"({"message_id":"3EB0AAAA","to":"49151@s.whatsapp.net","content":)" + expected + "}");
  }
}

TEST(Encode, AMessageMayQuoteMentionAndType) {
  const OutgoingMessage message{
      "3EB0AAAA", chat, Text{"x"}, target, {jid("1@lid"), jid("2@lid")}, TypingFirst{Typing::recording, milliseconds(1500)}};
  EXPECT_EQ(
      text(encode_send(message, "")),
      R"({"message_id":"3EB0AAAA","to":"49151@s.whatsapp.net","content":{"kind":"text","text":"x"},"reply_to":{"id":"3A01","from_me":false,"sender":"1@lid"},)"
      R"("mentions":["1@lid","2@lid"],"typing":{"state":"recording","ms":1500}})");
}

TEST(Encode, WhatIsDoneToAMessage) {
  EXPECT_EQ(text(encode_edit({"3EB0AAAA", chat, "3EB0BBBB", "new", {jid("1@lid")}})),
            R"({"message_id":"3EB0AAAA","chat":"49151@s.whatsapp.net","target":{"id":"3EB0BBBB"},"text":"new","mentions":["1@lid"]})");
  EXPECT_EQ(text(encode_revoke({"3EB0AAAA", chat, {"3EB0BBBB", {}, true}})),
            R"({"message_id":"3EB0AAAA","chat":"49151@s.whatsapp.net","target":{"id":"3EB0BBBB","from_me":true}})");
  EXPECT_EQ(
      text(encode_reaction({"3EB0AAAA", chat, target, ""})),
      R"({"message_id":"3EB0AAAA","chat":"49151@s.whatsapp.net","target":{"id":"3A01","from_me":false,"sender":"1@lid"},"emoji":""})");
  EXPECT_EQ(
      text(encode_vote({"3EB0AAAA", chat, target, {}})),
      R"({"message_id":"3EB0AAAA","chat":"49151@s.whatsapp.net","target":{"id":"3A01","from_me":false,"sender":"1@lid"},"options":[]})");
  EXPECT_EQ(text(encode_vote({"3EB0AAAA", chat, target, {"Mon"}}).at("options").is_array() ? json::object{{"n", 1}} : json::object()),
            R"({"n":1})");
  EXPECT_EQ(text(encode_forward({"3EB0AAAA", jid("1-2@g.us"), "3A01", chat})),
            R"({"message_id":"3EB0AAAA","source":{"chat":"1-2@g.us","id":"3A01"},"to":"49151@s.whatsapp.net"})");
}

TEST(Encode, SessionsAndTheirSettings) {
  boost::asio::io_context io;
  LinkedOptions options{io.get_executor(), "/d", NodeSidecar{"node", "/l"}};
  EXPECT_EQ(text(encode_settings({}, options)),
            R"({"history":"none","auto_read":false,"online":false,"max_media_bytes":104857600,"ack_timeout_ms":30000})");
  options.server = TestServer{"ws://127.0.0.1:1", "ab", "PEM"};
  Settings settings{"Shop", HistoryWanted::full, true, true, Secret("http://p"), "2.3000.1"};
  EXPECT_EQ(text(encode_settings(settings, options)),
            R"({"device_name":"Shop","history":"full","auto_read":true,"online":true,"proxy":"http://p","client_version":"2.3000.1",)"
            R"("max_media_bytes":104857600,"ack_timeout_ms":30000,"server":{"url":"ws://127.0.0.1:1","root_key":"ab","media_ca":"PEM"}})");
  EXPECT_EQ(text(encode_pair(PairByQr{})), R"({"method":"qr"})");
  EXPECT_EQ(text(encode_pair(PairByCode{WaId{"49151"}})), R"({"method":"code","phone":"49151"})");
}

TEST(Encode, ReceiptsTypingNumbersAndMembers) {
  EXPECT_EQ(text(encode_receipts(chat, ReceiptType::played, {{"A", jid("1@lid")}, {"B", {}}})),
            R"({"chat":"49151@s.whatsapp.net","type":"played","messages":[{"id":"A","sender":"1@lid"},{"id":"B"}]})");
  EXPECT_EQ(text(encode_typing(chat, Typing::paused)), R"({"chat":"49151@s.whatsapp.net","state":"paused"})");
  EXPECT_EQ(text(encode_numbers({WaId{"49151"}})), R"({"numbers":["49151"]})");
  EXPECT_EQ(text(encode_members({jid("1-2@g.us"), MemberAction::demote, {jid("1@lid")}})),
            R"({"group":"1-2@g.us","action":"demote","participants":["1@lid"]})");
}

TEST(Encode, OnlyWhatIsToChangeIsTold) {
  const auto group = jid("1-2@g.us");
  EXPECT_EQ(text(encode_group_edit(group, {"s", {}, true, {}})), R"({"group":"1-2@g.us","subject":"s","announce":true})");
  EXPECT_EQ(text(encode_group_edit(group, {{}, "", {}, false})), R"({"group":"1-2@g.us","description":"","locked":false})");
  EXPECT_EQ(text(encode_chat_edit(chat, {true, {}, {}, ChatEdit::Last{target, from_unix_millis(5)}})),
            R"({"chat":"49151@s.whatsapp.net","archived":true,"last_message":{"id":"3A01","from_me":false,"sender":"1@lid","at":5}})");
  EXPECT_EQ(text(encode_chat_edit(chat, {{}, false, Timestamp(), {}})),
            R"({"chat":"49151@s.whatsapp.net","pinned":false,"muted_until":0})");
}

TEST(Encode, ADownloadGivesTheTokenBackAsItCame) {
  RemoteFile file;
  file.token = R"({"v":1,"key":"k"})";
  EXPECT_EQ(text(*encode_download(file, "in/x")), R"({"token":{"v":1,"key":"k"},"path":"in/x"})");
  file.unavailable = true;
  EXPECT_EQ(encode_download(file, "in/x").error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(encode_download({}, "in/x").error().code, ErrorCode::invalid_argument);
}

TEST(Encode, KeysAreGivenUntilTheFrameIsFull) {
  KeyPage page;
  page.keys.push_back({"t", "1", Secret("abc")});
  page.keys.push_back({"t", "2", std::nullopt});
  page.keys.push_back({"t", "3", Secret("de")});
  auto keys = encode_keys(page);
  EXPECT_EQ(text(keys->ok), R"({"entries":[{"id":"1","size":3},{"id":"3","size":2}]})");
  EXPECT_EQ(keys->blob, "abcde");
  page.keys.push_back({"t", "4", Secret(std::string(max_blob_bytes - 4, 'x'))});
  EXPECT_EQ(text(encode_keys(page)->ok), R"({"entries":[{"id":"1","size":3},{"id":"3","size":2}],"more":true})");
  page.keys = {{"t", "5", Secret(std::string(max_blob_bytes + 1, 'x'))}};
  EXPECT_EQ(encode_keys(page).error().code, ErrorCode::internal);
  EXPECT_EQ(text(encode_keys({})->ok), R"({"entries":[]})");
}

TEST(Encode, ALongListOfKeysFitsIntoALine) {
  KeyPage page;
  for (int i = 0; i < 1000; ++i) page.keys.push_back({"t", std::string(512, '"'), Secret("x")});
  auto keys = encode_keys(page);
  ASSERT_TRUE(keys);
  EXPECT_TRUE(keys->ok.contains("more"));
  EXPECT_TRUE(write_frame({{"reply", 1}, {"ok", keys->ok}}, keys->blob));
}

}  // namespace
}  // namespace wherry::linked

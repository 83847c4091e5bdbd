#include "api/meta_webhook/parse.h"

#include <gtest/gtest.h>

#include "tests/support/webhook_bodies.h"

namespace wherry::api::meta_webhook {
namespace {

TEST(ParseWebhook, EveryMessageAndStatusOfEveryEntryAndChangeComesOutOnceAndInOrder) {
  for (const int entries : {1, 2, 5}) {
    for (const int changes : {1, 2, 5}) {
      for (const int messages : {0, 1, 3, 50}) {
        for (const int statuses : {0, 1, 50}) {
          std::vector<std::string> expected;
          std::string body;
          int next = 0;
          for (int e = 0; e < entries; ++e) {
            std::string inside;
            for (int c = 0; c < changes; ++c) {
              std::string m, s;
              for (int i = 0; i < messages; ++i) {
                expected.push_back("wamid." + std::to_string(++next));
                m += (m.empty() ? "" : ",") + text_message(expected.back(), "1555010" + std::to_string(1000 + next % 9000));
              }
              for (int i = 0; i < statuses; ++i) {
                expected.push_back("wamid." + std::to_string(++next));
                s += (s.empty() ? "" : ",") + status_of(expected.back(), "delivered");
              }
              inside += (inside.empty() ? "" : ",") + change_of(value_of("\"messages\":[" + m + "],\"statuses\":[" + s + "]"));
            }
            body += (body.empty() ? "" : ",") + entry_of(inside);
          }

          std::vector<std::string> found;
          for (const auto& event : parse_webhook(body_of(body))) {
            if (const auto* message = std::get_if<InboundMessage>(&event)) found.push_back(message->wamid);
            else if (const auto* status = std::get_if<StatusUpdate>(&event)) found.push_back(status->wamid);
            else found.push_back("other");
          }
          ASSERT_EQ(found, expected) << entries << 'x' << changes << 'x' << messages << 'x' << statuses;
        }
      }
    }
  }
}

TEST(ParseWebhook, FortyPeopleInOnePostEachKeepTheirOwnNameAndNumber) {
  std::string contacts, messages;
  for (int i = 0; i < 40; ++i) {
    const auto number = "155501" + std::to_string(10000 + i);
    // Contacts in reverse: position must not matter.
    contacts =
        R"({"profile":{"name":"N)" + std::to_string(i) + R"("},"wa_id":")" + number + "\"}" + (contacts.empty() ? "" : ",") + contacts;
    messages += (messages.empty() ? "" : ",") + text_message("wamid." + std::to_string(i), number);
  }
  const auto found = only<InboundMessage>(parse_webhook(one("\"contacts\":[" + contacts + "],\"messages\":[" + messages + "]")));
  ASSERT_EQ(found.size(), 40u);
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(found[i].from.wa_id->digits, "155501" + std::to_string(10000 + i));
    EXPECT_EQ(found[i].from.profile_name, "N" + std::to_string(i));
  }
}

TEST(ParseWebhook, ReadsAMessageWithEverythingAboutItsSender) {
  const std::string text =
      R"({"from":"15550100042","from_user_id":"US.13491208655302741918","from_parent_user_id":"US.ENT.118","id":"wamid.A","timestamp":"1795000000","type":"text","text":{"body":"Hi \u00fc\/\ud83d\udc4d"}})";
  const auto message =
      message_in(text, R"([{"profile":{"name":"Ada L.","username":"@ada.l"},"wa_id":"15550100042","user_id":"US.13491208655302741918"}])");
  EXPECT_EQ(message.phone_number_id, pnid);
  EXPECT_EQ(message.wamid, "wamid.A");
  EXPECT_EQ(message.type, "text");
  EXPECT_EQ(message.text, "Hi \xc3\xbc/\xf0\x9f\x91\x8d");
  EXPECT_EQ(to_unix_millis(message.at), 1'795'000'000'000);
  EXPECT_EQ(message.from.wa_id->digits, "15550100042");
  EXPECT_EQ(message.from.bsuid, "US.13491208655302741918");
  EXPECT_EQ(message.from.parent_bsuid, "US.ENT.118");
  EXPECT_EQ(message.from.profile_name, "Ada L.");
  EXPECT_EQ(message.from.username, "ada.l");
  EXPECT_EQ(message.raw, text);
  EXPECT_FALSE(message.media);
}

TEST(ParseWebhook, ASenderWhoseNumberIsHiddenIsKnownByTheUserId) {
  for (const char* from : {"", R"("from":"",)", R"("from":null,)"}) {
    const auto message =
        message_in("{" + std::string(from) + R"("from_user_id":"US.1","id":"wamid.A","timestamp":"1","type":"text","text":{"body":"x"}})",
                   R"([{"profile":{"name":"Hid"},"user_id":"US.1","wa_id":""}])");
    EXPECT_FALSE(message.from.wa_id);
    EXPECT_EQ(message.from.bsuid, "US.1");
    EXPECT_EQ(message.from.profile_name, "Hid");
  }
}

TEST(ParseWebhook, AMessageNamesWhatItAnswersOrReactsTo) {
  const auto reply_to = [](const std::string& members) {
    return message_in(R"({"from":"15550100042","id":"wamid.A","timestamp":"1","type":"x",)" + members + "}", "[]").reply_to;
  };
  EXPECT_EQ(reply_to(R"("context":{"from":"1","id":"wamid.Q"})"), "wamid.Q");
  EXPECT_EQ(reply_to(R"("reaction":{"message_id":"wamid.R","emoji":"x"})"), "wamid.R");
  EXPECT_EQ(reply_to(R"("context":{"forwarded":true})"), "");
  EXPECT_EQ(reply_to(R"("context":null)"), "");
  EXPECT_EQ(reply_to(R"("context":{"id":")" + std::string(600, 'x') + R"("})"), "");
}

TEST(ParseWebhook, AMessageIsNeverGivenAStrangersName) {
  const auto message = message_in(text_message("wamid.A", "15550100042"), R"([{"profile":{"name":"Eve"},"wa_id":"15550109999"}])");
  EXPECT_EQ(message.from.wa_id->digits, "15550100042");
  EXPECT_FALSE(message.from.profile_name);
}

TEST(ParseWebhook, TheOnlyContactStandsForAMessageThatNamesNobody) {
  const auto message = message_in(R"({"id":"wamid.A","timestamp":"1","type":"text","text":{"body":"x"}})", R"([{"wa_id":"15550100042"}])");
  EXPECT_EQ(message.from.wa_id->digits, "15550100042");
  const auto two =
      parse_webhook(one(R"("contacts":[{"wa_id":"15550100042"},{"wa_id":"15550100043"}],"messages":[{"id":"wamid.A","type":"text"}])"));
  EXPECT_EQ(only<OtherEvent>(two).size(), 1u);
}

TEST(ParseWebhook, AContactWrittenAsAnotherVariantOfTheNumberIsTheSender) {
  const auto message = message_in(text_message("wamid.A", "551187654321"), R"([{"profile":{"name":"Bia"},"wa_id":"5511987654321"}])");
  EXPECT_EQ(message.from.profile_name, "Bia");
}

TEST(ParseWebhook, ReadsMediaOfEachKind) {
  for (const std::string type : {"image", "video", "audio", "document", "sticker"}) {
    const auto message = message_in(
        R"({"from":"15550100042","id":"wamid.A","timestamp":1795000000,"type":")" + type + R"(",")" + type +
        R"(":{"caption":"look","mime_type":"x\/y; codecs=opus","sha256":"abc=","id":"5550","filename":"f.bin","url":"https:\/\/x"}})");
    ASSERT_TRUE(message.media) << type;
    EXPECT_EQ(message.media->remote_id, "5550");
    EXPECT_EQ(message.media->mime_type, "x/y; codecs=opus");
    EXPECT_EQ(message.media->sha256_base64, "abc=");
    EXPECT_EQ(message.media->file_name, "f.bin");
    EXPECT_EQ(message.text, "look");
  }
}

TEST(ParseWebhook, OtherTypesAndUnknownOnesAreMessagesToo) {
  for (const char* rest :
       {R"("type":"location","location":{"latitude":1.5,"longitude":2,"id":"x"})", R"("type":"contacts","contacts":[{"name":{}}])",
        R"("type":"reaction","reaction":{"message_id":"wamid.B","emoji":""})", R"("type":"interactive")",
        R"("type":"hologram","hologram":7)", R"("type":"unsupported","errors":[{"code":131051}])",
        R"("type":"system","system":{"body":"x","type":"user_changed_number"})", R"("text":{"body":"no type"})", R"("type":7)"}) {
    const auto message = message_in(R"({"from":"15550100042","id":"wamid.A","timestamp":"1795000000",)" + std::string(rest) + "}");
    EXPECT_FALSE(message.media) << rest;
    EXPECT_NE(message.raw.find(rest), std::string::npos);
  }
}

TEST(ParseWebhook, TimestampsAreReadAsTextOrNumberAndNonsenseIsTheEpoch) {
  const auto at = [](std::string timestamp) {
    return to_unix_millis(message_in(R"({"from":"15550100042","id":"wamid.A","timestamp":)" + timestamp + R"(,"type":"x"})").at);
  };
  EXPECT_EQ(at("\"1795000000\""), 1'795'000'000'000);
  EXPECT_EQ(at("1795000000"), 1'795'000'000'000);
  EXPECT_EQ(at("\"1795000000123\""), 1'795'000'000'123);
  for (const char* text :
       {"\"\"", "\"x\"", "\"12x\"", "null", "-5", "\"-5\"", "1.5", "99999999999999999999", "\"99999999999999999999\"", "{}", "true"})
    EXPECT_EQ(at(text), 0) << text;
}

TEST(ParseWebhook, ReadsAFailedStatusWithOurIdAndTheError) {
  const auto id = MessageId::make(from_unix_millis(1));
  const auto status = status_in(
      R"({"id":"wamid.A","status":"failed","timestamp":"1795000004","recipient_id":"15550100042","biz_opaque_callback_data":")" +
      id.text() +
      R"(","errors":[{"code":131047,"title":"(#131047) Re-engagement message","message":"x","error_data":{"details":"24 hours"}},{"code":1}]})");
  EXPECT_EQ(status.phone_number_id, pnid);
  EXPECT_EQ(status.wamid, "wamid.A");
  EXPECT_EQ(status.status, "failed");
  EXPECT_EQ(status.recipient, "15550100042");
  EXPECT_EQ(status.message, id);
  ASSERT_TRUE(status.error);
  EXPECT_EQ(status.error->code, 131047);
  EXPECT_EQ(status.error->title, "Re-engagement message");
  EXPECT_EQ(status.error->details, "24 hours");
}

TEST(ParseWebhook, AStatusRecipientIsTheParticipantElseTheNumberElseTheUserId) {
  const auto recipient = [](std::string rest) { return status_in(R"({"id":"wamid.A","status":"read")" + rest + "}").recipient; };
  EXPECT_EQ(recipient(R"(,"recipient_id":"G","recipient_participant_id":"P")"), "P");
  EXPECT_EQ(recipient(R"(,"recipient_id":"G","participant_recipient_id":"P")"), "P");
  EXPECT_EQ(recipient(R"(,"recipient_id":"1","recipient_user_id":"US.1")"), "1");
  EXPECT_EQ(recipient(R"(,"recipient_id":"","recipient_user_id":"US.1")"), "US.1");
  EXPECT_EQ(recipient(""), "");
}

TEST(ParseWebhook, AnUnknownStatusOrForeignOpaqueDataIsKeptAsItIs) {
  const auto status = status_in(R"({"id":"wamid.A","status":"warped","biz_opaque_callback_data":"somebody-else"})");
  EXPECT_EQ(status.status, "warped");
  EXPECT_FALSE(status.message);
  EXPECT_FALSE(status.error);
}

TEST(ParseWebhook, WhatWasTappedIsTheTextOfATap) {
  const auto text = [](const std::string& content) {
    return message_in(R"({"from":"15550100042","id":"wamid.T","timestamp":"1795000000",)" + content + "}").text;
  };
  EXPECT_EQ(text(R"("type":"interactive","interactive":{"type":"button_reply","button_reply":{"id":"y","title":"Yes"}})"), "Yes");
  EXPECT_EQ(text(R"("type":"interactive","interactive":{"type":"list_reply","list_reply":{"id":"r","title":"9:00"}})"), "9:00");
  EXPECT_EQ(text(R"("type":"button","button":{"payload":"STOP","text":"Stop"})"), "Stop");
  EXPECT_EQ(text(R"("type":"button","button":{"payload":"STOP","text":"a\u0000b"})"),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(text(R"("type":"interactive","interactive":7)"), "");
}

}  // namespace
}  // namespace wherry::api::meta_webhook

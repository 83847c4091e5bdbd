#include "api/meta_webhook/parse.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/webhook_bodies.h"

namespace wherry::api::meta_webhook {
namespace {

TEST(ParseWebhookOdd, AChangeWithoutMetadataIsKeptWithItsAccount) {
  const auto other = other_in(body_of(entry_of(change_of(R"({"event":"ACCOUNT_RESTRICTION","x":[1]})", "account_update"))));
  EXPECT_EQ(other.field, "account_update");
  EXPECT_EQ(other.waba_id, waba);
  EXPECT_EQ(other.phone_number_id, "");
  EXPECT_EQ(other.raw, R"({"event":"ACCOUNT_RESTRICTION","x":[1]})");
}

TEST(ParseWebhookOdd, AnotherFieldIsKeptWithItsNumber) {
  const auto other = other_in(body_of(entry_of(change_of(value_of(R"("message_echoes":[{"id":"wamid.E"}])"), "smb_message_echoes"))));
  EXPECT_EQ(other.phone_number_id, pnid);
  EXPECT_EQ(other.field, "smb_message_echoes");
}

TEST(ParseWebhookOdd, ErrorsAndUnknownMembersBesideMessagesAreKept) {
  const auto events = parse_webhook(one(R"("messages":[)" + text_message("wamid.A") + R"(],"errors":[{"code":131035}],"novelty":{"a":1})"));
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(only<InboundMessage>(events).size(), 1u);
  EXPECT_EQ(only<OtherEvent>(events).at(0).raw, R"({"errors":[{"code":131035}],"novelty":{"a":1}})");
  EXPECT_EQ(other_in(one(R"("errors":[{"code":130429}])")).raw, R"({"errors":[{"code":130429}]})");
  EXPECT_EQ(other_in(one("")).raw, value_of(""));
}

TEST(ParseWebhookOdd, AGroupsMessageIsKeptWithoutOpeningAConversation) {
  const auto other =
      other_in(one(R"("messages":[{"from":"15550100042","group_id":"Y2Fw","id":"wamid.A","type":"text","text":{"body":"x"}}])"));
  EXPECT_EQ(other.phone_number_id, pnid);
  EXPECT_TRUE(other.raw.starts_with(R"({"messages":[{"from":)"));
}

TEST(ParseWebhookOdd, AnOddElementLeavesItsNeighboursWhole) {
  for (const std::string& odd : {std::string("7"), std::string("null"), std::string("\"x\""), std::string("[]"), std::string("{}"),
                                 std::string(R"({"id":"wamid.X"})"), std::string(R"({"from":"15550100042","type":"text"})"),
                                 std::string(10'000, '[') + std::string(10'000, ']'),
                                 std::string(R"({"from":"15550100042","id":nonsense})"), std::string("{\"a\"}")}) {
    const auto events = parse_webhook(one(R"("messages":[)" + text_message("wamid.1") + "," + odd + "," + text_message("wamid.2") +
                                          R"(],"statuses":[)" + status_of("wamid.3", "read") + "," + odd + "]"));
    EXPECT_EQ(only<InboundMessage>(events).size(), 2u) << odd.substr(0, 40);
    EXPECT_EQ(only<StatusUpdate>(events).size(), 1u) << odd.substr(0, 40);
    const auto others = only<OtherEvent>(events);
    EXPECT_EQ(others.size(), 2u) << odd.substr(0, 40);
    for (const auto& other : others) EXPECT_TRUE(json::parse(other.raw)) << other.raw.substr(0, 80);
  }
}

TEST(ParseWebhookOdd, TextThatStrictJsonRefusesStillArrives) {
  const auto text = [](std::string escaped) {
    return message_in(R"({"from":"15550100042","id":"wamid.A","type":"text","text":{"body":")" + escaped + "\"}}").text;
  };
  EXPECT_EQ(text(R"(a\ud83db)"),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(text("a\xff"
                 "b"),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(text("a\tb"), "a\tb");
  EXPECT_EQ(text(R"(a\u0000b)"),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(message_in(
                R"({"from":"15550100042","id":"wamid.A","type":"location","location":{"latitude":NaN},"n":123456789012345678901234567890})")
                .type,
            "location");
}

TEST(ParseWebhookOdd, AByteOrderMarkAndDuplicateKeysLoseNothing) {
  EXPECT_EQ(parse_webhook("\xef\xbb\xbf" + one("\"messages\":[" + text_message("wamid.A") + "]")).size(), 1u);
  const auto events = parse_webhook(one("\"messages\":[" + text_message("wamid.A") + "],\"messages\":[" + text_message("wamid.B") + "]"));
  EXPECT_EQ(only<InboundMessage>(events).size(), 2u);
  const auto twice =
      parse_webhook(R"({"entry":[)" + entry_of(change_of(value_of("\"messages\":[" + text_message("wamid.A") + "]"))) + R"(],"entry":[)" +
                    entry_of(change_of(value_of("\"messages\":[" + text_message("wamid.B") + "]"))) + "]}");
  EXPECT_EQ(only<InboundMessage>(twice).size(), 2u);
}

TEST(ParseWebhookOdd, BrokenEnvelopesAreKeptWhole) {
  for (const char* body :
       {"", "x", "[]", "null", "{", "{}", R"({"object":"page"})", R"({"entry":7})", R"({"entry":{}})", R"({"entry":[7]})",
        R"({"entry":[{}]})", R"({"entry":[{"id":"1","changes":7}]})", R"({"entry":[{"id":"1","changes":[7]}]})",
        R"({"entry":[{"id":"1","changes":[{}]}]})", R"({"entry":[{"id":"1","changes":[{"field":"messages","value":7}]}]})",
        R"({"entry":[{"id":"1","changes":[{"field":"messages"}]}]})",
        R"({"entry":[{"id":"1","changes":[{"field":"messages","value":{"messages":[]}}]}]})", "{\"entry\":[]}}"}) {
    other_in(body);
  }
  EXPECT_TRUE(parse_webhook(body_of("")).empty());
  EXPECT_TRUE(parse_webhook(R"({"object":"x","entry":[{"id":"1","changes":[]}]})").empty());
}

TEST(ParseWebhookOdd, ANumericIdIsReadLikeAText) {
  const auto other = other_in(R"({"entry":[{"id":102290129340398,"changes":[{"field":"account_update","value":{"a":1}}]}]})");
  EXPECT_EQ(other.waba_id, waba);
}

TEST(ParseWebhookOdd, EveryCutOfABodyIsSurvived) {
  const auto body = one(R"("contacts":[{"profile":{"name":"A\ud83d\udc4d"},"wa_id":"15550100042"}],"messages":[)" +
                        text_message("wamid.A") + "],\"statuses\":[" + status_of("wamid.B", "read") + "]");
  for (std::size_t cut = 0; cut < body.size(); ++cut) {
    for (const auto& event : parse_webhook(body.substr(0, cut))) {
      const auto* other = std::get_if<OtherEvent>(&event);
      ASSERT_NE(other, nullptr);
      ASSERT_TRUE(json::parse(other->raw));
    }
  }
}

TEST(ParseWebhookOdd, AThousandPeopleAndThreeMegabytesAreReadQuickly) {
  std::string contacts, messages;
  for (int i = 0; i < 5000; ++i) {
    const auto number = "155501" + std::to_string(10000 + i);
    contacts += std::string(i == 0 ? "" : ",") + R"({"profile":{"name":"N"},"wa_id":")" + number + "\"}";
    messages += std::string(i == 0 ? "" : ",") + text_message("wamid." + std::to_string(i), number);
  }
  const auto found = only<InboundMessage>(parse_webhook(one("\"contacts\":[" + contacts + "],\"messages\":[" + messages + "]")));
  ASSERT_EQ(found.size(), 5000u);
  std::set<std::string> people;
  for (const auto& message : found) people.insert(message.from.wa_id->digits + message.from.profile_name.value_or("?"));
  EXPECT_EQ(people.size(), 5000u);
}

}  // namespace
}  // namespace wherry::api::meta_webhook

#include "api/admin/send_request.h"

#include <gtest/gtest.h>

namespace wherry::api::admin {
namespace {

class SendRequestTest : public ::testing::Test {
 protected:
  // The request with these members beside tenant and conversation, quotes as '.
  Result<SendRequest> parse(std::string members, bool with_conversation = true) {
    std::replace(members.begin(), members.end(), '\'', '"');
    std::string json_text = R"({"tenant_id":")" + tenant.text() + "\"";
    if (with_conversation) json_text += R"(,"conversation_id":")" + conversation.text() + "\"";
    const auto body = json::parse(json_text + "," + members + "}");
    EXPECT_TRUE(body) << members;
    return parse_send_request(body->get_object());
  }
  std::string refusal(const std::string& members, bool with_conversation = true) {
    const auto parsed = parse(members, with_conversation);
    EXPECT_FALSE(parsed) << members;
    if (parsed) return "";
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid_argument);
    return parsed.error().message;
  }
  static constexpr const char* text = "'type':'text','text':{'body':'hi'}";
  Timestamp now = from_unix_millis(1'795'000'000'000);
  TenantId tenant = TenantId::make(now);
  ConversationId conversation = ConversationId::make(now);
  ChannelId channel = ChannelId::make(now);
};

TEST_F(SendRequestTest, ATextToAConversationIsInteractiveAndForNow) {
  const auto parsed = parse(text);

  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->tenant, tenant);
  EXPECT_EQ(parsed->conversation, conversation);
  EXPECT_FALSE(parsed->to);
  EXPECT_EQ(std::get<TextContent>(parsed->content).body, "hi");
  EXPECT_EQ(parsed->priority, Priority::interactive);
  EXPECT_FALSE(parsed->send_at);
}

TEST_F(SendRequestTest, PriorityAndTimeAreTaken) {
  const auto parsed = parse(std::string(text) + ",'priority':'bulk','send_at':'2026-11-20T10:00:00Z'");

  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->priority, Priority::bulk);
  EXPECT_EQ(to_iso8601(*parsed->send_at), "2026-11-20T10:00:00.000Z");
}

TEST_F(SendRequestTest, ANumberIsReachedFromAChannel) {
  const auto parsed = parse("'channel_id':'" + channel.text() + "','to':'+49 (1511) 234-5678'," + text, false);

  ASSERT_TRUE(parsed) << parsed.error().message;
  ASSERT_TRUE(parsed->to);
  EXPECT_EQ(parsed->to->channel, channel);
  EXPECT_EQ(std::get<WaId>(parsed->to->who).digits, "4915112345678");
}

TEST_F(SendRequestTest, EveryKindOfContentIsTaken) {
  const auto media = MediaId::make(now).text();
  const auto kind_of = [&](const std::string& members) {
    const auto parsed = parse(members);
    EXPECT_TRUE(parsed) << members << ": " << parsed.error().message;
    return parsed ? std::string(kind_name(parsed->content)) : "";
  };

  EXPECT_EQ(kind_of("'type':'image','image':{'media':'" + media + "','caption':'look'}"), "image");
  EXPECT_EQ(kind_of("'type':'document','document':{'media':'" + media + "','file_name':'plan.pdf','caption':''}"), "document");
  EXPECT_EQ(kind_of("'type':'reaction','reaction':{'message_id':'wamid.X','emoji':''}"), "reaction");
  EXPECT_EQ(kind_of("'type':'location','location':{'latitude':52.5,'longitude':13.4}"), "location");
  EXPECT_EQ(kind_of("'type':'contacts','contacts':[{'name':{'formatted_name':'Ann','first_name':'Ann'}}]"), "contacts");
  EXPECT_EQ(kind_of("'type':'template','template':{'name':'hello','language':{'code':'en'}}"), "template");
  EXPECT_EQ(kind_of("'type':'interactive','interactive':{'type':'button','body':{'text':'Well?'},'action':{'buttons':"
                    "[{'type':'reply','reply':{'id':'y','title':'Yes'}}]}}"),
            "interactive");
}

TEST_F(SendRequestTest, WhatIsMissingOrUnknownIsNamed) {
  EXPECT_EQ(refusal("'x':1"), "type is needed: text, image, …");
  EXPECT_EQ(refusal("'type':'text'"), "\"text\" must be there, with the content");
  EXPECT_EQ(refusal("'type':'text','text':'hi'"), "\"text\" must be there, with the content");
  EXPECT_EQ(refusal("'type':'text','text':{'body':'hi','colour':'red'}"), "unknown field: text.colour");
  EXPECT_EQ(refusal("'type':'text','text':{'type':'text','body':'hi'}"), "unknown field: text.type");
  EXPECT_EQ(refusal(std::string(text) + ",'sent_at':'x'"), "unknown field: sent_at");
  EXPECT_EQ(refusal("'type':'poll','poll':{}"), "poll is nothing that can be sent, or a member of it is missing or of the wrong type");
  EXPECT_EQ(refusal("'type':'tenant_id'"), "\"tenant_id\" must be there, with the content");
  EXPECT_NE(refusal("'type':'template','template':{'language':{'code':'en'}}").find("name"), std::string::npos);
  EXPECT_EQ(refusal(std::string(text) + ",'priority':'high'"), "priority must be interactive or bulk");
  EXPECT_EQ(refusal(std::string(text) + ",'send_at':'tomorrow'"), "send_at must be a time in UTC such as 2026-02-03T09:15:27Z");
}

TEST_F(SendRequestTest, ExactlyOneWayOfAddressingIsTaken) {
  const auto both = "'channel_id':'" + channel.text() + "','to':'4915112345678'," + text;

  EXPECT_EQ(refusal(both), "give conversation_id, or channel_id and to");
  EXPECT_EQ(refusal(text, false), "give conversation_id, or channel_id and to");
  EXPECT_EQ(refusal("'to':'4915112345678'," + std::string(text), false), "give conversation_id, or channel_id and to");
  EXPECT_EQ(refusal("'channel_id':'" + channel.text() + "','to':'12'," + text, false), "to must be a phone number with its country code");
  EXPECT_EQ(refusal("'channel_id':'x','to':'4915112345678'," + std::string(text), false), "channel_id must be a channel's id (pool_…)");
}

}  // namespace
}  // namespace wherry::api::admin

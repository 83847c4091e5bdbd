#include "simulator/graph/graph_fixture.h"

namespace wherry::sim {
namespace {

using test::Answer;
class GraphSend : public test::GraphTest {};

TEST_F(GraphSend, AnAcceptedTextIsAnsweredLikeGraphDoes) {
  open_window();
  const Answer answer =
      send(R"("type":"text","text":{"body":"h\u00e9 / \ud83d\ude00"},"biz_opaque_callback_data":"gw:1")", "+1 (555) 010-0042");
  ASSERT_EQ(answer.status, 200) << answer.body;
  ASSERT_EQ(events.accepted.size(), 1u);
  const auto& message = *events.accepted[0];
  EXPECT_EQ(answer.body,
            R"({"messaging_product":"whatsapp","contacts":[{"input":"+1 (555) 010-0042","wa_id":"15550100042"}],"messages":[{"id":")" +
                message.id + R"("}]})");
  EXPECT_EQ(message.id.substr(0, 27), "wamid.HBgLMTU1NTAxMDAwNDIVA");
  EXPECT_EQ(message.opaque, "gw:1");
  EXPECT_EQ(message.category, "service");
  EXPECT_TRUE(message.in_window);
  EXPECT_FALSE(message.failure);
  EXPECT_EQ(answer.headers.find("facebook-api-version"), "v26.0");
  EXPECT_EQ(answer.headers.find("Content-Type"), "application/json; charset=UTF-8");
  EXPECT_TRUE(answer.headers.find("x-fb-trace-id"));
  EXPECT_TRUE(answer.headers.find("X-App-Usage"));
  EXPECT_EQ(world.messages.find(message.id), events.accepted[0]);
}

TEST_F(GraphSend, TwoRunsWithOneSeedGiveTheSameBytes) {
  const std::string first = send_text().body;
  world.reset();
  EXPECT_EQ(send_text().body, first);
}

struct Refusal {
  const char* name;
  const char* body;
  int code;
  const char* message;
  const char* details;
};

class GraphRefusal : public test::GraphTest, public ::testing::WithParamInterface<Refusal> {};

TEST_P(GraphRefusal, HasItsWording) {
  const Refusal& row = GetParam();
  const Answer answer = post(messages, row.body);
  EXPECT_EQ(answer.status, graph_error(row.code).http) << answer.body;
  EXPECT_EQ(answer.code(), row.code);
  EXPECT_EQ(answer.message(), row.message);
  EXPECT_EQ(answer.details(), row.details);
  EXPECT_TRUE(events.accepted.empty());
  EXPECT_EQ(world.counters.by_code().at(row.code), 1u);
}

#define ENVELOPE R"("messaging_product":"whatsapp","to":"15550100042",)"

INSTANTIATE_TEST_SUITE_P(
    Wording, GraphRefusal,
    ::testing::Values(
        Refusal{"empty_body", "", 100, "(#100) The parameter messaging_product is required.", ""},
        Refusal{"broken_json", R"({"messaging_product":)", 100, "(#100) The parameter messaging_product is required.", ""},
        Refusal{"wrong_product", R"({"messaging_product":"x"})", 100,
                "(#100) Param messaging_product must be one of {WHATSAPP} - got \"x\".", ""},
        Refusal{"no_recipient", R"({"messaging_product":"whatsapp"})", 100, "(#100) The parameter to is required.", ""},
        Refusal{"recipient_type", "{" ENVELOPE R"("recipient_type":"robot"})", 100,
                "(#100) Param recipient_type must be one of {INDIVIDUAL, GROUP} - got \"robot\".", ""},
        Refusal{"recipient_type_mismatch", "{" ENVELOPE R"("recipient_type":"group"})", 100, "(#100) Invalid parameter",
                "Parameter 'recipient_type' does not match the recipient in 'to'"},
        Refusal{"bad_number", R"({"messaging_product":"whatsapp","to":"abc","text":{"body":"x"}})", 131009,
                "(#131009) Parameter value is not valid", "Recipient phone number is not valid: abc"},
        Refusal{"bad_bsuid", R"({"messaging_product":"whatsapp","recipient":"US.1","text":{"body":"x"}})", 131009,
                "(#131009) Parameter value is not valid", "Recipient is not a valid business-scoped user ID: US.1"},
        Refusal{
            "unknown_type", "{" ENVELOPE R"("type":"fax"})", 100,
            "(#100) Param type must be one of {AUDIO, CONTACTS, DOCUMENT, IMAGE, INTERACTIVE, LOCATION, PIN, REACTION, STICKER, TEMPLATE, "
            "TEXT, VIDEO} - got \"fax\".",
            ""},
        Refusal{"missing_object", "{" ENVELOPE R"("type":"text"})", 100, "(#100) Invalid parameter",
                "Parameter 'text' is mandatory for type 'text'"},
        Refusal{"empty_text", "{" ENVELOPE R"("type":"text","text":{"body":""}})", 100, "(#100) The parameter text['body'] is required.",
                ""},
        Refusal{"text_number", "{" ENVELOPE R"("type":"text","text":{"body":5}})", 100, "(#100) Param text['body'] must be a string.", ""},
        Refusal{"no_media", "{" ENVELOPE R"("type":"image","image":{}})", 100, "(#100) Invalid parameter",
                "Exactly one of 'id' and 'link' is needed in 'image'"},
        Refusal{"two_media", "{" ENVELOPE R"("type":"image","image":{"id":"1","link":"https://a.b/c"}})", 100, "(#100) Invalid parameter",
                "Exactly one of 'id' and 'link' is needed in 'image'"},
        Refusal{"media_link", "{" ENVELOPE R"("type":"image","image":{"link":"ftp://a.b/c"}})", 131009,
                "(#131009) Parameter value is not valid", "image['link'] is not a valid URL"},
        Refusal{"location", "{" ENVELOPE R"("type":"location","location":{"longitude":"1"}})", 131008,
                "(#131008) Required parameter is missing", "Missing required parameter: location['latitude']"},
        Refusal{"location_range", "{" ENVELOPE R"("type":"location","location":{"latitude":91,"longitude":"1"}})", 131009,
                "(#131009) Parameter value is not valid", "Parameter value of location['latitude'] is not a valid coordinate"},
        Refusal{"contact_name", "{" ENVELOPE R"("type":"contacts","contacts":[{"name":{"first_name":"A"}}]})", 131008,
                "(#131008) Required parameter is missing", "Missing required parameter: contacts[0]['name']['formatted_name']"},
        Refusal{"contact_first_name", "{" ENVELOPE R"("type":"contacts","contacts":[{"name":{"formatted_name":"A"}}]})", 131008,
                "(#131008) Required parameter is missing", "Missing required parameter: contacts[0]['name']['first_name']"},
        Refusal{"birthday",
                "{" ENVELOPE R"("type":"contacts","contacts":[{"name":{"formatted_name":"A","first_name":"A"},"birthday":"1.2.3"}]})",
                131009, "(#131009) Parameter value is not valid",
                "Parameter value of contacts[0]['birthday'] must be a date of the form YYYY-MM-DD"},
        Refusal{"no_contacts", "{" ENVELOPE R"("type":"contacts","contacts":[]})", 100, "(#100) The parameter contacts is required.", ""},
        Refusal{"reaction_target", "{" ENVELOPE R"("type":"reaction","reaction":{"emoji":"x"}})", 131008,
                "(#131008) Required parameter is missing", "Missing required parameter: reaction['message_id']"},
        Refusal{"reaction_emoji", "{" ENVELOPE R"("type":"reaction","reaction":{"message_id":"x"}})", 131008,
                "(#131008) Required parameter is missing", "Missing required parameter: reaction['emoji']"},
        Refusal{"caption_of_audio", "{" ENVELOPE R"("type":"audio","audio":{"link":"https://a.b/c","caption":"x"}})", 100,
                "(#100) Invalid parameter", "Caption is not supported for type 'audio'"},
        Refusal{"context", "{" ENVELOPE R"("context":{},"type":"text","text":{"body":"x"}})", 100,
                "(#100) The parameter context['message_id'] is required.", ""},
        Refusal{"direct_send", "{" ENVELOPE R"("category":"utility","type":"text","text":{"body":"x"}})", 100, "(#100) Invalid parameter",
                "This business is not eligible for Direct Send"},
        Refusal{"own_number", R"({"messaging_product":"whatsapp","to":"+15550107788","text":{"body":"x"}})", 131021,
                "(#131021) Recipient cannot be sender", "Sender and recipient phone number is the same."},
        Refusal{"group", R"({"messaging_product":"whatsapp","recipient_type":"group","to":"Y2FwaV9ncm91cDox","text":{"body":"x"}})", 131041,
                "(#131041) Group is unknown", "The group does not exist or this number is not part of it."},
        Refusal{"template_language", "{" ENVELOPE R"("type":"template","template":{"name":"x"}})", 100,
                "(#100) The parameter template['language'] is required.", ""},
        Refusal{"template_unknown", "{" ENVELOPE R"("type":"template","template":{"name":"x","language":{"code":"es"}}})", 132001,
                "(#132001) Template name does not exist in the translation", "template name (x) does not exist in es"},
        Refusal{"read_id", R"({"messaging_product":"whatsapp","status":"read"})", 100, "(#100) The parameter message_id is required.", ""},
        Refusal{"read_unknown", R"({"messaging_product":"whatsapp","status":"read","message_id":"wamid.x"})", 131009,
                "(#131009) Parameter value is not valid", "Message ID is not valid: it is not a received message"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(GraphSend, LimitsCountCharactersNotBytes) {
  std::string accents;
  for (int i = 0; i < 4096; ++i) accents += "é";
  EXPECT_EQ(send(R"("text":{"body":")" + accents + "\"}").status, 200);
  const Answer answer = send(R"("text":{"body":")" + accents + "x\"}");
  EXPECT_EQ(answer.message(), "(#100) Param text['body'] must be at most 4096 characters long.");
  const Answer caption = send(R"("type":"image","image":{"link":"https://a.b/c","caption":")" + std::string(1025, 'x') + "\"}");
  EXPECT_EQ(caption.message(), "(#100) Param image['caption'] must be at most 1024 characters long.");
  const Answer opaque = send(R"("text":{"body":"x"},"biz_opaque_callback_data":")" + std::string(513, 'x') + "\"");
  EXPECT_EQ(opaque.message(), "(#100) Param biz_opaque_callback_data must be at most 512 characters long.");
}

TEST_F(GraphSend, EveryPlainTypeIsAccepted) {
  for (const char* content : {
           R"("text":{"body":"no type given"})",
           R"("type":"image","image":{"link":"https://a.b/c.jpg","caption":"x"})",
           R"("type":"video","video":{"link":"http://a.b/c.mp4"})",
           R"("type":"document","document":{"link":"https://a.b/c","filename":"c.pdf"})",
           R"("type":"audio","audio":{"link":"https://a.b/c","voice":true})",
           R"("type":"sticker","sticker":{"link":"https://a.b/c"})",
           R"("type":"location","location":{"latitude":"48.137154","longitude":11.5,"name":"Depot"})",
           R"("type":"contacts","contacts":[{"name":{"formatted_name":"A B","first_name":"A"},"phones":[{"phone":"+1"}]}])",
           R"("type":"reaction","reaction":{"message_id":"wamid.x","emoji":""})",
       }) {
    const Answer answer = send(content);
    EXPECT_EQ(answer.status, 200) << content << answer.body;
  }
  EXPECT_TRUE(events.accepted[4]->voice);
  EXPECT_EQ(events.accepted[0]->type, "text");
}

TEST_F(GraphSend, FormBodiesWithNestedJsonAreUnderstood) {
  const Answer answer =
      call(http::Method::post, messages, "messaging_product=whatsapp&to=15550100042&type=text&text=%7B%22body%22%3A%22a+b%22%7D",
           "application/x-www-form-urlencoded");
  EXPECT_EQ(answer.status, 200) << answer.body;
  const std::string multipart =
      "--b\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n"
      "--b\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\n15550100042\r\n"
      "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n{\"body\":\"x\"}\r\n--b--\r\n";
  EXPECT_EQ(call(http::Method::post, messages, multipart, "multipart/form-data; boundary=b").status, 200);
}

TEST_F(GraphSend, ABsuidRecipientGetsItsIdBackAndNoNumber) {
  const auto number = world.numbers.find(world.first().number_id);
  const std::string bsuid = world.bsuid(*number, "4915112345678");
  const Answer answer = post(messages, R"({"messaging_product":"whatsapp","recipient":")" + bsuid + R"(","text":{"body":"x"}})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(boost::json::serialize(answer.json().at("contacts")), R"([{"input":")" + bsuid + R"(","user_id":")" + bsuid + "\"}]");
  EXPECT_EQ(events.accepted[0]->wa_id, "4915112345678");
}

TEST_F(GraphSend, OutsideTheWindowFreeFormIsAcceptedAndFailsLater) {
  ASSERT_EQ(send_text().status, 200);
  ASSERT_TRUE(events.accepted[0]->failure);
  EXPECT_EQ(events.accepted[0]->failure->code, 131047);
  open_window();
  send_text();
  EXPECT_FALSE(events.accepted[1]->failure);
  clock.advance(std::chrono::hours(24) + milliseconds(1));
  send_text();
  EXPECT_TRUE(events.accepted[2]->failure);
  world.strict_sync.set({131047});
  EXPECT_EQ(send_text().code(), 131047);
}

TEST_F(GraphSend, UserStatesFailLater) {
  open_window();
  world.change_user("15550100042", [](User& user) { user.identity_hash = "abc"; });
  send(R"("text":{"body":"x"},"recipient_identity_key_hash":"zzz")");
  EXPECT_EQ(events.accepted.back()->failure->code, 137000);
  send(R"("text":{"body":"x"},"recipient_identity_key_hash":"abc")");
  EXPECT_FALSE(events.accepted.back()->failure);
  world.change_user("15550100042", [](User& user) { user.on_whatsapp = false; });
  send_text();
  EXPECT_EQ(events.accepted.back()->failure->code, 131026);
  world.numbers.update(world.first().number_id, [](Number& number) { number.blocked.insert("15550100042"); });
  send_text();
  EXPECT_EQ(events.accepted.back()->failure->code, 130403);
}

TEST_F(GraphSend, AReactionToNothingOrWithContextFailsLater) {
  open_window();
  send_text();
  const std::string known = events.accepted[0]->id;
  send(R"("type":"reaction","reaction":{"message_id":")" + known + R"(","emoji":"x"})");
  EXPECT_FALSE(events.accepted.back()->failure);
  const std::string reaction = events.accepted.back()->id;
  send(R"("type":"reaction","reaction":{"message_id":")" + reaction + R"(","emoji":"x"})");
  EXPECT_EQ(events.accepted.back()->failure->code, 131009);
  send(R"("type":"reaction","reaction":{"message_id":"wamid.nothing","emoji":"x"})");
  EXPECT_EQ(events.accepted.back()->failure->code, 131009);
  send(R"("context":{"message_id":"wamid.x"},"type":"reaction","reaction":{"message_id":")" + known + R"(","emoji":"x"})");
  EXPECT_EQ(events.accepted.back()->failure->code, 131009);
}

TEST_F(GraphSend, NumberAndAccountStatesRefuseInOrder) {
  const auto number = [&](auto change) { world.numbers.update(world.first().number_id, change); };
  const auto waba = [&](auto change) { world.wabas.update(world.first().waba_id, change); };
  number([](Number& value) { value.maintenance = true; });
  EXPECT_EQ(send_text().code(), 131057);
  number([](Number& value) { value.name_missing = true; });
  EXPECT_EQ(send_text().code(), 131037);
  waba([](Waba& value) { value.banned = true; });
  EXPECT_EQ(send_text().code(), 368);
  waba([](Waba& value) { value.locked = true; });
  EXPECT_EQ(send_text().code(), 131031);
  number([](Number& value) { value.registered = false; });
  EXPECT_EQ(send_text().code(), 133010);
  number([](Number& value) { value.test_mode = true; });
  const Answer answer = send_text();
  EXPECT_EQ(answer.details(), "Recipient phone number not in allowed list: Add recipient phone number to recipient list and try again.");
  EXPECT_EQ(answer.message(), "(#131030) Recipient phone number not in allowed list");
}

TEST_F(GraphSend, MarkingAsReadIsNotedAndAnswered) {
  world.received.add({.id = "wamid.in", .number_id = world.first().number_id, .from = "15550100042", .type = "text", .at = world.now()});
  const Answer answer =
      post(messages, R"({"messaging_product":"whatsapp","status":"read","message_id":"wamid.in","typing_indicator":{"type":"text"}})");
  EXPECT_EQ(answer.body, R"({"success":true})");
  ASSERT_EQ(events.read.size(), 1u);
  EXPECT_TRUE(events.read[0].marked_read);
  EXPECT_TRUE(events.read[0].typing_shown);
}

TEST_F(GraphSend, TheProductMayStandInTheQueryOfAForm) {
  const Answer answer = call(http::Method::post, messages + "?messaging_product=whatsapp", "to=15550100042&text=%7B%22body%22%3A%22x%22%7D",
                             "application/x-www-form-urlencoded");
  EXPECT_EQ(answer.status, 200) << answer.body;
}

TEST_F(GraphSend, VerdictsRefusePatchAndBreak) {
  verdicts.send.emplace();
  verdicts.send->error = graph_error(131016);
  EXPECT_EQ(send_text().status, 500);
  EXPECT_EQ(verdicts.asked_to, "15550100042");

  verdicts.send.emplace();
  verdicts.send->bare_http = 503;
  const Answer bare = send_text();
  EXPECT_EQ(bare.status, 503);
  EXPECT_EQ(bare.body, "");
  EXPECT_TRUE(events.accepted.empty());

  verdicts.send.emplace();
  verdicts.send->fault = Verdict::Fault::accept_then_close;
  EXPECT_EQ(send_text().fault, http::Response::Fault::close_silently);
  EXPECT_EQ(events.accepted.size(), 1u);

  verdicts.send->fault = Verdict::Fault::close_unaccepted;
  EXPECT_EQ(send_text().fault, http::Response::Fault::close_silently);
  verdicts.send->fault = Verdict::Fault::reset;
  EXPECT_EQ(send_text().fault, http::Response::Fault::reset);
  verdicts.send->fault = Verdict::Fault::html_502;
  EXPECT_EQ(send_text().status, 502);
  EXPECT_EQ(events.accepted.size(), 1u);

  verdicts.send->fault = Verdict::Fault::truncated_json;
  const Answer cut = send_text();
  boost::system::error_code broken;
  boost::json::parse(cut.body, broken);
  EXPECT_TRUE(broken);
  EXPECT_EQ(events.accepted.size(), 2u);

  verdicts.send.emplace();
  verdicts.send->wa_id = "1555010004";
  verdicts.send->message_status = "paused";
  verdicts.send->response_patch = {{"extra", 1}};
  const auto patched = send_text().json();
  EXPECT_EQ(patched.at("contacts").at(0).at("wa_id"), "1555010004");
  EXPECT_EQ(patched.at("messages").at(0).at("message_status"), "paused");
  EXPECT_EQ(patched.at("extra"), 1);
}

}  // namespace
}  // namespace wherry::sim

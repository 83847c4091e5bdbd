#include "simulator/render.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "simulator/webhooks/body.h"

namespace wherry::sim {
namespace {

constexpr Timestamp at{milliseconds(1'795'000'003'456)};

UserView ada() {
  UserView user;
  user.wa_id = "15550100042";
  user.name = "Ada L.";
  user.bsuid = "US.13491208655302741918";
  return user;
}

std::string in_envelope(Update::Kind kind, std::string item, std::string contact) {
  Update update;
  update.kind = kind;
  update.waba_id = "102290129340398";
  update.phone_number_id = "106540352242922";
  update.display_number = "15550107788";
  update.item = std::move(item);
  update.contact = std::move(contact);
  const std::vector<UpdatePtr> updates{std::make_shared<Update>(update)};
  return build_webhook_body(updates, Grouping::by_kind, false);
}

TEST(Render, TheDocumentedDeliveredStatusComesOutByteForByte) {
  StatusView status;
  status.id = "wamid.HBgLMTU1NTAxMDAwNDIVAgARGBI5QTNGMDE3QjJDNEQ1RTZGNzgA";
  status.status = "delivered";
  status.at = at;
  status.user = ada();
  status.opaque = "gw:7f3a";
  status.pricing = Pricing{"regular", "utility"};
  EXPECT_EQ(in_envelope(Update::Kind::status, render_status(status).text, render_contact(ada(), true)),
            R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"field":"messages","value":)"
            R"({"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550107788","phone_number_id":"106540352242922"},)"
            R"("contacts":[{"profile":{"name":"Ada L."},"wa_id":"15550100042","user_id":"US.13491208655302741918"}],)"
            R"("statuses":[{"id":"wamid.HBgLMTU1NTAxMDAwNDIVAgARGBI5QTNGMDE3QjJDNEQ1RTZGNzgA","status":"delivered",)"
            R"("timestamp":"1795000003","recipient_id":"15550100042","recipient_user_id":"US.13491208655302741918",)"
            R"("biz_opaque_callback_data":"gw:7f3a","pricing":{"billable":true,"pricing_model":"PMP","type":"regular",)"
            R"("category":"utility"}}]}}]}]})");
}

TEST(Render, TheDocumentedFailureComesOutByteForByte) {
  StatusView status;
  status.id = "wamid.HBgL";
  status.status = "failed";
  status.at = Timestamp(milliseconds(1'795'000'004'000));
  status.user = ada();
  status.with_recipient_user_id = false;
  const auto error = graph_error(131047);
  status.error = &error;
  EXPECT_EQ(render_status(status).text,
            R"({"id":"wamid.HBgL","status":"failed","timestamp":"1795000004","recipient_id":"15550100042",)"
            R"("errors":[{"code":131047,"title":"Re-engagement message","message":"Re-engagement message",)"
            R"("error_data":{"details":"Message failed to send because more than 24 hours have passed since the customer last replied )"
            R"(to this number."},"href":"https:\/\/developers.facebook.com\/docs\/whatsapp\/cloud-api\/support\/error-codes\/"}]})");
}

TEST(Render, TheDocumentedInboundTextComesOutByteForByte) {
  auto user = ada();
  user.username = "ada.l";
  user.parent_bsuid = "US.ENT.11815799212886844830";
  user.identity_hash = "DF2lS5v2W6x=";
  boost::json::object members{{"type", "text"}, {"text", {{"body", "Hello"}}}};
  const auto message = render_inbound(
      user, "wamid.HBgLMTU1NTAxMDAwNDIVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=", Timestamp(milliseconds(1'795'000'000'000)), {}, members);
  EXPECT_EQ(in_envelope(Update::Kind::message, message, render_contact(user, true)),
            R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"field":"messages","value":)"
            R"({"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550107788","phone_number_id":"106540352242922"},)"
            R"("contacts":[{"profile":{"name":"Ada L.","username":"ada.l"},"wa_id":"15550100042","user_id":"US.13491208655302741918",)"
            R"("parent_user_id":"US.ENT.11815799212886844830","identity_key_hash":"DF2lS5v2W6x="}],)"
            R"("messages":[{"from":"15550100042","from_user_id":"US.13491208655302741918",)"
            R"("from_parent_user_id":"US.ENT.11815799212886844830",)"
            R"("id":"wamid.HBgLMTU1NTAxMDAwNDIVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=","timestamp":"1795000000","type":"text",)"
            R"("text":{"body":"Hello"}}]}}]}]})");
}

TEST(Render, AHiddenPhoneAppearsNowhere) {
  auto user = ada();
  user.phone_hidden = true;
  user.username = "ada.l";
  EXPECT_EQ(render_contact(user, true), R"({"profile":{"name":"Ada L.","username":"ada.l"},"user_id":"US.13491208655302741918"})");
  EXPECT_EQ(render_contact(user, false), R"({"profile":{"name":"Ada L."},"user_id":"US.13491208655302741918"})");
  EXPECT_EQ(render_inbound(user, "w", at, {}, {{"type", "text"}}).find("15550100042"), std::string::npos);
}

TEST(Render, AGroupStatusNamesTheParticipant) {
  StatusView status;
  status.id = "w";
  status.status = "read";
  status.at = at;
  status.user = ada();
  status.group_id = "Y2FwaQ";
  EXPECT_EQ(render_status(status).text,
            R"({"id":"w","status":"read","timestamp":"1795000003","recipient_id":"Y2FwaQ","recipient_type":"group",)"
            R"("recipient_participant_id":"15550100042","recipient_participant_user_id":"US.13491208655302741918"})");
}

TEST(Render, TheConversationHasItsPlaceBeforeThePricing) {
  StatusView status;
  status.id = "w";
  status.status = "sent";
  status.at = at;
  status.user = ada();
  status.pricing = Pricing{"regular", "marketing"};
  auto rendered = render_status(status);
  rendered.text.insert(rendered.conversation_at, ",\"conversation\":" + render_conversation("c1", "marketing", at));
  const auto parsed = boost::json::parse(rendered.text);
  EXPECT_EQ(parsed.at("conversation").at("origin").at("type").as_string(), "marketing");
  EXPECT_EQ(parsed.at("conversation").at("expiration_timestamp").as_string(), "1795000003");
}

}  // namespace
}  // namespace wherry::sim

#include "simulator/webhooks/body.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>

#include "simulator/webhooks/signature.h"

namespace wherry::sim {
namespace {

UpdatePtr make(Update::Kind kind, std::string item, std::string contact = {}, std::string number = "106540352242922") {
  Update update;
  update.kind = kind;
  update.waba_id = "102290129340398";
  update.phone_number_id = std::move(number);
  update.display_number = "15550107788";
  update.contact = std::move(contact);
  update.item = std::move(item);
  update.at = Timestamp(milliseconds(1'795'000'000'123));
  return std::make_shared<Update>(update);
}

const std::string ada = R"({"profile":{"name":"Ada L."},"wa_id":"15550100042"})";

TEST(WebhookBody, AMessageStandsInItsEnvelopeWithoutATime) {
  const std::vector<UpdatePtr> updates{make(Update::Kind::message, R"({"id":"wamid.1"})", ada)};
  EXPECT_EQ(build_webhook_body(updates, Grouping::by_kind, false),
            R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"field":"messages","value":)"
            R"({"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550107788","phone_number_id":"106540352242922"},)"
            R"("contacts":[{"profile":{"name":"Ada L."},"wa_id":"15550100042"}],"messages":[{"id":"wamid.1"}]}}]}]})");
}

TEST(WebhookBody, AnAccountValueCarriesTheTimeInSeconds) {
  Update update;
  update.waba_id = "7";
  update.field = "account_update";
  update.item = R"({"event":"DISABLED_UPDATE"})";
  update.at = Timestamp(milliseconds(1'795'000'000'999));
  const std::vector<UpdatePtr> updates{std::make_shared<Update>(update)};
  EXPECT_EQ(build_webhook_body(updates, Grouping::by_kind, false),
            R"({"object":"whatsapp_business_account","entry":[{"id":"7","time":1795000000,"changes":[{"field":"account_update",)"
            R"("value":{"event":"DISABLED_UPDATE"}}]}]})");
}

TEST(WebhookBody, TheConversationIsPutInOnlyForOldWebhookVersions) {
  Update update = *make(Update::Kind::status, R"({"id":"w","pricing":{}})");
  update.conversation = R"({"id":"c"})";
  update.conversation_at = std::string_view(R"({"id":"w")").size();
  const std::vector<UpdatePtr> updates{std::make_shared<Update>(update)};
  EXPECT_NE(build_webhook_body(updates, Grouping::by_kind, true).find(R"({"id":"w","conversation":{"id":"c"},"pricing":{}})"),
            std::string::npos);
  EXPECT_EQ(build_webhook_body(updates, Grouping::by_kind, false).find("conversation"), std::string::npos);
}

TEST(WebhookBody, AllGroupingsCarryTheSameItemsAndMixedPutsKindsTogether) {
  const std::vector<UpdatePtr> updates{
      make(Update::Kind::message, R"({"id":"m1"})", ada), make(Update::Kind::status, R"({"id":"s1"})", ada),
      make(Update::Kind::message, R"({"id":"m2"})", ada), make(Update::Kind::status, R"({"id":"s2"})", {}, "2"),
      make(Update::Kind::error, R"({"code":131035})")};
  std::map<Grouping, std::size_t> changes;
  for (const auto grouping : {Grouping::by_kind, Grouping::mixed}) {
    const auto body = boost::json::parse(build_webhook_body(updates, grouping, false));
    std::multiset<std::string> ids;
    std::size_t contacts = 0;
    const auto& entries = body.at("entry").as_array();
    ASSERT_EQ(entries.size(), 1u);
    for (const auto& change : entries[0].at("changes").as_array()) {
      ++changes[grouping];
      const auto& value = change.at("value").as_object();
      for (const auto* name : {"messages", "statuses"}) {
        if (!value.contains(name)) continue;
        for (const auto& item : value.at(name).as_array()) ids.insert(std::string(item.at("id").as_string()));
      }
      if (value.contains("contacts")) contacts += value.at("contacts").as_array().size();
    }
    EXPECT_EQ(ids, (std::multiset<std::string>{"m1", "m2", "s1", "s2"}));
    EXPECT_EQ(contacts, grouping == Grouping::mixed ? 1u : 2u);
  }
  EXPECT_EQ(changes[Grouping::by_kind], 4u);
  EXPECT_EQ(changes[Grouping::mixed], 2u);
}

TEST(WebhookSignature, MatchesThePublishedVector) {
  EXPECT_EQ(sign_sha256("test_app_secret", R"({"object":"whatsapp_business_account","entry":[]})"),
            "sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756");
}

TEST(WebhookSignature, TheLegacyOneIsSha1) {
  EXPECT_EQ(sign_sha1("key", "The quick brown fox jumps over the lazy dog"), "sha1=de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9");
}

}  // namespace
}  // namespace wherry::sim

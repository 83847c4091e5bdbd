#include <gtest/gtest.h>

#include "domain/content.h"

namespace wherry {
namespace {

std::string fault(const Content& content) {
  const auto checked = check_content(content);
  return checked ? std::string("fine") : checked.error().message;
}

std::string letters(std::size_t count) { return std::string(count, 'x'); }

MediaId some_media() { return MediaId::make(from_unix_millis(1'700'000'000'000)); }

InteractiveContent buttons(std::vector<ReplyButton> given) {
  InteractiveContent content;
  content.body = "Choose";
  content.action = ReplyButtons{std::move(given)};
  return content;
}

InteractiveContent list(std::vector<ListSection> sections) {
  InteractiveContent content;
  content.body = "Choose";
  content.action = ListMenu{"Show", std::move(sections)};
  return content;
}

std::vector<ListRow> rows(int count, const std::string& prefix = "r") {
  std::vector<ListRow> out;
  for (int i = 0; i < count; ++i) out.push_back({prefix + std::to_string(i), "Row", ""});
  return out;
}

TEST(ContentCheck, TextsMediaAndReactions) {
  EXPECT_EQ(fault(TextContent{letters(4096)}), "fine");
  EXPECT_EQ(fault(TextContent{letters(4097)}), "text has at most 4096 characters");
  EXPECT_EQ(fault(TextContent{""}), "text must not be empty");
  EXPECT_EQ(fault(TextContent{"\xff"}), "text must be UTF-8 without NUL");
  EXPECT_EQ(fault(MediaContent{MediaKind::image, some_media(), letters(1025)}), "caption has at most 1024 characters");
  EXPECT_EQ(fault(MediaContent{MediaKind::document, some_media(), "", letters(241)}), "fileName has at most 240 characters");
  EXPECT_EQ(fault(MediaContent{MediaKind::video, some_media(), "", "", true}), "voice is for audio only");
  EXPECT_EQ(fault(MediaContent{MediaKind::audio, some_media(), "", "", true}), "fine");
  EXPECT_EQ(fault(ReactionContent{"", "x"}), "messageId must name the message to react to");
  EXPECT_EQ(fault(ReactionContent{"wamid.A", letters(65)}), "emoji must be one emoji");
}

TEST(ContentCheck, PlacesLieOnTheGlobe) {
  EXPECT_EQ(fault(LocationContent{90, -180, "", ""}), "fine");
  EXPECT_EQ(fault(LocationContent{90.1, 0, "", ""}), "location.latitude must be from -90 to 90");
  EXPECT_EQ(fault(LocationContent{0, 180.1, "", ""}), "location.longitude must be from -180 to 180");
  EXPECT_EQ(fault(LocationContent{std::numeric_limits<double>::quiet_NaN(), 0, "", ""}), "location.latitude must be from -90 to 90");
}

TEST(ContentCheck, ContactsHaveTwoNamesAndRealDates) {
  ContactCard ada;
  ada.name = {"Ada Lovelace", "Ada", "", "", "", ""};
  EXPECT_EQ(fault(ContactsContent{{ada}}), "fine");
  EXPECT_EQ(fault(ContactsContent{}), "contacts must have 1 to 257 entries");
  EXPECT_EQ(fault(ContactsContent{std::vector<ContactCard>(258, ada)}), "contacts must have 1 to 257 entries");
  auto bare = ada;
  bare.name.first_name.clear();
  EXPECT_EQ(fault(ContactsContent{{ada, bare}}), "contacts[1].name needs a first_name, last_name, middle_name, prefix or suffix");
  auto dated = ada;
  dated.birthday = "1815-13-10";
  EXPECT_EQ(fault(ContactsContent{{dated}}), "contacts[0].birthday must be a date YYYY-MM-DD");
}

TEST(ContentCheck, ReplyButtonsAreOneToThreeAndDiffer) {
  EXPECT_EQ(fault(buttons({{"a", "A"}, {"b", "B"}, {"c", "C"}})), "fine");
  EXPECT_EQ(fault(buttons({})), "interactive.action.buttons must have 1 to 3 entries");
  EXPECT_EQ(fault(buttons({{"a", "A"}, {"b", "B"}, {"c", "C"}, {"d", "D"}})), "interactive.action.buttons must have 1 to 3 entries");
  EXPECT_EQ(fault(buttons({{"a", "A"}, {"a", "B"}})), "interactive.action.buttons.reply.id must be unique");
  EXPECT_EQ(fault(buttons({{"a", "A"}, {"b", "A"}})), "interactive.action.buttons.reply.title must be unique");
  EXPECT_EQ(fault(buttons({{"a", letters(21)}})), "interactive.action.buttons.reply.title has at most 20 characters");
  EXPECT_EQ(fault(buttons({{letters(257), "A"}})), "interactive.action.buttons.reply.id has at most 256 characters");
  auto long_body = buttons({{"a", "A"}});
  long_body.body = letters(1025);
  EXPECT_EQ(fault(long_body), "interactive.body has at most 1024 characters");
  long_body.body.clear();
  EXPECT_EQ(fault(long_body), "interactive.body must not be empty");
}

TEST(ContentCheck, ListsHaveTenRowsInAll) {
  EXPECT_EQ(fault(list({{"", rows(10)}})), "fine");
  EXPECT_EQ(fault(list({{"A", rows(6, "a")}, {"B", rows(5, "b")}})),
            "interactive.action.sections.rows has at most 10 entries in all sections");
  EXPECT_EQ(fault(list({{"A", rows(1, "a")}, {"", rows(1, "b")}})),
            "interactive.action.sections.title is required when there is more than one section");
  EXPECT_EQ(fault(list({{"A", {}}})), "interactive.action.sections.rows must not be empty");
  EXPECT_EQ(fault(list({{"A", {{"a", letters(25), ""}}}})), "interactive.action.sections.rows.title has at most 24 characters");
  EXPECT_EQ(fault(list({{"A", {{"a", "A", letters(73)}}}})), "interactive.action.sections.rows.description has at most 72 characters");
  auto pictured = list({{"", rows(1)}});
  pictured.header = MediaReference{MediaKind::image, some_media(), ""};
  EXPECT_EQ(fault(pictured), "interactive.header must be a text for a list");
  pictured.header = letters(61);
  EXPECT_EQ(fault(pictured), "interactive.header.text has at most 60 characters");
  pictured.header = std::monostate();
  pictured.body = letters(4096);
  EXPECT_EQ(fault(pictured), "fine");
}

TEST(ContentCheck, LinksAreOfTheWeb) {
  InteractiveContent content;
  content.body = "See";
  content.action = UrlButton{"Open", "javascript:alert(1)"};
  EXPECT_EQ(fault(content), "interactive.action.parameters.url must be an http or https address");
  content.action = UrlButton{"Open", "https://a.example/x"};
  content.header = MediaReference{MediaKind::image, MediaLink{"https://a.example/ b"}, ""};
  EXPECT_EQ(fault(content), "interactive.header.link must be an http or https address");
}

TEST(ContentCheck, TemplatesHaveANameALanguageAndCompleteButtons) {
  TemplateContent content{"order_ready", "en_US", {}};
  EXPECT_EQ(fault(content), "fine");
  EXPECT_EQ(fault(TemplateContent{"Order", "en", {}}), "template.name must be 1 to 512 lower-case letters, digits and underscores");
  EXPECT_EQ(fault(TemplateContent{"order", "", {}}), "template.language.code must not be empty");
  content.components = {{"body", "", {}, {TextParameter{"", ""}}, {}}};
  EXPECT_EQ(fault(content), "template.components.parameters.text must not be empty");
  content.components = {{"button", "url", {}, {TextParameter{"x", ""}}, {}}};
  EXPECT_EQ(fault(content), "template.components.index is required for a button");
  content.components = {{"button", "copy_code", 0, {CouponParameter{letters(16)}}, {}}};
  EXPECT_EQ(fault(content), "template.components.parameters.coupon_code has at most 15 characters");
  content.components = {{"body", "", {}, {CurrencyParameter{"1", "EURO", 1000, ""}}, {}}};
  EXPECT_EQ(fault(content), "template.components.parameters.currency.code must be a currency code of three letters");
}

TEST(ContentCheck, AnswersQuoteAMessageButReactionsNeverDo) {
  EXPECT_TRUE(check_reply(TextContent{"x"}, "wamid.A"));
  EXPECT_TRUE(check_reply(ReactionContent{"wamid.A", "x"}, ""));
  EXPECT_EQ(check_reply(ReactionContent{"wamid.A", "x"}, "wamid.B").error().message, "context cannot go with a reaction");
  EXPECT_EQ(check_reply(TextContent{"x"}, letters(513)).error().message, "context.message_id must be WhatsApp's id of a message");
}

TEST(ContentCheck, ACarouselCarriesAFileForEachCardAndOneForItsHeader) {
  TemplateContent content{"cards", "en", {{"carousel", "", {}, {}, {}}}};
  auto& cards = content.components[0].cards;
  const auto add = [&](TemplateCard& card, MediaId file) {
    card.components.push_back({"header", "", {}, {MediaReference{MediaKind::image, file, ""}}, {}});
  };
  for (int i = 0; i < 10; ++i) add(cards.emplace_back(TemplateCard{i, {}}), some_media());
  add(cards[0], some_media());
  add(cards[1], *file_of(content));
  EXPECT_EQ(fault(content), "fine");
  add(cards[2], some_media());
  EXPECT_EQ(fault(content), "template.components.cards.components.parameters can name 11 stored files at most; give links for the others");
}

}  // namespace
}  // namespace wherry

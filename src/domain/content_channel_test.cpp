// What each kind of channel can send.
#include <gtest/gtest.h>

#include "domain/content.h"

namespace wherry {
namespace {

std::string refusal(const Content& content, ChannelKind channel) {
  const auto checked = check_content(content, channel);
  return checked ? "" : checked.error().message;
}

const std::string kim = "4915112345678@s.whatsapp.net";

TEST(ContentOfChannels, PollsForwardsMentionsAndWholeCardsAreForLinkedPhones) {
  ContactsContent card;
  card.contacts.resize(1);
  card.contacts[0].name.formatted_name = "Kim";
  card.contacts[0].vcard = "BEGIN:VCARD\nVERSION:3.0\nFN:Kim\nEND:VCARD";
  for (const Content& content : {Content(PollContent{"Day?", {"Mon", "Tue"}, 1}), Content(ForwardContent{"3EB0", kim}),
                                 Content(TextContent{"@Kim", false, {kim}}), Content(card)}) {
    EXPECT_EQ(refusal(content, ChannelKind::linked), "") << kind_name(content);
    EXPECT_NE(refusal(content, ChannelKind::cloud), "") << kind_name(content);
  }
}

TEST(ContentOfChannels, TemplatesAndButtonsAreForTheCloudApi) {
  const Content buttons = InteractiveContent{{}, "Which?", {}, ReplyButtons{{{"a", "A"}}}};
  EXPECT_EQ(refusal(buttons, ChannelKind::cloud), "");
  EXPECT_EQ(refusal(buttons, ChannelKind::linked), "type cannot be sent by linked phones");
  EXPECT_NE(refusal(TemplateContent{}, ChannelKind::linked), "");
}

TEST(ContentOfChannels, ALinkedPhoneSendsLongerTexts) {
  const Content longest = TextContent{std::string(65'536, 'x')}, too_long = TextContent{std::string(65'537, 'x')};
  EXPECT_EQ(refusal(longest, ChannelKind::linked), "");
  EXPECT_NE(refusal(too_long, ChannelKind::linked), "");
  EXPECT_NE(refusal(longest, ChannelKind::cloud), "");
}

TEST(ContentOfChannels, APollHasTwoToTwelveDifferentOptionsAndNoMoreChoicesThanThese) {
  const auto poll = [](std::vector<std::string> options, std::uint32_t selectable) {
    return refusal(PollContent{"Day?", std::move(options), selectable}, ChannelKind::linked);
  };
  const std::vector<std::string> twelve{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"};
  auto thirteen = twelve;
  thirteen.push_back("13");
  EXPECT_EQ(poll({"a", "b"}, 0), "");
  EXPECT_EQ(poll(twelve, 12), "");
  EXPECT_NE(poll({"a"}, 1), "");
  EXPECT_NE(poll(thirteen, 1), "");
  EXPECT_NE(poll({"a", "a"}, 1), "");
  EXPECT_NE(poll({"a", ""}, 1), "");
  EXPECT_NE(poll({"a", "b"}, 3), "");
  EXPECT_NE(refusal(PollContent{"", {"a", "b"}, 1}, ChannelKind::linked), "");
}

TEST(ContentOfChannels, MentionsNamePeople) {
  for (const std::string wrong : {"4915112345678", "120363041234567890@g.us", "", "x@y@z"}) {
    EXPECT_NE(refusal(TextContent{"hi", false, {wrong}}, ChannelKind::linked), "") << wrong;
  }
  EXPECT_EQ(refusal(TextContent{"hi", false, {"88123456789012@lid"}}, ChannelKind::linked), "");
}

}  // namespace
}  // namespace wherry

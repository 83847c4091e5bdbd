#include "domain/jid.h"

#include <gtest/gtest.h>

namespace wherry {
namespace {

TEST(Jid, IsReadWithItsKind) {
  const std::pair<const char*, JidKind> cases[] = {
      {"4915112345678@s.whatsapp.net", JidKind::user},
      {"88123456789012@lid", JidKind::lid},
      {"120363041234567890@g.us", JidKind::group},
      {"4915112345678-1400000000@g.us", JidKind::group},
      {"120363041234567890@newsletter", JidKind::newsletter},
      {"status@broadcast", JidKind::broadcast},
      {"867051314767696@bot", JidKind::other},
      {"4915112345678@hosted.lid", JidKind::other},
  };
  for (const auto& [text, kind] : cases) {
    const auto jid = Jid::parse(text);
    ASSERT_TRUE(jid) << text;
    EXPECT_EQ(jid->kind(), kind) << text;
    EXPECT_EQ(jid->text(), text);
  }
}

TEST(Jid, LosesItsDeviceAndItsOldServer) {
  EXPECT_EQ(Jid::parse("4915112345678:12@s.whatsapp.net")->text(), "4915112345678@s.whatsapp.net");
  EXPECT_EQ(Jid::parse("4915112345678_1:12@s.whatsapp.net")->text(), "4915112345678@s.whatsapp.net");
  EXPECT_EQ(Jid::parse("88123456789012:3@lid")->text(), "88123456789012@lid");
  EXPECT_EQ(Jid::parse("4915112345678@c.us")->text(), "4915112345678@s.whatsapp.net");
  EXPECT_EQ(Jid::parse("4915112345678@c.us"), Jid::parse("4915112345678:7@s.whatsapp.net"));
}

TEST(Jid, IsItselfWhenReadAgain) {
  for (const char* text : {"4915112345678_1:12@c.us", "88123456789012:3@lid", "1-2@g.us", "status@broadcast"}) {
    const auto jid = Jid::parse(text);
    EXPECT_EQ(Jid::parse(jid->text()), jid) << text;
  }
}

TEST(Jid, GivesTheNumberOfAUserOnly) {
  EXPECT_EQ(Jid::parse("4915112345678@s.whatsapp.net")->number()->digits, "4915112345678");
  EXPECT_FALSE(Jid::parse("88123456789012@lid")->number());
  EXPECT_FALSE(Jid::parse("120363041234567890@g.us")->number());
  EXPECT_EQ(Jid::of(WaId{"4915112345678"}), Jid::parse("4915112345678@s.whatsapp.net"));
  EXPECT_EQ(Jid::of(WaId{"4915112345678"}).user(), "4915112345678");
}

TEST(Jid, MayBeEmptyUntilItIsKnown) {
  const Jid none;
  EXPECT_TRUE(none.empty());
  EXPECT_TRUE(none.user().empty());
  EXPECT_TRUE(none.server().empty());
  EXPECT_FALSE(none.is_person());
  EXPECT_FALSE(none.number());
  EXPECT_FALSE(Jid::parse("1@lid")->empty());
}

TEST(Jid, RefusesWhatIsNoAddress) {
  for (const char* text : {"",
                           "@",
                           "4915112345678",
                           "+4915112345678",
                           "@s.whatsapp.net",
                           "4915112345678@",
                           "a@s.whatsapp.net",
                           "49 151@s.whatsapp.net",
                           "4915@x@s.whatsapp.net",
                           "4915@S.WHATSAPP.NET",
                           "4915:x@s.whatsapp.net",
                           "4915:@s.whatsapp.net",
                           "4915:123456@s.whatsapp.net",
                           "4915_@lid",
                           "4915:1_1@lid",
                           "-1@g.us",
                           "abc@g.us",
                           "../../etc@bot",
                           "a/b@bot",
                           "a@b/c",
                           "x\n@bot",
                           "4915@.net",
                           "\xd9\xa1@lid",
                           "123456789012345678901@s.whatsapp.net"}) {
    EXPECT_FALSE(Jid::parse(text)) << text;
  }
  EXPECT_FALSE(
      Jid::parse(std::string_view("49\0"
                                  "15@lid",
                                  9)));
  EXPECT_FALSE(Jid::parse(std::string(200, '1') + "@g.us"));
  EXPECT_FALSE(Jid::parse(std::string(100'000, '@')));
}

}  // namespace
}  // namespace wherry

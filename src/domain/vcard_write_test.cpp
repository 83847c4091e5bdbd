#include <gtest/gtest.h>

#include "domain/vcard.h"

namespace wherry {
namespace {

TEST(VCardWrite, WhatIsWrittenIsReadAgain) {
  ContactCard card;
  card.name = {"Dr. Kim Lee", "Kim", "Lee", "", "", "Dr."};
  card.org = {"Acme, Inc.; Sons", "Sales", "Buyer"};
  card.phones = {{"+49 151 12345678", "CELL", "4915112345678"}, {"030 123", "", ""}};
  card.emails = {{"kim@example.org", "WORK"}};
  card.addresses = {{"1 Main Street", "Berlin", "BE", "10115", "Germany", "", "HOME"}};
  card.urls = {{"https://example.org/a:b", ""}};
  card.birthday = "1990-02-03";

  const auto text = write_vcard(card);

  EXPECT_NE(text.find("TEL;type=CELL;waid=4915112345678:+49 151 12345678\n"), std::string::npos) << text;
  const auto again = read_vcard(text);
  EXPECT_EQ(again.name, card.name);
  EXPECT_EQ(again.org, card.org);
  EXPECT_EQ(again.phones, card.phones);
  EXPECT_EQ(again.emails, card.emails);
  EXPECT_EQ(again.addresses, card.addresses);
  EXPECT_EQ(again.urls, card.urls);
  EXPECT_EQ(again.birthday, card.birthday);
}

TEST(VCardWrite, ANumberAloneIsWrittenAsItIsDialled) {
  ContactCard card;
  card.name.formatted_name = "Kim";
  card.phones = {{"", "", "4915112345678"}};
  EXPECT_EQ(write_vcard(card), "BEGIN:VCARD\nVERSION:3.0\nFN:Kim\nTEL;waid=4915112345678:+4915112345678\nEND:VCARD\n");
}

TEST(VCardWrite, NothingBreaksOutOfItsLine) {
  ContactCard card;
  card.name.formatted_name = "Kim\r\nTEL:666";
  card.phones = {{"1\nEND:VCARD", "CELL:2\nNOTE", "12;x=3:4"}};
  const auto text = write_vcard(card);

  EXPECT_EQ(text, "BEGIN:VCARD\nVERSION:3.0\nFN:Kim\\nTEL:666\nTEL;waid=1234:1\\nEND:VCARD\nEND:VCARD\n");
  card.vcard = "BEGIN:VCARD\nEND:VCARD";
  EXPECT_EQ(write_vcard(card), card.vcard) << "its own text goes first";
}

}  // namespace
}  // namespace wherry

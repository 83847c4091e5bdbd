#include "domain/vcard.h"

#include <gtest/gtest.h>

namespace wherry {
namespace {

TEST(VCard, WhatMetaHasAMemberForIsRead) {
  const auto card = read_vcard(
      "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lee;Kim;;Dr.;\r\nFN:Dr. Kim Lee\r\nORG:Acme\\, Inc.;Sales\r\nTITLE:Buyer\r\n"
      "item1.TEL;type=CELL;waid=4915112345678:+49 151 12345678\r\nEMAIL;TYPE=work:kim@example.org\r\n"
      "ADR;TYPE=HOME:;;1 Main\r\n  Street;Berlin;BE;10115;Germany\r\nURL:https://example.org/a:b\r\nBDAY:1990-02-03\r\nEND:VCARD\r\n");

  EXPECT_EQ(card.name.formatted_name, "Dr. Kim Lee");
  EXPECT_EQ(card.name.first_name, "Kim");
  EXPECT_EQ(card.name.last_name, "Lee");
  EXPECT_EQ(card.name.prefix, "Dr.");
  EXPECT_EQ(card.org.company, "Acme, Inc.");
  EXPECT_EQ(card.org.department, "Sales");
  EXPECT_EQ(card.org.title, "Buyer");
  ASSERT_EQ(card.phones.size(), 1U);
  EXPECT_EQ(card.phones[0], (ContactCard::Phone{"+49 151 12345678", "CELL", "4915112345678"}));
  ASSERT_EQ(card.emails.size(), 1U);
  EXPECT_EQ(card.emails[0].email, "kim@example.org");
  ASSERT_EQ(card.addresses.size(), 1U);
  EXPECT_EQ(card.addresses[0].street, "1 Main Street") << "a folded line";
  EXPECT_EQ(card.addresses[0].zip, "10115");
  EXPECT_EQ(card.urls.at(0).url, "https://example.org/a:b");
  EXPECT_EQ(card.birthday, "1990-02-03");
}

TEST(VCard, AMissingNameIsTheOneShownOrTheNumber) {
  EXPECT_EQ(read_vcard("BEGIN:VCARD\nTEL:123\nEND:VCARD", "Kim").name.formatted_name, "Kim");
  EXPECT_EQ(read_vcard("BEGIN:VCARD\nTEL:123\nEND:VCARD").name.formatted_name, "123");
}

TEST(VCard, NonsenseIsAnEmptyCardAndFloodsAreBounded) {
  EXPECT_EQ(read_vcard("\\\\:::\n;;;=\n\n TEL"), ContactCard());
  std::string flood;
  for (int i = 0; i < 5000; ++i) flood += "TEL:1\n";
  EXPECT_EQ(read_vcard(flood).phones.size(), 50U);
}

}  // namespace
}  // namespace wherry

#include "domain/wa_id.h"

#include <gtest/gtest.h>

namespace wherry {
namespace {

std::string key(std::string digits) { return contact_key(WaId{std::move(digits)}); }

TEST(WaId, IsReadAsPeopleWriteIt) {
  EXPECT_EQ(parse_wa_id("+1 (555) 010-00.42")->digits, "15550100042");
  EXPECT_EQ(parse_wa_id("15550100042")->digits, "15550100042");
  EXPECT_EQ(parse_wa_id("(+49) 151 2345678")->digits, "491512345678");
}

TEST(WaId, HasSixToFifteenDigits) {
  EXPECT_FALSE(parse_wa_id("12345"));
  EXPECT_TRUE(parse_wa_id("123456"));
  EXPECT_TRUE(parse_wa_id("123456789012345"));
  EXPECT_FALSE(parse_wa_id("1234567890123456"));
  EXPECT_FALSE(parse_wa_id(""));
  EXPECT_FALSE(parse_wa_id(std::string(5000, '1')));
  EXPECT_FALSE(parse_wa_id(std::string(5000, ' ') + "123456"));
}

TEST(WaId, RefusesWhatIsNoNumber) {
  for (const char* text : {"abc", "1555010004x", "1555+0100042", "++15550100042", "15550100042@s.whatsapp.net", "1555/0100042",
                           "US.134912086553", "1\t5550100042", "\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6"}) {
    EXPECT_FALSE(parse_wa_id(text)) << text;
  }
  EXPECT_FALSE(
      parse_wa_id(std::string_view("155501\0"
                                   "00042",
                                   12)));
}

TEST(ContactKey, ABrazilianMobileMeetsItselfWithAndWithoutTheNinthDigit) {
  EXPECT_EQ(key("551187654321"), "5511987654321");
  EXPECT_EQ(key("5511987654321"), "5511987654321");
  EXPECT_EQ(key("558568765432"), "5585968765432");
}

TEST(ContactKey, ABrazilianLandlineKeepsItsEightDigits) {
  EXPECT_EQ(key("551133334444"), "551133334444");
  EXPECT_EQ(key("551123334444"), "551123334444");
  EXPECT_EQ(key("551153334444"), "551153334444");
}

TEST(ContactKey, ABrazilianNumberOfAnotherLengthOrAreaIsItsOwn) {
  EXPECT_EQ(key("55118765432"), "55118765432");
  EXPECT_EQ(key("550187654321"), "550187654321");
  EXPECT_EQ(key("551087654321"), "551087654321");
}

TEST(ContactKey, AMexicanNumberMeetsItselfWithAndWithoutTheOne) {
  EXPECT_EQ(key("5215512345678"), "525512345678");
  EXPECT_EQ(key("525512345678"), "525512345678");
  EXPECT_EQ(key("521551234567"), "521551234567");
}

TEST(ContactKey, AnArgentineNumberMeetsItselfWithAndWithoutTheNine) {
  EXPECT_EQ(key("541123456789"), "5491123456789");
  EXPECT_EQ(key("5491123456789"), "5491123456789");
  EXPECT_EQ(key("543511234567"), "5493511234567");
}

TEST(ContactKey, OtherNumbersAreTheirOwnKey) {
  for (const char* digits : {"15550100042", "491512345678", "5615551234567", "549112345678", "521234", "919876543210"})
    EXPECT_EQ(key(digits), digits);
}

TEST(ContactKey, IsItsOwnKeyAgain) {
  for (const char* digits : {"551187654321", "5215512345678", "541123456789", "15550100042"}) EXPECT_EQ(key(key(digits)), key(digits));
}

}  // namespace
}  // namespace wherry

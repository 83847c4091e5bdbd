#include "net/message.h"

#include <gtest/gtest.h>

#include <chrono>

#include "net/response_head.h"

namespace wherry::http {
namespace {

TEST(Headers, NamesAreComparedWithoutRegardToCase) {
  Headers headers;
  headers.add("Content-Type", "a");
  headers.add("X", "1");
  headers.add("x", "2");
  EXPECT_EQ(headers.find("content-TYPE"), "a");
  EXPECT_EQ(headers.find("X"), "1");
  EXPECT_EQ(headers.count("X"), 2u);
  EXPECT_EQ(headers.find("Y"), std::nullopt);
  EXPECT_EQ(headers.name_at(2), "x");
  EXPECT_EQ(headers.value_at(2), "2");
}

TEST(Headers, SetReplacesEveryFieldOfThatName) {
  Headers headers;
  headers.add("X", "1");
  headers.add("Y", "y");
  headers.add("x", "2");
  headers.set("X", headers.value_at(2));
  EXPECT_EQ(headers.size(), 2u);
  EXPECT_EQ(headers.find("X"), "2");
  headers.remove("y");
  EXPECT_EQ(headers.size(), 1u);
  headers.clear();
  EXPECT_EQ(headers.size(), 0u);
}

TEST(Query, TheFirstValueIsDecoded) {
  EXPECT_EQ(query_value("a=1&b=x+y%26&b=2", "b"), "x y&");
  EXPECT_EQ(query_value("hub.mode=s&hub%2Echallenge=7", "hub.challenge"), "7");
  EXPECT_EQ(query_value("a&b=", "a"), "");
  EXPECT_EQ(query_value("a&b=", "b"), "");
  EXPECT_EQ(query_value("&&a=1=2&", "a"), "1=2");
  EXPECT_EQ(query_value("ab=1", "a"), std::nullopt);
  EXPECT_EQ(query_value("", "a"), std::nullopt);
  EXPECT_EQ(query_value("a=%zz", "a"), std::nullopt);
}

TEST(PercentCoding, DecodesWhatItEncodes) {
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  const auto encoded = percent_encode(all);
  EXPECT_EQ(encoded.find_first_of(" /\\%\"<>?#", encoded.find("%00") + 1), encoded.find("%01"));
  EXPECT_EQ(percent_decode(encoded), all);
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  for (const auto* broken : {"%", "%1", "%g0", "%0g", "a%"}) EXPECT_EQ(percent_decode(broken), std::nullopt) << broken;
}

TEST(ResponseHead, TheDateIsInTheFormOfTheInternet) {
  using namespace std::chrono;
  EXPECT_EQ(http_date(sys_days{1994y / November / 6} + 8h + 49min + 37s), "Sun, 06 Nov 1994 08:49:37 GMT");
}

}  // namespace
}  // namespace wherry::http

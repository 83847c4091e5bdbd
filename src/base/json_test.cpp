#include "base/json.h"

#include <gtest/gtest.h>

namespace wherry {
namespace {

TEST(Json, RefusesWhatIsNotStrictJson) {
  const std::string deep = std::string(10'000, '[') + std::string(10'000, ']');
  for (const auto& wrong :
       {std::string(""), std::string("{"), std::string("{}x"), std::string("\xEF\xBB\xBF{}"), std::string("{\"a\":NaN}"),
        std::string("{\"a\":\"\xED\xA0\x80\"}"), std::string("\"\\ud800\""), std::string("'a'"), std::string("[1,]"), deep}) {
    EXPECT_FALSE(json::parse(wrong)) << wrong.substr(0, 40);
  }
}

TEST(Json, AnAbsentANullAndAWronglyTypedMemberAreToldApart) {
  auto parsed = json::parse(R"({"text":"x","none":null,"number":1,"list":[],"child":{}})");
  ASSERT_TRUE(parsed);
  const auto& object = parsed->get_object();

  EXPECT_EQ(json::find_string(object, "text"), "x");
  EXPECT_EQ(json::find(object, "none"), nullptr);
  EXPECT_EQ(json::find(object, "absent"), nullptr);
  EXPECT_FALSE(json::find_string(object, "number"));
  EXPECT_NE(json::find_array(object, "list"), nullptr);
  EXPECT_NE(json::find_object(object, "child"), nullptr);
  EXPECT_EQ(json::find_object(object, "list"), nullptr);
}

}  // namespace
}  // namespace wherry

#include "simulator/sink.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "base/bytes.h"
#include "net/body.h"
#include "tests/support/run.h"

namespace wherry::sim {
namespace {

struct TextBody final : http::BodyReader {
  explicit TextBody(std::string t) : text(std::move(t)) {}
  Task<Result<std::string_view>> read() override {
    if (done) co_return std::string_view();
    done = true;
    co_return std::string_view(text);
  }
  std::optional<std::uint64_t> content_length() const override { return text.size(); }
  std::string text;
  bool done = false;
};

std::string post(Sink& sink, std::string path, std::string body) {
  TextBody reader(std::move(body));
  http::Request request;
  request.method = http::Method::post;
  request.path = std::move(path);
  request.body = &reader;
  auto response = test::run(sink.handle(request));
  EXPECT_EQ(response.status, 200);
  return std::get<std::string>(response.body);
}

TEST(Sink, EverySendGetsAnIdOfItsOwnAndItsRecipientBack) {
  Sink sink;
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const auto answer = boost::json::parse(post(sink, "/v25.0/106540352242922/messages", R"({"to" : "+15550100042","type":"text"})"));
    EXPECT_EQ(answer.at("contacts").at(0).at("wa_id").as_string(), "15550100042");
    ids.insert(std::string(answer.at("messages").at(0).at("id").as_string()));
  }
  EXPECT_EQ(ids.size(), 1000u);
  EXPECT_EQ(sink.accepted(), 1000u);
}

TEST(Sink, TheIdsHaveTheStructureOfRealOnes) {
  const auto id = Sink::wamid("15550100042", 0x9A3F);
  ASSERT_TRUE(id.starts_with("wamid.HBgLMTU1NTAxMDAwNDIVAgARGB"));
  const auto bytes = from_base64(id.substr(6));
  ASSERT_TRUE(bytes);
  EXPECT_EQ(std::string(bytes->begin() + 20, bytes->begin() + 38), "FF0000000000009A3F");
  EXPECT_EQ(bytes->back(), 0);
}

TEST(Sink, UploadsGetAnIdAndTheRestSucceeds) {
  Sink sink;
  EXPECT_TRUE(boost::json::parse(post(sink, "/v25.0/1/media", "xx")).as_object().contains("id"));
  EXPECT_EQ(post(sink, "/v25.0/1/register", "{}"), R"({"success":true})");
}

TEST(Sink, ARecipientThatCannotBeReadDoesNotBreakTheAnswer) {
  Sink sink;
  for (const auto* body : {"", "{\"to\":", "{\"to\":\"", "{\"to\":\"a\\\"b\"}", "{\"to\":\"123456789012345678901234567890\"}"}) {
    EXPECT_NO_THROW(boost::json::parse(post(sink, "/1/messages", body)));
  }
}

}  // namespace
}  // namespace wherry::sim

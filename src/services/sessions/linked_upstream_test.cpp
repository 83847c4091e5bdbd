#include "services/sessions/linked_upstream.h"

#include "services/channels/upstream_by_kind.h"
#include "tests/support/media_fakes.h"
#include "tests/support/scripted_upstream.h"
#include "tests/support/session_world.h"

namespace wherry {
namespace {

using linked::Reason;
using linked::State;

class Bytes final : public BlobWriter {
 public:
  std::string text;
  Result<void> write(std::string_view piece) override {
    text += piece;
    return {};
  }
  Result<Stored> commit() override { return Stored{}; }
  std::string sniffed_mime() override { return {}; }
  std::uint64_t size() const override { return text.size(); }
};

class LinkedUpstreamTest : public test::SessionWorld {
 protected:
  InboundMedia remote() {
    linked::RemoteFile file;
    file.token = "token";
    file.mime_type = "image/jpeg";
    return {MediaTokens(secrets).seal(file), "image/jpeg", "", ""};
  }
  Result<void> fetch(ChannelId id) { return run(upstream.fetch_media(channels.find(id), remote(), bytes)); }

  LinkedUpstream upstream{transport, table, store, secrets};
  Bytes bytes;
};

TEST_F(LinkedUpstreamTest, AFileIsFetchedThroughItsSession) {
  const auto id = working();
  transport.download_bytes = "jpeg";

  ASSERT_TRUE(fetch(id));

  EXPECT_EQ(bytes.text, "jpeg");
  EXPECT_EQ(transport.calls, (std::vector<std::string>{"download " + id.text()}));
  EXPECT_EQ(transport.asked_for->token, "token");
  EXPECT_EQ(transport.asked_for->mime_type, "image/jpeg");
}

TEST_F(LinkedUpstreamTest, ASessionOnItsWayBackCostsAFileNoTryAndOneThatStaysAwayDoes) {
  const auto id = working();
  transport.downloaded = Error{ErrorCode::upstream_unavailable, "not connected"};
  hear(id, State::disconnected, Reason::lost);
  EXPECT_EQ(fetch(id).error().code, ErrorCode::unavailable);

  hear(id, State::replaced, Reason::replaced);
  EXPECT_EQ(fetch(id).error().code, ErrorCode::fetch_failed);
  transport.downloaded = Error{ErrorCode::not_found, "gone"};
  EXPECT_EQ(fetch(id).error().code, ErrorCode::not_found);
}

TEST_F(LinkedUpstreamTest, ACheckSaysHowTheSessionStands) {
  const auto id = working();
  EXPECT_EQ(run(upstream.check(channels.find(id))).at(0).severity, ChannelFinding::Severity::ok);

  hear(id, State::replaced, Reason::replaced);

  const auto finding = run(upstream.check(channels.find(id))).at(0);
  EXPECT_EQ(finding.severity, ChannelFinding::Severity::problem);
  EXPECT_NE(finding.fix.find("elsewhere"), std::string::npos);
}

TEST_F(LinkedUpstreamTest, EachChannelGoesToTheUpstreamOfItsKind) {
  test::ScriptedUpstream cloud;
  cloud.media_bytes = "from the cloud";
  UpstreamByKind both(cloud, upstream);
  const auto id = working();
  transport.download_bytes = "from a phone";
  auto number = std::make_shared<const Channel>(test::test_channel());

  ASSERT_TRUE(run(both.fetch_media(channels.find(id), remote(), bytes)));
  EXPECT_EQ(bytes.text, "from a phone");
  bytes.text.clear();
  ASSERT_TRUE(run(both.fetch_media(number, remote(), bytes)));
  EXPECT_EQ(bytes.text, "from the cloud");
}

}  // namespace
}  // namespace wherry

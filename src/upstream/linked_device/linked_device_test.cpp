#include "upstream/linked_device/linked_device.h"

#include <thread>

#include "base/bytes.h"
#include "tests/support/linked_world.h"

namespace wherry::linked {
namespace {

class LinkedDeviceTest : public test::LinkedWorld {};
const SessionId s1{"s1"};

class MemoryBlob final : public BlobWriter {
 public:
  Result<void> write(std::string_view piece) override {
    if (bytes.size() + piece.size() > most) return Error{ErrorCode::too_large, "too large"};
    bytes += piece;
    return {};
  }
  Result<Stored> commit() override { return Stored{}; }
  std::string sniffed_mime() override { return ""; }
  std::uint64_t size() const override { return bytes.size(); }
  std::string bytes;
  std::size_t most = 10 << 20;
};

TEST_F(LinkedDeviceTest, AMessageIsKeptAndAcknowledgedBeforeItsSenderHears) {
  open();
  start_working("s1");
  const auto outcome = send("s1", "hi");
  ASSERT_TRUE(std::holds_alternative<SendAccepted>(outcome));
  EXPECT_EQ(std::get<SendAccepted>(outcome).message_id, "3EB0AAAAAAAA");
  EXPECT_EQ(to_unix_millis(std::get<SendAccepted>(outcome).at), 1769940000000);
  EXPECT_EQ(listener_.calls, (std::vector<std::string>{"s1 state starting", "s1 state starting", "s1 state working",
                                                       "s1 sent 3EB0AAAAAAAA bytes", "s1 ack 3EB0AAAAAAAA accepted"}));
}

TEST_F(LinkedDeviceTest, ASendIsRefusedOrUnknownAsTheTransportSays) {
  open();
  start_working("s1");
  EXPECT_EQ(std::get<SendRefused>(send("s1", "refuse")).reason, Refusal::restricted);
  EXPECT_EQ(std::get<SendRefused>(send("s1", "refuse")).wa_code, 463);
  EXPECT_TRUE(std::holds_alternative<SendUnknown>(send("s1", "uncertain")));
  EXPECT_EQ(std::get<SendRefused>(send("s1", "hi", "bad id")).reason, Refusal::bad_request);
}

TEST_F(LinkedDeviceTest, ASessionThatDoesNotRunRefusesEverything) {
  open();
  const auto outcome = send("s1", "hi");
  EXPECT_EQ(std::get<SendRefused>(outcome).reason, Refusal::not_running);
  EXPECT_TRUE(std::get<SendRefused>(outcome).may_retry);
  EXPECT_EQ(test::run(io_, device_->groups(s1)).error().code, ErrorCode::upstream_unavailable);
  EXPECT_TRUE(test::run(io_, device_->stop(s1)));
  EXPECT_EQ(start("no spaces").error().code, ErrorCode::invalid_argument);
}

TEST_F(LinkedDeviceTest, ASendWhoseProcessDiesIsUnknownAndTheSessionComesBack) {
  open();
  start_working("s1");
  const auto before = pids();
  EXPECT_TRUE(std::holds_alternative<SendUnknown>(send("s1", "crash")));
  until([&] { return listener_.count("s1 state working") == 2; });
  EXPECT_TRUE(lost_with("status 70"));
  EXPECT_NE(pids(), before);
  EXPECT_TRUE(std::holds_alternative<SendAccepted>(send("s1", "hi")));
  EXPECT_EQ(device_->health().at(0).restarts, 1u);
}

TEST_F(LinkedDeviceTest, BrokenFramesEndTheProcessAndTheSessionComesBack) {
  open();
  start_working("s1");
  std::size_t lives = 1;
  for (const char* how : {"garbage", "long_line", "big_blob"}) {
    EXPECT_TRUE(std::holds_alternative<SendUnknown>(send("s1", how))) << how;
    until([&] { return listener_.count("s1 state working") == lives + 1; });
    ++lives;
  }
  EXPECT_TRUE(lost_with("no JSON object"));
  EXPECT_TRUE(lost_with("line too long"));
  EXPECT_TRUE(lost_with("blob too large"));
}

TEST_F(LinkedDeviceTest, AFileIsSharedWhileItIsSent) {
  open();
  start_working("s1");
  const auto path = dir_.path() + "/file";
  std::ofstream(path) << "picture";
  OutgoingMedia media;
  media.file = {path, sha256("picture"), 7, "image/jpeg"};
  OutgoingMessage message{"3EB0AAAAAAAA", *Jid::parse("49151@s.whatsapp.net"), media, {}, {}, {}};
  EXPECT_TRUE(std::holds_alternative<SendAccepted>(test::run(io_, device_->send(s1, message))));
  media.file.sha256 = sha256("another");
  message.content = media;
  EXPECT_EQ(std::get<SendRefused>(test::run(io_, device_->send(s1, message))).reason, Refusal::media);
  media.file.path += "gone";
  message.content = media;
  EXPECT_EQ(std::get<SendRefused>(test::run(io_, device_->send(s1, message))).reason, Refusal::not_found);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(options_.directory))
    EXPECT_FALSE(entry.is_regular_file() && entry.path().string().find("/shared/") != std::string::npos) << entry.path();
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(LinkedDeviceTest, AReceivedFileIsFetchedWholeOrNotAtAll) {
  open();
  start_working("s1");
  const auto fetch = [&](std::string token, BlobWriter& into) {
    RemoteFile file;
    file.token = std::move(token);
    return test::run(io_, device_->download(s1, file, into));
  };
  MemoryBlob whole, other, small;
  EXPECT_TRUE(fetch("{}", whole));
  EXPECT_EQ(whole.bytes.size(), 1'100'000u);
  EXPECT_EQ(fetch(R"({"lie":true})", other).error().code, ErrorCode::fetch_failed);
  EXPECT_EQ(fetch(R"({"fail":"gone"})", other).error().code, ErrorCode::not_found);
  EXPECT_EQ(fetch(R"({"fail":"unreachable"})", other).error().code, ErrorCode::fetch_failed);
  EXPECT_EQ(fetch("no json", other).error().code, ErrorCode::invalid_argument);
  small.most = 1000;
  EXPECT_EQ(fetch("{}", small).error().code, ErrorCode::too_large);
}

TEST_F(LinkedDeviceTest, WhatAKilledGatewayLeftIsTakenAwayAndNothingElse) {
  std::filesystem::create_directories(options_.directory + "/leftover/shared/out");
  std::filesystem::create_directories(options_.directory + "/somebody-elses");
  open();
  EXPECT_FALSE(std::filesystem::exists(options_.directory + "/leftover"));
  EXPECT_TRUE(std::filesystem::exists(options_.directory + "/somebody-elses"));
}

TEST_F(LinkedDeviceTest, PairingShowsACode) {
  open();
  start_working("s1");
  EXPECT_TRUE(test::run(io_, device_->pair(s1, PairByQr{})));
  until([&] { return listener_.count("s1 qr QR") == 1; });
}

TEST_F(LinkedDeviceTest, PairingWaitsForTheProcessThatHasToBeStartedFirst) {
  open();
  ASSERT_TRUE(start("s1"));
  EXPECT_TRUE(test::run(io_, device_->pair(s1, PairByQr{})));
  until([&] { return listener_.count("s1 qr QR") == 1; });
  EXPECT_EQ(test::run(io_, device_->pair(SessionId{"s2"}, PairByQr{})).error().code, ErrorCode::upstream_unavailable);
}

TEST_F(LinkedDeviceTest, CallsMayComeFromAnotherThread) {
  open();
  start_working("s1");
  boost::asio::io_context other{1};
  std::optional<SendOutcome> outcome;
  const auto call = [](LinkedDevice& device, std::optional<SendOutcome>& place) -> Task<void> {
    OutgoingMessage message{"3EB0BBBBBBBB", *Jid::parse("49151@s.whatsapp.net"), Text{"x"}, {}, {}, {}};
    place = co_await device.send(s1, std::move(message));
  };
  std::thread thread([&] { test::run(other, call(*device_, outcome)); });
  until([&] { return listener_.count("s1 ack 3EB0BBBBBBBB accepted") == 1; });
  pass(milliseconds(300));
  thread.join();
  EXPECT_TRUE(std::holds_alternative<SendAccepted>(*outcome));
}

}  // namespace
}  // namespace wherry::linked

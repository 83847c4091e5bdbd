#include "upstream/linked_device/supervisor.h"

#include "tests/support/linked_world.h"

namespace wherry::linked {
namespace {

class SupervisorTest : public test::LinkedWorld {
 protected:
  std::string once() { return "once=" + dir_.path() + "/misbehaved"; }
  Result<void> stop(const std::string& session) { return test::run(io_, device_->stop(SessionId{session})); }
};

TEST_F(SupervisorTest, AProcessSeesNothingOfOurs) {
  ::setenv("WHERRY_ADMIN_TOKEN", "secret", 1);
  open();
  start_working("s1");
  const auto told = about("s1");
  for (const auto& name : told.at("environment").as_array()) {
    const std::string_view text(name.as_string());
    EXPECT_TRUE(!text.starts_with("WHERRY_") || text == "WHERRY_LINKED_TOKEN") << text;
  }
  EXPECT_LE(told.at("descriptors").as_int64(), 5);  // three of its own, the socket, and the listing itself
  EXPECT_TRUE(told.at("own_group").as_bool());
  EXPECT_EQ(told.at("mode").as_string(), "0o700");
  EXPECT_TRUE(std::string_view(told.at("cwd").as_string()).starts_with(options_.directory));
}

TEST_F(SupervisorTest, AHelloThatIsNoneIsStartedAgainUntilItIs) {
  const std::pair<const char*, const char*> cases[] = {{"wrong_token", "its token is wrong"}, {"wrong_version", "another version"},
                                                       {"garbage", "no JSON object"},         {"die", "status 70"},
                                                       {"status3", "./dev setup linked"},     {"none", "hello in time"}};
  options_.hello_timeout = milliseconds(1'500);
  for (const auto& [how, why] : cases) {
    listener_.calls.clear();
    listener_.states.clear();
    std::filesystem::remove(dir_.path() + "/misbehaved");
    open({"hello=" + std::string(how), once()});
    start_working("s1");
    EXPECT_TRUE(lost_with(why)) << how;
    test::run(io_, device_->stop());
  }
}

TEST_F(SupervisorTest, AProgramThatDoesNotExistIsToldAndTriedAgain) {
  options_.transport = TransportCommand{"no-such-program", {}};
  open_as_is();
  EXPECT_TRUE(start("s1"));
  until([&] { return lost_with("no-such-program cannot be started"); });
  EXPECT_EQ(std::get<SendRefused>(send("s1", "hi")).reason, Refusal::not_running);
}

TEST_F(SupervisorTest, AProcessThatAnswersNoPingIsKilledAndReplaced) {
  options_.ping_interval = milliseconds(250);
  options_.ping_timeout = milliseconds(500);
  open({"ping=no", "deaf=yes", once()});
  start_working("s1");
  const auto before = pids();
  EXPECT_TRUE(std::holds_alternative<SendUnknown>(send("s1", "hang")));
  until([&] { return listener_.count("s1 state working") == 2; });
  EXPECT_TRUE(lost_with("it does not answer"));
  EXPECT_FALSE(runs(before.at(0)));
}

TEST_F(SupervisorTest, SessionsAreSharedOutToProcesses) {
  options_.sessions_per_process = 2;
  options_.max_processes = 2;
  open();
  for (const char* session : {"s1", "s2", "s3"}) start_working(session);
  EXPECT_EQ(pids().size(), 2u);
  start_working("s4");
  EXPECT_EQ(start("s5").error().code, ErrorCode::unavailable);
  EXPECT_TRUE(stop("s1"));
  start_working("s5");
  EXPECT_EQ(pids().size(), 2u);
  EXPECT_TRUE(start("s2"));
}

TEST_F(SupervisorTest, OneProcessesEndLeavesTheOthersAlone) {
  options_.sessions_per_process = 1;
  open();
  start_working("s1");
  start_working("s2");
  send("s1", "crash");
  until([&] { return listener_.count("s1 state working") == 2; });
  EXPECT_EQ(listener_.count("s2 state working"), 1u);
  EXPECT_EQ(listener_.count("s2 state disconnected"), 0u);
}

TEST_F(SupervisorTest, AProcessThatGrowsTooLargeIsReplacedInOrder) {
  open({"rss=9000000000", once()});
  ASSERT_TRUE(start("s1"));
  until([&] { return listener_.count("s1 state working") == 2; });
  EXPECT_EQ(listener_.count("s1 state stopped"), 0u);
  EXPECT_EQ(listener_.count("s1 state disconnected"), 1u);
  until([&] { return !device_->health().empty() && device_->health().at(0).resident_bytes == 100'000'000; });
  EXPECT_TRUE(std::holds_alternative<SendAccepted>(send("s1", "hi")));
}

TEST_F(SupervisorTest, ASessionThatHearsNothingIsStartedAnewAlone) {
  open({"stale=yes", once()});
  ASSERT_TRUE(start("s1"));
  until([&] { return listener_.count("s1 state working") >= 2; });
  EXPECT_EQ(listener_.count("s1 state stopped"), 0u);
  EXPECT_EQ(listener_.count("s1 state disconnected"), 0u);
}

TEST_F(SupervisorTest, NothingComesFromASessionThatWasStopped) {
  open();
  start_working("s1");
  EXPECT_TRUE(stop("s1"));
  EXPECT_EQ(listener_.calls.back(), "s1 state stopped");
  EXPECT_EQ(std::get<SendRefused>(send("s1", "hi")).reason, Refusal::not_running);
  start_working("s1");
  EXPECT_TRUE(std::holds_alternative<SendAccepted>(send("s1", "hi")));
}

TEST_F(SupervisorTest, ASessionThatIsStillStoppingIsNotStartedBesideItself) {
  open();
  start_working("s1");
  listener_.holds = [](const std::string& call) { return call == "s1 state stopped"; };
  std::vector<std::string> order;
  boost::asio::co_spawn(io_, device_->stop(SessionId{"s1"}), [&](std::exception_ptr, Result<void>) { order.push_back("stopped"); });
  until([&] { return listener_.held() == 1; });
  boost::asio::co_spawn(io_, device_->start({SessionId{"s1"}, {}, {}}),
                        [&](std::exception_ptr, Result<void>) { order.push_back("started"); });
  pass(milliseconds(200));
  EXPECT_TRUE(order.empty());
  listener_.let_go();
  until([&] { return order.size() == 2; });
  EXPECT_EQ(order, (std::vector<std::string>{"stopped", "started"}));
}

TEST_F(SupervisorTest, ARefusedStartIsTheCallersAndForgotten) {
  open({"start=refuse"});
  ASSERT_TRUE(start("s1"));  // the process is not there yet
  until([&] { return listener_.count("s1 state failed") == 1; });
  EXPECT_EQ(start("s2").error().code, ErrorCode::rejected);
  EXPECT_TRUE(stop("s2"));
  EXPECT_EQ(listener_.count("s2 state failed"), 0u);
}

TEST_F(SupervisorTest, KeysOfAnotherTransportAreNotTouched) {
  open();
  start_working("s1");
  EXPECT_EQ(start("s2", "other-format").error().code, ErrorCode::conflict);
  EXPECT_TRUE(start("s3", "scripted-1"));
}

TEST_F(SupervisorTest, StartsThatComeAtOnceAreSpread) {
  options_.start_spread = milliseconds(1'000);
  open();
  for (const char* session : {"s1", "s2", "s3"}) ASSERT_TRUE(start(session));
  until([&] { return listener_.count("s3 state working") == 1; });
  const auto told = about("s1");
  const auto& sessions = told.at("sessions").as_object();
  EXPECT_EQ(sessions.at("s1").at("delay").as_int64(), 0);
  EXPECT_GT(sessions.at("s2").at("delay").as_int64(), 500);
  EXPECT_GT(sessions.at("s3").at("delay").as_int64(), 1'500);
  EXPECT_EQ(sessions.at("s1").at("settings").at("history").as_string(), "none");
}

TEST_F(SupervisorTest, AFloodOnStderrHoldsNothingUp) {
  open({"stderr=20000"});
  start_working("s1");
  EXPECT_TRUE(std::holds_alternative<SendAccepted>(send("s1", "hi")));
}

TEST_F(SupervisorTest, StoppingEndsEveryProcessAlsoADeafOne) {
  options_.sessions_per_process = 1;
  open({"deaf=yes"});
  start_working("s1");
  start_working("s2");
  const auto before = pids();
  ASSERT_EQ(before.size(), 2u);
  const auto begun = clock_.now();
  test::run(io_, device_->stop());
  EXPECT_LT(clock_.now() - begun, milliseconds(8'000));
  for (const int pid : before) EXPECT_FALSE(runs(pid));
  EXPECT_TRUE(std::filesystem::is_empty(options_.directory));
  EXPECT_EQ(listener_.count("s1 state stopped"), 0u);
  EXPECT_EQ(start("s3").error().code, ErrorCode::cancelled);
}

TEST_F(SupervisorTest, AProcessWithoutSessionsEndsAfterAWhile) {
  options_.idle_linger = milliseconds(1'000);
  open();
  start_working("s1");
  const auto before = pids();
  EXPECT_TRUE(stop("s1"));
  until([&] { return !runs(before.at(0)); });
  until([&] { return device_->health().empty(); });
  start_working("s1");
}

TEST_F(SupervisorTest, ASessionThatDoesNotStopTakesItsProcessAlong) {
  options_.ping_interval = milliseconds(250);
  options_.ping_timeout = milliseconds(500);
  open({"stop=silent", "ping=no", once()});
  start_working("s1");
  const auto before = pids();
  EXPECT_TRUE(stop("s1"));
  EXPECT_FALSE(runs(before.at(0)));
}

TEST_F(SupervisorTest, WhatIsMissingIsNamedWithItsRemedy) {
  options_.transport = NodeSidecar{"node", dir_.path() + "/linked-sidecar"};
  open_as_is();
  const auto missing = start("s1");
  EXPECT_EQ(missing.error().code, ErrorCode::unavailable);
  EXPECT_NE(missing.error().message.find("./dev setup linked"), std::string::npos);

  std::filesystem::create_directories(dir_.path() + "/linked-sidecar/src");
  std::ofstream(dir_.path() + "/linked-sidecar/src/main.mjs") << "";
  EXPECT_NE(start("s1").error().message.find("node_modules"), std::string::npos);

  std::filesystem::create_directories(dir_.path() + "/linked-sidecar/node_modules/baileys");
  const auto old_node = dir_.path() + "/node18";
  std::ofstream(old_node) << "#!/bin/sh\necho v18.19.0\n";
  std::filesystem::permissions(old_node, std::filesystem::perms::owner_all);
  for (const auto& node : {old_node, dir_.path() + "/no-node"}) {
    options_.transport = NodeSidecar{node, dir_.path() + "/linked-sidecar"};
    open_as_is();
    EXPECT_NE(start("s1").error().message.find("Node.js 20"), std::string::npos) << node;
  }
  EXPECT_TRUE(listener_.calls.empty());
}

}  // namespace
}  // namespace wherry::linked

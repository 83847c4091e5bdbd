#pragma once

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/support/linked_listener.h"
#include "tests/support/run.h"
#include "tests/support/temp_dir.h"
#include "upstream/linked_device/linked_device.h"

namespace wherry::test {

/// A LinkedDevice over real processes that run tests/support/scripted_transport.py. Time is real here, and short.
class LinkedWorld : public ::testing::Test {
 protected:
  static constexpr milliseconds patience{20'000};

  LinkedWorld() : options_{io_.get_executor(), dir_.path() + "/linked", linked::TransportCommand{python(), {script()}}} {
    options_.hello_timeout = milliseconds(10'000);
    options_.first_backoff = milliseconds(100);
    options_.stop_grace = milliseconds(1'500);
    options_.start_spread = milliseconds(0);
  }
  ~LinkedWorld() override {
    if (device_) run(io_, device_->stop());
  }

  static std::string script() { return std::filesystem::current_path().string() + "/tests/support/scripted_transport.py"; }
  /// Debian's own where there is one: a version manager's takes long to start.
  static std::string python() { return std::filesystem::exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3"; }
  /// The transport with these words (see the script).
  void open(std::vector<std::string> words = {}) {
    words.insert(words.begin(), script());
    options_.transport = linked::TransportCommand{python(), std::move(words)};
    open_as_is();
  }
  void open_as_is() {
    ASSERT_TRUE(linked::LinkedDevice::prepare(options_));
    device_ = std::make_unique<linked::LinkedDevice>(options_, clock_, listener_);
  }

  Result<void> start(const std::string& session, std::string format = {}) {
    return run(io_, device_->start({linked::SessionId{session}, {}, std::move(format)}));
  }
  /// Starts it and waits until it works.
  void start_working(const std::string& session) {
    ASSERT_TRUE(start(session));
    until([&] { return listener_.count(session + " state working") > 0; });
  }
  linked::SendOutcome send(const std::string& session, std::string text, std::string id = "3EB0AAAAAAAA") {
    linked::OutgoingMessage message{std::move(id), *Jid::parse("49151@s.whatsapp.net"), linked::Text{std::move(text)}, {}, {}, {}};
    return run(io_, device_->send(linked::SessionId{session}, std::move(message)));
  }
  /// What the process says of itself and its surroundings.
  json::object about(const std::string& session) {
    auto told = run(io_, device_->about(linked::SessionId{session}, *Jid::parse("1@lid")));
    if (!told) return {};
    return json::parse(told->text)->get_object();
  }
  /// Lets everything run until it holds.
  void until(std::function<bool()> holds) {
    const auto wait = [](LinkedWorld& world, const std::function<bool()>& condition) -> Task<void> {
      for (milliseconds waited{0}; waited < patience && !condition(); waited += milliseconds(10))
        co_await world.clock_.sleep_for(milliseconds(10));
    };
    run(io_, wait(*this, holds));
    ASSERT_TRUE(holds());
  }
  void pass(milliseconds time) { run(io_, clock_.sleep_for(time)); }
  std::vector<int> pids() const {
    std::vector<int> all;
    for (const auto& process : device_->health())
      if (process.pid != 0) all.push_back(static_cast<int>(process.pid));
    return all;
  }
  static bool runs(int pid) { return ::kill(pid, 0) == 0; }
  bool lost_with(std::string_view text) const {
    return std::any_of(listener_.states.begin(), listener_.states.end(), [&](const linked::StateChange& change) {
      return change.reason == linked::Reason::transport_lost && change.message.find(text) != std::string::npos;
    });
  }

  TempDir dir_;
  boost::asio::io_context io_{1};
  SystemClock clock_;
  RecordingListener listener_;
  linked::LinkedOptions options_;
  std::unique_ptr<linked::LinkedDevice> device_;
};

}  // namespace wherry::test

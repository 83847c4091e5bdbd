#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>

#include "upstream/linked_device/link.h"

namespace wherry::test {

/// A Link in the test's hands: it is run by hand on a virtual clock, and the other end of its socket is ours.
class LinkedPeer : public ::testing::Test, protected linked::LinkHandler {
 protected:
  explicit LinkedPeer(linked::LinkLimits limits = {}) {
    int both[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, both), 0);
    linked::LinkSocket ours(io_.get_executor(), boost::asio::local::stream_protocol(), both[0]);
    theirs_.assign(boost::asio::local::stream_protocol(), both[1]);
    theirs_.non_blocking(true);
    link_ = std::make_unique<linked::Link>(std::move(ours), clock_, limits);
  }
  ~LinkedPeer() override { end(); }

  void run_link() {
    boost::asio::co_spawn(io_, link_->run(*this), [this](std::exception_ptr failure) {
      EXPECT_FALSE(failure);
      ended_ = true;
    });
    turn();
  }
  /// Closes the other end and lets everything finish.
  void end() {
    boost::system::error_code ignored;
    theirs_.close(ignored);
    turn();
    for (int i = 0; i < 5 && link_ && !ended_; ++i) pass(milliseconds(250));
  }
  /// Lets everything happen that can.
  void turn() {
    for (int i = 0; i < 50; ++i) {
      io_.restart();
      io_.poll();
    }
  }
  void pass(milliseconds time) {
    for (milliseconds gone{0}; gone < time; gone += milliseconds(250)) {
      clock_.advance(milliseconds(250));
      turn();
    }
  }
  void say(std::string_view bytes) {
    while (!bytes.empty()) {
      boost::system::error_code failure;
      const auto written = theirs_.write_some(boost::asio::buffer(bytes.data(), bytes.size()), failure);
      if (failure && failure != boost::asio::error::would_block) break;
      bytes.remove_prefix(written);
      turn();
    }
    turn();
  }
  /// Every frame that has come to the other end since the last call.
  std::vector<linked::Frame> heard() {
    turn();
    std::string buffer(1 << 16, '\0');
    std::vector<linked::Frame> frames;
    for (;;) {
      boost::system::error_code failure;
      const auto size = theirs_.read_some(boost::asio::buffer(buffer), failure);
      if (failure) break;
      reader_.feed(std::string_view(buffer).substr(0, size));
      turn();
    }
    for (auto next = reader_.next(); next && *next; next = reader_.next()) frames.push_back(std::move(**next));
    return frames;
  }
  std::string heard_text() {
    std::string all;
    for (const auto& frame : heard()) all += json::serialize(frame.line) + frame.blob + "\n";
    return all;
  }
  /// Begins an ask(); its Reply appears in the returned place.
  std::shared_ptr<std::optional<linked::Reply>> ask(std::string op, json::object fields = {}, milliseconds timeout = milliseconds(5'000)) {
    auto place = std::make_shared<std::optional<linked::Reply>>();
    boost::asio::co_spawn(io_, link_->ask(std::move(op), std::move(fields), timeout),
                          [place](std::exception_ptr failure, linked::Reply reply) {
                            EXPECT_FALSE(failure);
                            *place = std::move(reply);
                          });
    turn();
    return place;
  }

  Task<void> take(linked::Frame frame) override {
    taken_.push_back(std::move(frame));
    co_return;
  }

  boost::asio::io_context io_{1};
  VirtualClock clock_{from_unix_millis(1'769'940'000'000)};
  boost::asio::basic_stream_socket<boost::asio::local::stream_protocol, Executor> theirs_{io_.get_executor()};
  std::unique_ptr<linked::Link> link_;
  linked::FrameReader reader_;
  std::vector<linked::Frame> taken_;
  bool ended_ = false;
};

}  // namespace wherry::test

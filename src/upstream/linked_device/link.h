#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <deque>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <variant>

#include "base/clock.h"
#include "base/completion.h"
#include "base/task_group.h"
#include "upstream/linked_device/faults.h"
#include "upstream/linked_device/frames.h"

namespace wherry::linked {

using LinkSocket = boost::asio::basic_stream_socket<boost::asio::local::stream_protocol, Executor>;

struct Answer {
  json::object ok;
  std::string blob;
};
/// None came: the connection ended, or the time was up.
struct NoAnswer {
  bool written = false;  ///< the other side may have read the request
  std::string why;
};
using Reply = std::variant<Answer, Fault, NoAnswer>;

/// What is done with the frames of the other side that are no replies.
class LinkHandler {
 public:
  virtual ~LinkHandler() = default;
  /// A request (`op`; it is to be answered with Link::answer or refuse) or an event. While this waits nothing more is read.
  virtual Task<void> take(Frame frame) = 0;
};

struct LinkLimits {
  std::size_t max_unsent =
      64u << 20;     ///< bytes waiting to be written; beyond it requests are refused, and a peer that lets answers pile up is dropped
  milliseconds ping_interval{5'000};
  milliseconds ping_timeout{10'000};      ///< not counted while we do not read ourselves
};

/// One connection that speaks the protocol: requests both ways, many at once, told apart by their ids.
/// Threads: all on the socket's executor.
class Link {
 public:
  Link(LinkSocket socket, Clock& clock, LinkLimits limits);

  /// Reads until the connection ends; then every open ask() has its NoAnswer. Call once; answer() and refuse() do nothing afterwards.
  Task<void> run(LinkHandler& handler);
  /// One request. Its frame beyond a limit is a Fault too_large, a full queue NoAnswer.
  Task<Reply> ask(std::string op, json::object fields, milliseconds timeout);
  void answer(std::int64_t id, json::object ok, std::string_view blob);
  void refuse(std::int64_t id, const Fault& fault);

  /// Ends the connection now. The first reason is kept.
  void close(std::string why);
  /// Ends it when what waits is written.
  void finish(std::string why);
  bool is_open() const { return open_; }
  const std::string& why_closed() const { return why_closed_; }

 private:
  struct Open {
    Completion<Reply> done;
    std::int64_t ticks_left = 0;
    bool written = false;
  };
  struct Unsent {
    std::string bytes;
    std::int64_t ask = 0;  ///< 0: no request
  };

  Task<void> read_frames(LinkHandler& handler);
  Task<void> dispatch(LinkHandler& handler, Frame frame);
  Task<void> write_all();
  Task<void> tick_forever();
  Task<void> ping();
  void tick();
  void settle(std::int64_t id, Reply reply);
  void settle_from(Frame frame);
  void send_reply(std::int64_t id, json::object frame, std::string_view blob);
  void put(std::string bytes, std::int64_t ask);
  void break_off(std::string what);

  LinkSocket socket_;
  Clock& clock_;
  const LinkLimits limits_;
  bool open_ = true, finishing_ = false, writing_ = false, taking_ = false, pinging_ = false;
  std::string why_closed_;
  std::int64_t next_id_ = 1;
  std::int64_t ticks_to_ping_ = 0;
  std::unordered_map<std::int64_t, Open> asked_;
  std::unordered_set<std::int64_t> answering_;
  std::deque<Unsent> unsent_;
  std::size_t unsent_bytes_ = 0;
  TaskGroup writers_, ticks_;
};

}  // namespace wherry::linked

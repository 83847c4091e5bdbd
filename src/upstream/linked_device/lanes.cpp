#include "upstream/linked_device/lanes.h"

#include "base/log.h"
#include "upstream/linked_device/decode_events.h"

namespace wherry::linked {

namespace {

constexpr std::size_t frame_overhead = 1024;
constexpr std::size_t max_put_off = 256;

std::size_t weight(const Frame& frame) { return frame.size * 4 + frame_overhead; }

std::int64_t id_of(const json::object& line) { return line.at("id").as_int64(); }

std::int64_t seq_of(const json::object& line) {
  const auto* seq = line.if_contains("seq");
  return seq != nullptr && seq->is_int64() ? seq->get_int64() : 0;
}

}  // namespace

Lanes::Lanes(Executor executor, Listener& listener, Link& link, SessionWatcher& watcher, KeyFormat format)
    : executor_(executor), listener_(listener), link_(link), watcher_(watcher), format_(std::move(format)) {}

void Lanes::open(const SessionId& session) {
  auto& lane = lanes_[session.text];
  if (lane) {
    lane->put_off.clear();
    lane->next_seq = 1;
    return;
  }
  lane = std::make_shared<Lane>();
  lane->session = session;
}

Task<void> Lanes::close(SessionId session) {
  const auto found = lanes_.find(session.text);
  if (found == lanes_.end()) co_return;
  const auto lane = found->second;
  lanes_.erase(found);
  lane->closed = true;
  forget_waiting(*lane);
  if (!lane->running) co_return;
  auto start = [lane](Completion<int> done) { lane->idle = std::move(done); };
  co_await await_completion<int>(start);
}

Task<void> Lanes::drain() {
  for (auto& [name, lane] : lanes_) {
    lane->closed = true;
    forget_waiting(*lane);
  }
  lanes_.clear();
  co_await tasks_.drain();
}

void Lanes::forget_waiting(Lane& lane) {
  for (const auto& frame : lane.waiting) release(weight(frame));
  lane.waiting.clear();
}

void Lanes::release(std::size_t bytes) {
  held_ -= bytes;
  if (room_ && held_ <= max_held) std::exchange(room_, {}).complete(0);
}

Task<void> Lanes::take(Frame frame) {
  ++counters_.frames;
  const bool is_request = frame.line.contains("op");
  const auto found = lanes_.find(json::find_string(frame.line, "session").value_or(""));
  if (found == lanes_.end()) {
    if (is_request) link_.refuse(id_of(frame.line), {"no_session", "no such session", false, {}, {}, 0});
    co_return;
  }
  const auto lane = found->second;
  held_ += weight(frame);
  if (is_request && is_query(json::find_string(frame.line, "op").value_or(""))) {
    tasks_.spawn(executor_, answer_query(lane->session, std::move(frame)), "linked_query");
  } else {
    note_seq(*lane, frame.line);
    lane->waiting.push_back(std::move(frame));
    if (!std::exchange(lane->running, true)) tasks_.spawn(executor_, run(lane), "linked_lane");
  }
  if (held_ <= max_held) co_return;
  auto start = [this](Completion<int> done) { room_ = std::move(done); };
  co_await await_completion<int>(start);
}

Task<void> Lanes::run(std::shared_ptr<Lane> lane) {
  while (!lane->waiting.empty()) {
    auto frame = std::move(lane->waiting.front());
    lane->waiting.pop_front();
    const auto bytes = weight(frame);
    co_await handle(lane, std::move(frame));
    release(bytes);
  }
  lane->running = false;
  if (lane->idle) std::exchange(lane->idle, {}).complete(0);
}

Task<void> Lanes::handle(std::shared_ptr<Lane> lane, Frame frame) {
  if (frame.line.contains("op")) {
    co_await answer_request(std::move(lane), std::move(frame));
    co_return;
  }
  if (!is_for_listener(*lane, frame.line)) co_return;
  auto known = co_await tell_listener(listener_, lane->session, std::move(frame.line));
  if (!known) ++counters_.odd_events;
}

Task<void> Lanes::answer_request(std::shared_ptr<Lane> lane, Frame frame) {
  const auto id = id_of(frame.line);
  const auto seq = seq_of(frame.line);
  const bool stores_keys = json::find_string(frame.line, "op") == "keys.set";
  if (!lane->put_off.empty() && seq > *lane->put_off.begin()) {
    lane->put_off.insert(seq);
    if (lane->put_off.size() > max_put_off) link_.close("too many requests were put off");
    reply(id, {{}, {}, Fault{"busy", "an earlier one must be asked again first", true, {}, {}, 0}});
    co_return;
  }
  auto answer = co_await call_listener(listener_, lane->session, format_, std::move(frame));
  if (answer.fault && answer.fault->retryable) lane->put_off.insert(seq);
  else lane->put_off.erase(seq);
  if (stores_keys && !answer.fault) watcher_.on_keys_stored(lane->session, format_);
  reply(id, std::move(answer));
}

Task<void> Lanes::answer_query(SessionId session, Frame frame) {
  const auto bytes = weight(frame);
  const auto id = id_of(frame.line);
  auto answer = co_await call_listener(listener_, std::move(session), format_, std::move(frame));
  reply(id, std::move(answer));
  release(bytes);
}

void Lanes::reply(std::int64_t id, CallReply reply) {
  if (reply.fault) {
    ++counters_.refused_requests;
    link_.refuse(id, *reply.fault);
  } else {
    link_.answer(id, std::move(reply.ok), reply.blob);
  }
}

void Lanes::note_seq(Lane& lane, const json::object& line) {
  const auto seq = seq_of(line);
  if (seq < lane.next_seq) return;  // asked again
  if (seq > lane.next_seq) {
    counters_.lost_events += static_cast<std::uint64_t>(seq - lane.next_seq);
    log::warn("linked_events_lost", {{"session", lane.session.text}, {"count", seq - lane.next_seq}});
  }
  lane.next_seq = seq + 1;
}

bool Lanes::is_for_listener(const Lane& lane, const json::object& line) {
  if (json::find_string(line, "event") != "state") return true;
  const auto change = decode_state(line);
  return !change || watcher_.on_state(lane.session, *change);
}

}  // namespace wherry::linked

#include "upstream/linked_device/link.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

namespace wherry::linked {

namespace asio = boost::asio;

namespace {

// Deadlines count ticks, not clock readings: setting the clock ends no request.
constexpr milliseconds tick_length{250};
constexpr std::size_t read_size = 64 * 1024;

std::int64_t ticks_of(milliseconds duration) { return (duration + tick_length - milliseconds(1)) / tick_length; }

std::optional<std::int64_t> positive(const json::object& line, std::string_view name) {
  const auto* member = json::find(line, name);
  if (member == nullptr || !member->is_int64() || member->get_int64() < 1) return std::nullopt;
  return member->get_int64();
}

}  // namespace

Link::Link(LinkSocket socket, Clock& clock, LinkLimits limits)
    : socket_(std::move(socket)), clock_(clock), limits_(limits), ticks_to_ping_(ticks_of(limits.ping_interval)) {}

Task<void> Link::run(LinkHandler& handler) {
  ticks_.spawn(socket_.get_executor(), tick_forever(), "linked_ticks");
  co_await read_frames(handler);
  if (!finishing_) close("the connection ended");
  co_await writers_.drain();
  close(why_closed_);
  co_await ticks_.stop();
}

Task<void> Link::read_frames(LinkHandler& handler) {
  FrameReader reader;
  std::string buffer(read_size, '\0');
  while (open_ && !finishing_) {
    auto got = co_await socket_.async_read_some(asio::buffer(buffer), asio::as_tuple(use_task));
    if (std::get<0>(got)) co_return;
    reader.feed(std::string_view(buffer).substr(0, std::get<1>(got)));
    while (open_ && !finishing_) {
      auto next = reader.next();
      if (!next) {
        break_off(next.error().message);
        co_return;
      }
      if (!*next) break;
      auto frame = std::move(**next);
      co_await dispatch(handler, std::move(frame));
    }
  }
}

Task<void> Link::dispatch(LinkHandler& handler, Frame frame) {
  if (frame.line.contains("reply")) {
    settle_from(std::move(frame));
    co_return;
  }
  if (frame.line.contains("op")) {
    const auto id = positive(frame.line, "id");
    if (!id || answering_.contains(*id) || answering_.size() >= max_open_requests) {
      break_off(!id ? "id is no positive integer" : "id is in use, or too many open requests");
      co_return;
    }
    answering_.insert(*id);
  }
  taking_ = true;
  co_await handler.take(std::move(frame));
  taking_ = false;
}

void Link::break_off(std::string what) {
  if (!open_) return;
  auto bytes = write_frame({{"event", "bad_frame"}, {"message", what}}, {});
  if (bytes) put(std::move(*bytes), 0);
  finish("bad frame: " + what);
}

Task<Reply> Link::ask(std::string op, json::object fields, milliseconds timeout) {
  if (!open_ || finishing_) co_return NoAnswer{false, why_closed_};
  if (asked_.size() >= max_open_requests) co_return NoAnswer{false, "too many open requests"};
  const auto id = next_id_++;
  json::object line;
  line["id"] = id;
  line["op"] = op;
  for (auto& field : fields) line.insert_or_assign(field.key(), std::move(field.value()));
  auto bytes = write_frame(std::move(line), {});
  if (!bytes) co_return Fault{"too_large", bytes.error().message, false, {}, {}, 0};
  if (unsent_bytes_ + bytes->size() > limits_.max_unsent) co_return NoAnswer{false, "too much waits to be written"};
  auto start = [this, id, timeout, &bytes](Completion<Reply> done) {
    asked_.emplace(id, Open{std::move(done), ticks_of(timeout) + 1, false});
    put(std::move(*bytes), id);
  };
  co_return co_await await_completion<Reply>(start);
}

void Link::settle_from(Frame frame) {
  const auto id = positive(frame.line, "reply");
  if (!id) return;
  if (const auto* error = json::find_object(frame.line, "error")) return settle(*id, decode_fault(*error));
  auto* ok = frame.line.if_contains("ok");
  if (ok == nullptr || !ok->is_object()) return settle(*id, Fault{"internal", "an answer without ok", false, {}, {}, 0});
  settle(*id, Answer{std::move(ok->get_object()), std::move(frame.blob)});
}

void Link::settle(std::int64_t id, Reply reply) {
  auto found = asked_.find(id);
  if (found == asked_.end()) return;
  auto done = std::move(found->second.done);
  asked_.erase(found);
  done.complete(std::move(reply));
}

void Link::answer(std::int64_t id, json::object ok, std::string_view blob) { send_reply(id, {{"reply", id}, {"ok", std::move(ok)}}, blob); }

void Link::refuse(std::int64_t id, const Fault& fault) { send_reply(id, {{"reply", id}, {"error", encode_fault(fault)}}, {}); }

void Link::send_reply(std::int64_t id, json::object frame, std::string_view blob) {
  if (answering_.erase(id) == 0 || !open_ || finishing_) return;
  auto bytes = write_frame(std::move(frame), blob);
  if (!bytes) bytes = write_frame({{"reply", id}, {"error", encode_fault({"too_large", "the answer is too large", false, {}, {}, 0})}}, {});
  if (unsent_bytes_ + bytes->size() > limits_.max_unsent) return close("it does not read its answers");
  put(std::move(*bytes), 0);
}

void Link::put(std::string bytes, std::int64_t ask) {
  unsent_bytes_ += bytes.size();
  unsent_.push_back({std::move(bytes), ask});
  if (writing_) return;
  writing_ = true;
  writers_.spawn(socket_.get_executor(), write_all(), "linked_write");
}

Task<void> Link::write_all() {
  while (open_ && !unsent_.empty()) {
    const auto& first = unsent_.front();
    if (auto asked = asked_.find(first.ask); asked != asked_.end()) asked->second.written = true;
    auto written = co_await asio::async_write(socket_, asio::buffer(first.bytes), asio::as_tuple(use_task));
    if (std::get<0>(written)) close("the connection ended");
    unsent_bytes_ -= unsent_.front().bytes.size();
    unsent_.pop_front();
  }
  writing_ = false;
  if (finishing_) close(why_closed_);
}

void Link::finish(std::string why) {
  if (!open_ || finishing_) return;
  finishing_ = true;
  why_closed_ = std::move(why);
  if (!writing_) return close(why_closed_);
  boost::system::error_code ignored;
  socket_.shutdown(LinkSocket::shutdown_receive, ignored);
}

void Link::close(std::string why) {
  if (!open_) return;
  open_ = false;
  if (why_closed_.empty()) why_closed_ = std::move(why);
  boost::system::error_code ignored;
  socket_.close(ignored);
  auto asked = std::move(asked_);
  asked_.clear();
  for (auto& [id, open] : asked) open.done.complete(NoAnswer{open.written, why_closed_});
}

Task<void> Link::tick_forever() {
  while (open_) {
    co_await clock_.sleep_for(tick_length);
    if (open_) tick();
  }
}

void Link::tick() {
  std::vector<std::int64_t> late;
  for (auto& [id, open] : asked_)
    if (--open.ticks_left <= 0) late.push_back(id);
  for (const auto id : late) settle(id, NoAnswer{asked_[id].written, "no answer in time"});
  if (pinging_ || --ticks_to_ping_ > 0) return;
  pinging_ = true;
  ticks_to_ping_ = ticks_of(limits_.ping_interval);
  ticks_.spawn(socket_.get_executor(), ping(), "linked_ping");
}

Task<void> Link::ping() {
  auto fields = json::object();
  auto reply = co_await ask("ping", std::move(fields), limits_.ping_timeout);
  pinging_ = false;
  if (!std::holds_alternative<NoAnswer>(reply)) co_return;
  if (!taking_) close("it does not answer");
}

}  // namespace wherry::linked

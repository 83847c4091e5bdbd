// Lanes at work: who starts, feeds, parks and ends them.
#include "base/log.h"
#include "services/outbox/outbox.h"

namespace wherry {

namespace {
using namespace std::chrono_literals;
constexpr std::uint32_t lane_page = 16;
constexpr milliseconds load_retry_delay = 500ms;
constexpr int patient_loads = 3;
constexpr milliseconds no_parking_pause = 5s;
}  // namespace

LaneId Outbox::lane_of(const Message& message) const {
  const auto channel = channels_.find(message.channel);
  return wherry::lane_of(channel.get(), message.conversation);
}

void Outbox::start_runner(LaneId lane, ChannelId channel, Executor executor) {
  backlog_.lane_started(channel);
  runners_.spawn(executor, run_lane(lane, channel), "outbox_lane");
}

void Outbox::start_lane(LaneId lane, ChannelId channel, Executor executor) {
  if (!lanes_.kick(lane)) return;
  backlog_.unpark(lane);
  start_runner(lane, channel, executor);
}

// For a message that is in line on disk and that nobody waits for.
void Outbox::start_or_leave(const Message& message, Executor executor) {
  if (backlog_.has_room(message.channel, message.priority)) {
    start_lane(lane_of(message), message.channel, executor);
  } else {
    backlog_.left_behind(message.channel, message.priority, {message.place, message.id});
  }
}

// The holder is done: whoever queued up behind it gets a runner.
void Outbox::give_up_lane(LaneId lane, ChannelId channel, Executor executor) {
  if (lanes_.release(lane)) start_runner(lane, channel, executor);
}

Task<void> Outbox::run_lane(LaneId lane, ChannelId channel) {
  while (!stopping_) {
    auto next = lanes_.next(lane);
    if (next.kind == Lanes::Next::Kind::end) {
      backlog_.lane_ended(channel);
      co_return;
    }
    if (next.kind == Lanes::Next::Kind::load) {
      co_await load_lane(lane, channel);
      continue;
    }
    auto delivered = co_await delivery_.deliver(std::move(*next.job));
    if (delivered.kind == Delivery::Delivered::Kind::finished) --counters_.waiting;
    if (delivered.kind != Delivery::Delivered::Kind::held_up) continue;
    if (park_lane(lane, *delivered.message, delivered.until)) {
      backlog_.lane_ended(channel);
      co_return;
    }
    (void)lanes_.kick(lane);  // somebody waits after all: the message is read again
    if (delivered.until) {
      co_await clock_.sleep_for(no_parking_pause);
    }
  }
}

Task<Result<std::vector<Message>>> Outbox::read_lane(LaneId lane, ChannelId channel) {
  if (lane.raw == channel.raw) co_return co_await store_.channel_lane(channel, lane_page);
  const ConversationId conversation{lane.raw};
  co_return co_await store_.lane(conversation, lane_page);
}

Task<void> Outbox::load_lane(LaneId lane, ChannelId channel) {
  for (int tries = 1; !stopping_; ++tries) {
    auto page = co_await read_lane(lane, channel);
    if (page) {
      const bool is_last = page->size() < lane_page;
      const auto started = started_at_.load();
      for (auto& message : *page) {
        if (message.created_at > started) continue;
        message.give_up_at = message.expires_at.value_or(std::max(message.give_up_at, started + options_.keep_trying));
      }
      lanes_.fill(lane, std::move(*page), is_last);
      co_return;
    }
    if (tries == patient_loads) {
      log::warn("outbox_lane_not_read", {{"lane", lane.text()}, {"detail", page.error().detail}});
      lanes_.answer_all(lane, {ErrorCode::outcome_unknown, "The message is stored and will be sent once the server's disk works again"});
    }
    const auto wait = load_retry_delay * std::min(tries, 20);
    co_await clock_.sleep_for(wait);
  }
}

// The lane's first message has to wait for long, and nobody waits for it: until a time, or as long as its number is refused. The lane ends,
// its line stays on disk, and the schedule or the feeder brings it back.
bool Outbox::park_lane(LaneId lane, const Message& first, std::optional<Timestamp> until) {
  if (until && !backlog_.park(lane)) return false;
  if (until) {
    expect_due(*until);
  } else {
    backlog_.left_behind(first.channel, first.priority, {first.place, first.id});
  }
  if (lanes_.park(lane)) return true;
  backlog_.unpark(lane);
  return false;
}

}  // namespace wherry

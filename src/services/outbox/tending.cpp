// The task that brings what is on disk into lanes: the backlog, and what falls due.
#include "base/log.h"
#include "services/outbox/outbox.h"

namespace wherry {

namespace {
using namespace std::chrono_literals;
constexpr std::uint32_t page_size = 500;
constexpr int pages_a_round = 20;
constexpr milliseconds while_there_is_more = 20ms;
constexpr milliseconds idle_pause = 1s;
constexpr milliseconds lateness = 15s;

Error still_in_line() {
  return {ErrorCode::outcome_unknown, "The message is stored and its turn has not come yet; its state will tell what becomes of it"};
}
}  // namespace

Task<Result<void>> Outbox::resume() {
  auto executor = co_await boost::asio::this_coro::executor;
  started_at_ = clock_.now();
  CO_TRY(const auto lines, co_await store_.channel_lines());
  for (const auto& line : lines) {
    last_place_ = std::max(last_place_.load(), line.last_place);
    backlog_.left_behind(line.channel, Priority::interactive, {});
    backlog_.left_behind(line.channel, Priority::bulk, {});
  }
  CO_TRY(const auto sends, co_await store_.linked_sends(started_at_.load() - SentLog::longest));
  for (const auto& [channel, at] : sends) delivery_.note_sent(channel, at);
  CO_TRY_VOID(co_await mark_interrupted());
  CO_TRY_VOID(co_await count());
  counters_.resumed = static_cast<std::uint64_t>(counters_.waiting.load());
  if (counters_.resumed > 0 || counters_.uncertain > 0) {
    log::info("outbox_resumed", {{"accepted", counters_.resumed.load()}, {"uncertain", counters_.uncertain.load()}});
  }
  expect_due(started_at_);  // the first round finds out
  tending_.spawn(executor, tend(), "outbox_tending");
  co_return Result<void>();
}

// What was being sent when the process ended may have gone out.
Task<Result<void>> Outbox::mark_interrupted() {
  std::optional<MessageId> after;
  while (true) {
    CO_TRY(auto page, co_await store_.sending(after, page_size));
    if (page.empty()) co_return Result<void>();
    after = page.back().id;
    std::vector<std::pair<MessageMove, Message>> moves;
    for (auto& message : page) {
      MessageMove move{message.id,   MessageState::sending, MessageState::uncertain, {}, std::nullopt, message.attempts,
                       std::nullopt, clock_.now()};
      moves.emplace_back(std::move(move), std::move(message));
    }
    const auto moved = co_await store_.move_all(std::move(moves));
    for (const auto& one : moved) {
      if (one) ++counters_.uncertain;
      else if (one.error().code != ErrorCode::conflict) co_return one.error();
    }
  }
}

// Messages in line come and go in ways nobody here sees: a status may finish one. So the gauges are set right now and then.
Task<Result<void>> Outbox::count() {
  CO_TRY(const auto counts, co_await store_.count_waiting());
  counters_.waiting = static_cast<std::int64_t>(counts.in_line + counts.sending);
  counters_.scheduled = static_cast<std::int64_t>(counts.scheduled);
  co_return Result<void>();
}

Task<void> Outbox::tend() {
  while (!stopping_) {
    co_await release_due();
    const auto pause = co_await feed();
    answer_late_callers();
    co_await clock_.sleep_for(pause);
  }
}

// One page of every channel's line that has room for more lanes. Gives how long to wait before the next round.
Task<milliseconds> Outbox::feed() {
  auto pause = idle_pause;
  auto walks = backlog_.walks();
  for (auto& walk : walks) {
    if (stopping_) break;
    const bool moved = co_await feed_from(walk);
    if (moved) pause = while_there_is_more;
  }
  co_return pause;
}

Task<bool> Outbox::feed_from(Backlog::Walk walk) {
  auto executor = co_await boost::asio::this_coro::executor;
  // A number that is refused is probed by one lane at a time.
  const auto channel = channels_.find(walk.channel);
  if (channel && delivery_.is_held_up(*channel)) co_return false;
  const auto circuit = delivery_.circuit_of(walk.channel);
  if (circuit == Circuits::State::blocked) co_return false;
  if (circuit == Circuits::State::probing && backlog_.lanes_of(walk.channel) > 0) co_return false;
  if (!backlog_.has_room(walk.channel, walk.priority)) co_return true;
  auto page = co_await store_.in_line(walk.channel, walk.priority, walk.after, page_size);
  if (!page) {
    log::warn("outbox_backlog_not_read", {{"channel", walk.channel.text()}, {"detail", page.error().detail}});
    co_return false;
  }
  auto to = walk.after;
  std::size_t started = 0;
  for (const auto& one : *page) {
    const bool probe_is_out = circuit == Circuits::State::probing && started > 0;
    if (probe_is_out || !backlog_.has_room(walk.channel, walk.priority)) break;
    start_lane(wherry::lane_of(channel.get(), one.conversation), walk.channel, executor);
    to = one.position;
    ++started;
  }
  backlog_.walked(walk, to, started == page->size() && page->size() < page_size);
  co_return true;
}

void Outbox::expect_due(Timestamp at) {
  auto next = next_due_.load();
  while (at < next && !next_due_.compare_exchange_weak(next, at)) continue;
}

// Nothing is asked of the disk before something is due, however the clock got there.
Task<void> Outbox::release_due() {
  const auto now = clock_.now();
  if (next_due_.load() > now) co_return;
  next_due_ = Timestamp::max();
  DuePosition after;
  for (int pages = 0; !stopping_; ++pages) {
    if (pages == pages_a_round) co_return expect_due(now);  // the lanes' turn; then the rest
    auto page = co_await store_.due(now, after, page_size);
    Result<void> taken;
    const bool is_last = page && page->size() < page_size;
    if (page && !page->empty()) {
      after = {*page->back().next_attempt_at, page->back().id};
      taken = co_await take_up(std::move(*page), now);
    }
    if (!page || !taken) {
      log::warn("outbox_schedule_not_read", {{"detail", page ? taken.error().detail : page.error().detail}});
      co_return expect_due(now + idle_pause);
    }
    if (is_last) break;
  }
  const auto next = co_await store_.next_due();
  if (!next) co_return expect_due(now + idle_pause);
  if (*next) expect_due(std::max(**next, now + idle_pause));  // what is due already is in a lane, and waits for something else
}

// Scheduled messages take their place in line; lanes that wait for a try are started again.
Task<Result<void>> Outbox::take_up(std::vector<Message> due, Timestamp now) {
  auto executor = co_await boost::asio::this_coro::executor;
  std::vector<Message> scheduled;
  for (auto& message : due) {
    if (message.place != 0) {
      if (backlog_.has_room(message.channel, message.priority)) start_lane(lane_of(message), message.channel, executor);
      continue;
    }
    message.place = next_place();
    scheduled.push_back(std::move(message));
  }
  if (scheduled.empty()) co_return Result<void>();
  const auto placed = co_await store_.put_in_line(scheduled, now);
  for (std::size_t i = 0; i < placed.size(); ++i) {
    if (!placed[i] && placed[i].error().code == ErrorCode::conflict) continue;  // it was cancelled
    if (!placed[i]) co_return placed[i].error();
    --counters_.scheduled;
    ++counters_.waiting;
    start_or_leave(scheduled[i], executor);
  }
  co_return Result<void>();
}

void Outbox::watch(std::shared_ptr<Answer> answer, Timestamp give_up_at) {
  std::lock_guard lock(callers_mutex_);
  late_at_.emplace_back(give_up_at + lateness, std::move(answer));
}

// Whoever is far back in a line hears that, rather than nothing.
void Outbox::answer_late_callers() {
  const auto now = clock_.now();
  std::lock_guard lock(callers_mutex_);
  while (!late_at_.empty() && (late_at_.front().second->given() || late_at_.front().first <= now)) {
    late_at_.front().second->give(still_in_line());
    late_at_.pop_front();
  }
}

Task<void> Outbox::finish(milliseconds grace) {
  stopping_ = true;
  co_await tending_.stop();
  const auto end = clock_.now() + grace;
  const milliseconds step(10);
  while (runners_.size() > 0 && clock_.now() < end) {
    co_await clock_.sleep_for(step);
  }
}

Task<void> Outbox::stop(milliseconds grace) {
  co_await finish(grace);
  co_await runners_.stop();
  lanes_.clear();
}

}  // namespace wherry

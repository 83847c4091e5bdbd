#include "simulator/scheduler.h"

#include <boost/asio/post.hpp>

namespace wherry::sim {

namespace asio = boost::asio;

namespace {
constexpr std::size_t events_per_turn = 256;  // then other work of the thread gets its turn
constexpr auto far_away = std::chrono::hours(24 * 365);
}  // namespace

Scheduler::Scheduler(SimClock& clock, std::size_t limit) : clock_(clock), limit_(limit) {
  for (std::size_t i = 0; i < shard_count; ++i) shards_.push_back(std::make_unique<Shard>());
}

bool Scheduler::at(Timestamp due, std::size_t key, std::shared_ptr<Event> event) {
  if (planned_.fetch_add(1, std::memory_order_relaxed) >= limit_) {
    planned_.fetch_sub(1, std::memory_order_relaxed);
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  auto& shard = *shards_[key % shard_count];
  const auto order = next_order_.fetch_add(1, std::memory_order_relaxed);
  bool ring = false;
  {
    std::lock_guard lock(shard.mutex);
    shard.heap.push(Entry{due, order, std::move(event)});
    ring = due < shard.waiting_until;
    if (ring) shard.waiting_until = due;
  }
  if (ring) shard.alarm.ring();
  return true;
}

std::size_t Scheduler::fire_due(Shard& shard, std::size_t most) {
  std::lock_guard running(shard.run_mutex);
  std::size_t fired = 0;
  const auto now = clock_.now();
  for (; fired < most; ++fired) {
    Entry entry;
    {
      std::lock_guard lock(shard.mutex);
      if (shard.heap.empty() || shard.heap.top().due > now) break;
      entry = shard.heap.top();
      shard.heap.pop();
    }
    planned_.fetch_sub(1, std::memory_order_relaxed);
    entry.event->fire(entry.due);
  }
  return fired;
}

void Scheduler::pump() {
  std::lock_guard pumping(pump_mutex_);
  for (;;) {
    const auto now = clock_.now();
    Shard* next = nullptr;
    Timestamp due{};
    std::uint64_t order = 0;
    for (auto& shard : shards_) {
      std::lock_guard lock(shard->mutex);
      if (shard->heap.empty()) continue;
      const auto& top = shard->heap.top();
      if (top.due > now || (next != nullptr && (top.due > due || (top.due == due && top.order > order)))) continue;
      next = shard.get();
      due = top.due;
      order = top.order;
    }
    if (next == nullptr) return;
    fire_due(*next, 1);
  }
}

Task<void> Scheduler::run_shard(Shard& shard) {
  auto executor = co_await asio::this_coro::executor;
  for (;;) {
    if (clock_.frozen()) {
      pump();
    } else {
      while (fire_due(shard, events_per_turn) == events_per_turn) {
        co_await asio::post(executor, use_task);
      }
    }
    Timestamp next{};
    {
      std::lock_guard lock(shard.mutex);
      next = shard.heap.empty() ? clock_.now() + far_away : shard.heap.top().due;
      shard.waiting_until = next;
    }
    co_await clock_.sleep_until(next, &shard.alarm);
    std::lock_guard lock(shard.mutex);
    shard.waiting_until = Timestamp::min();
  }
}

void Scheduler::start(const std::vector<Executor>& executors, TaskGroup& tasks) {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    tasks.spawn(executors[i % executors.size()], run_shard(*shards_[i]), "simulator_schedule");
  }
}

void Scheduler::clear() {
  for (auto& shard : shards_) {
    std::lock_guard lock(shard->mutex);
    planned_.fetch_sub(shard->heap.size(), std::memory_order_relaxed);
    shard->heap = {};
  }
}

}  // namespace wherry::sim

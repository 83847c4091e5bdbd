#include "simulator/clock.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <vector>

namespace wherry::sim {

namespace asio = boost::asio;
using SteadyClock = std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<SteadyClock, asio::wait_traits<SteadyClock>, Executor>;

struct SimClock::Sleeper {
  explicit Sleeper(Executor e) : executor(e), timer(e) {}
  Executor executor;
  Timer timer;                       // touched on the executor's thread only
  std::atomic<bool> changed{false};  // time was changed since the timer was last armed
};

namespace {
/// Longest real wait armed at once; keeps huge simulated spans from overflowing.
constexpr auto longest_wait = std::chrono::hours(1);
}  // namespace

SimClock::SimClock() : base_(SystemClock().now()), anchor_(SteadyClock::now()) {}

SimClock::SimClock(Timestamp frozen_at) : base_(frozen_at), anchor_(SteadyClock::now()), frozen_(true) {}

SimClock::~SimClock() = default;

Timestamp SimClock::now_locked() const {
  if (frozen_) return base_;
  const std::chrono::duration<double, std::milli> real = SteadyClock::now() - anchor_;
  return base_ + milliseconds(static_cast<std::int64_t>(real.count() * scale_));
}

Timestamp SimClock::now() const {
  std::lock_guard lock(mutex_);
  return now_locked();
}

void SimClock::rebase_locked() {
  base_ = now_locked();
  anchor_ = SteadyClock::now();
}

Task<void> SimClock::sleep_for(milliseconds duration) {
  if (duration <= milliseconds(0)) co_return;
  co_await sleep_until(now() + duration);
}

void SimClock::Alarm::ring() {
  rung_.store(true);
  std::lock_guard lock(mutex_);
  if (!sleeper_) return;
  sleeper_->changed.store(true);
  asio::post(sleeper_->executor, [sleeper = sleeper_] { sleeper->timer.cancel(); });
}

Task<void> SimClock::sleep_until(Timestamp deadline, Alarm* alarm) {
  auto executor = co_await asio::this_coro::executor;
  auto sleeper = std::make_shared<Sleeper>(executor);
  std::uint64_t key = 0;
  {
    std::lock_guard lock(mutex_);
    key = next_sleeper_++;
    sleepers_.emplace(key, sleeper);
  }
  if (alarm != nullptr) {
    std::lock_guard lock(alarm->mutex_);
    alarm->sleeper_ = sleeper;
  }
  for (;;) {
    sleeper->changed.store(false);
    if (alarm != nullptr && alarm->rung_.exchange(false)) break;
    SteadyClock::duration wait = longest_wait;
    {
      std::lock_guard lock(mutex_);
      const auto left = deadline - now_locked();
      if (left <= milliseconds(0)) break;
      if (!frozen_) {
        const double real_ms = static_cast<double>(left.count()) / scale_;
        const double longest_ms = std::chrono::duration<double, std::milli>(longest_wait).count();
        wait = std::chrono::microseconds(static_cast<std::int64_t>(std::min(real_ms, longest_ms) * 1000) + 1);
      }
    }
    sleeper->timer.expires_after(wait);
    if (sleeper->changed.load()) continue;
    boost::system::error_code ignored;
    co_await sleeper->timer.async_wait(asio::redirect_error(use_task, ignored));
    auto cancelled = co_await asio::this_coro::cancellation_state;
    if (cancelled.cancelled() != asio::cancellation_type::none) break;
  }
  if (alarm != nullptr) {
    std::lock_guard lock(alarm->mutex_);
    alarm->sleeper_.reset();
  }
  std::lock_guard lock(mutex_);
  sleepers_.erase(key);
}

void SimClock::wake_all() {
  std::vector<std::shared_ptr<Sleeper>> all;
  {
    std::lock_guard lock(mutex_);
    for (auto& [key, sleeper] : sleepers_) all.push_back(sleeper);
  }
  for (auto& sleeper : all) {
    sleeper->changed.store(true);
    asio::post(sleeper->executor, [sleeper] { sleeper->timer.cancel(); });
  }
}

void SimClock::freeze() {
  {
    std::lock_guard lock(mutex_);
    rebase_locked();
    frozen_ = true;
  }
  wake_all();
}

void SimClock::resume() {
  {
    std::lock_guard lock(mutex_);
    rebase_locked();
    frozen_ = false;
  }
  wake_all();
}

void SimClock::advance(milliseconds by) {
  {
    std::lock_guard lock(mutex_);
    rebase_locked();
    base_ += by;
  }
  wake_all();
}

void SimClock::scale(double factor) {
  {
    std::lock_guard lock(mutex_);
    rebase_locked();
    scale_ = std::clamp(factor, 0.001, 1'000'000.0);
  }
  wake_all();
}

void SimClock::set(Timestamp at) {
  {
    std::lock_guard lock(mutex_);
    base_ = at;
    anchor_ = SteadyClock::now();
  }
  wake_all();
}

bool SimClock::frozen() const {
  std::lock_guard lock(mutex_);
  return frozen_;
}

double SimClock::scale() const {
  std::lock_guard lock(mutex_);
  return scale_;
}

}  // namespace wherry::sim

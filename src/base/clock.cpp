#include "base/clock.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdio>
#include <map>
#include <mutex>
#include <vector>

namespace wherry {

namespace asio = boost::asio;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;

Timestamp SystemClock::now() const { return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now()); }

Task<void> SystemClock::sleep_for(milliseconds duration) {
  auto executor = co_await asio::this_coro::executor;
  Timer timer(executor, duration);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(use_task, ignored));
}

struct VirtualClock::State {
  mutable std::mutex mutex;
  Timestamp now;
  std::multimap<Timestamp, std::shared_ptr<Timer>> sleepers;  // shared with the sleeping coroutine
};

VirtualClock::VirtualClock(Timestamp start) : state_(std::make_unique<State>()) { state_->now = start; }
VirtualClock::~VirtualClock() = default;

Timestamp VirtualClock::now() const {
  std::lock_guard lock(state_->mutex);
  return state_->now;
}

std::size_t VirtualClock::sleepers() const {
  std::lock_guard lock(state_->mutex);
  return state_->sleepers.size();
}

Task<void> VirtualClock::sleep_for(milliseconds duration) {
  if (duration <= milliseconds(0)) co_return;
  auto executor = co_await asio::this_coro::executor;
  auto timer = std::make_shared<Timer>(executor, std::chrono::steady_clock::time_point::max());
  {
    std::lock_guard lock(state_->mutex);
    state_->sleepers.emplace(state_->now + duration, timer);
  }
  boost::system::error_code ignored;
  co_await timer->async_wait(asio::redirect_error(use_task, ignored));
  std::lock_guard lock(state_->mutex);
  for (auto it = state_->sleepers.begin(); it != state_->sleepers.end(); ++it) {
    if (it->second == timer) {
      state_->sleepers.erase(it);
      break;
    }
  }
}

void VirtualClock::advance(milliseconds by) {
  std::vector<std::shared_ptr<Timer>> due;
  {
    std::lock_guard lock(state_->mutex);
    state_->now += by;
    auto end = state_->sleepers.upper_bound(state_->now);
    for (auto it = state_->sleepers.begin(); it != end; ++it) due.push_back(it->second);
    state_->sleepers.erase(state_->sleepers.begin(), end);
  }
  for (auto& timer : due) asio::post(timer->get_executor(), [timer] { timer->cancel(); });
}

std::int64_t to_unix_millis(Timestamp at) { return at.time_since_epoch().count(); }
Timestamp from_unix_millis(std::int64_t millis) { return Timestamp(milliseconds(millis)); }

std::string to_iso8601(Timestamp at) {
  const auto days = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss time(at - days);
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", int(date.year()), unsigned(date.month()), unsigned(date.day()),
                int(time.hours().count()), int(time.minutes().count()), int(time.seconds().count()), int(time.subseconds().count()));
  return text;
}

namespace {

// Takes text apart from the front; once something is missing, everything after it is too.
class Taker {
 public:
  explicit Taker(std::string_view text) : rest_(text) {}
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  int number(std::size_t digits) {
    int value = 0;
    if (rest_.size() < digits) good_ = false;
    for (std::size_t i = 0; good_ && i < digits; ++i) {
      good_ = rest_[i] >= '0' && rest_[i] <= '9';
      value = value * 10 + (rest_[i] - '0');
    }
    if (good_) rest_.remove_prefix(digits);
    return value;
  }
  int fraction() {  // to the millisecond
    int value = 0;
    int place = 100;
    const auto before = rest_.size();
    for (; !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; rest_.remove_prefix(1), place /= 10) value += (rest_[0] - '0') * place;
    good_ = good_ && rest_.size() < before;
    return value;
  }
  void expect(char c) { good_ = take(c) && good_; }
  bool done() const { return good_ && rest_.empty(); }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

}  // namespace

std::optional<Timestamp> from_iso8601(std::string_view text) {
  namespace chrono = std::chrono;
  Taker from(text);
  const chrono::year year(from.number(4));
  from.expect('-');
  const chrono::month month(static_cast<unsigned>(from.number(2)));
  from.expect('-');
  const chrono::year_month_day date(year, month, chrono::day(static_cast<unsigned>(from.number(2))));
  int hours = 0, minutes = 0, secs = 0, millis = 0, zone = 0;
  if (!from.at_end()) {
    if (!from.take(' ')) from.expect('T');
    hours = from.number(2);
    from.expect(':');
    minutes = from.number(2);
    if (from.take(':')) secs = from.number(2);
    if (from.take('.')) millis = from.fraction();
    const int sign = from.take('+') ? 1 : from.take('-') ? -1 : 0;
    if (sign != 0) {
      zone = from.number(2) * 60;
      if (from.take(':') || !from.at_end()) zone += from.number(2);
      zone *= sign;
    } else {
      from.take('Z');
    }
  }
  if (!from.done() || !date.ok() || hours > 23 || minutes > 59 || secs > 60 || zone < -24 * 60 || zone > 24 * 60) return std::nullopt;
  return chrono::sys_days(date) + chrono::hours(hours) + chrono::minutes(minutes - zone) + chrono::seconds(secs) + milliseconds(millis);
}

}  // namespace wherry

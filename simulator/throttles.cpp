#include "simulator/throttles.h"

#include <algorithm>

namespace wherry::sim {
namespace {

constexpr auto day = std::chrono::hours(24);

std::size_t shard_index(std::string_view key, std::size_t shards) { return std::hash<std::string_view>{}(key) % shards; }

/// number/user without touching the heap for ordinary lengths.
class PairKey {
 public:
  PairKey(std::string_view number_id, std::string_view user) {
    const std::size_t size = number_id.size() + 1 + user.size();
    if (size > sizeof inline_) {
      long_.reserve(size);
      long_.append(number_id).append("/").append(user);
      text_ = long_;
      return;
    }
    std::copy(number_id.begin(), number_id.end(), inline_);
    inline_[number_id.size()] = '/';
    std::copy(user.begin(), user.end(), inline_ + number_id.size() + 1);
    text_ = {inline_, size};
  }
  std::string_view text() const { return text_; }

 private:
  char inline_[64];
  std::string long_;
  std::string_view text_;
};

}  // namespace

bool Throughput::take(std::string_view number_id, std::uint32_t mps, Timestamp now) {
  Shard& shard = shards_[shard_index(number_id, shard_count)];
  std::lock_guard lock(shard.mutex);
  auto found = shard.buckets.find(number_id);
  if (found == shard.buckets.end()) found = shard.buckets.emplace(std::string(number_id), Bucket{}).first;
  Bucket& bucket = found->second;
  if (bucket.mps != mps) bucket = Bucket{static_cast<double>(mps), now, mps};
  if (now > bucket.filled) {
    const double gained = static_cast<double>((now - bucket.filled).count()) * mps / 1000.0;
    bucket.tokens = std::min<double>(mps, bucket.tokens + gained);
    bucket.filled = now;
  }
  if (bucket.tokens < 1.0) return false;
  bucket.tokens -= 1.0;
  return true;
}

void Throughput::clear() {
  for (Shard& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    shard.buckets.clear();
  }
}

bool PairLimit::take(std::string_view number_id, std::string_view user, Timestamp now) {
  constexpr milliseconds interval{6'000};
  constexpr milliseconds tolerance = interval * 44;
  const PairKey key(number_id, user);
  Shard& shard = shards_[shard_index(key.text(), shard_count)];
  std::lock_guard lock(shard.mutex);
  auto found = shard.arrivals.find(key.text());
  if (found == shard.arrivals.end()) {
    if (shard.arrivals.size() >= shard.sweep_at) {
      std::erase_if(shard.arrivals, [&](const auto& entry) { return entry.second <= now; });
      shard.sweep_at = std::max(sweep_above, shard.arrivals.size() * 2);
    }
    shard.arrivals.emplace(std::string(key.text()), now + interval);
    return true;
  }
  const Timestamp arrival = std::max(found->second, now);
  if (arrival - now > tolerance) return false;
  found->second = arrival + interval;
  return true;
}

void PairLimit::clear() {
  for (Shard& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    shard.arrivals.clear();
  }
}

std::size_t PairLimit::size() const {
  std::size_t count = 0;
  for (const Shard& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    count += shard.arrivals.size();
  }
  return count;
}

Windows::Window& Windows::at_locked(Shard& shard, std::string key, Timestamp now) {
  if (shard.windows.size() >= shard.sweep_at) {
    std::erase_if(shard.windows, [&](const auto& entry) {
      return entry.second.expiry < now && entry.second.offer_until < now && entry.second.free_until < now;
    });
    shard.sweep_at = std::max(sweep_above, shard.windows.size() * 2);
  }
  return shard.windows[std::move(key)];
}

void Windows::user_wrote(std::string_view number_id, std::string_view user, Timestamp at, bool referral) {
  const PairKey key(number_id, user);
  Shard& shard = shards_[shard_index(key.text(), shard_count)];
  std::lock_guard lock(shard.mutex);
  Window& window = at_locked(shard, std::string(key.text()), at);
  window.expiry = std::max(window.expiry, at + day);
  if (referral) window.offer_until = at + day;
}

void Windows::business_answered(std::string_view number_id, std::string_view user, Timestamp now) {
  const PairKey key(number_id, user);
  Shard& shard = shards_[shard_index(key.text(), shard_count)];
  std::lock_guard lock(shard.mutex);
  const auto found = shard.windows.find(key.text());
  if (found == shard.windows.end() || found->second.offer_until == Timestamp{}) return;
  if (now <= found->second.offer_until) found->second.free_until = now + day * 3;
  found->second.offer_until = {};
}

void Windows::set_expiry(std::string_view number_id, std::string_view user, Timestamp expiry) {
  const PairKey key(number_id, user);
  Shard& shard = shards_[shard_index(key.text(), shard_count)];
  std::lock_guard lock(shard.mutex);
  Window& window = at_locked(shard, std::string(key.text()), Timestamp{});
  window.expiry = expiry;
  window.offer_until = {};
  window.free_until = {};
}

std::optional<Timestamp> Windows::expiry(std::string_view number_id, std::string_view user) const {
  const PairKey key(number_id, user);
  const Shard& shard = shards_[shard_index(key.text(), shard_count)];
  std::lock_guard lock(shard.mutex);
  const auto found = shard.windows.find(key.text());
  if (found == shard.windows.end()) return std::nullopt;
  return found->second.expiry;
}

bool Windows::open(std::string_view number_id, std::string_view user, Timestamp now) const {
  const auto until = expiry(number_id, user);
  return until && now <= *until;
}

bool Windows::free_entry(std::string_view number_id, std::string_view user, Timestamp now) const {
  const PairKey key(number_id, user);
  const Shard& shard = shards_[shard_index(key.text(), shard_count)];
  std::lock_guard lock(shard.mutex);
  const auto found = shard.windows.find(key.text());
  return found != shard.windows.end() && found->second.free_until != Timestamp{} && now <= found->second.free_until;
}

void Windows::clear() {
  for (Shard& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    shard.windows.clear();
  }
}

bool SlidingCount::take(std::string_view key, std::uint64_t limit, milliseconds span, Timestamp now) {
  if (limit == 0) return true;
  std::lock_guard lock(mutex_);
  auto found = events_.find(key);
  if (found == events_.end()) found = events_.emplace(std::string(key), std::deque<Timestamp>{}).first;
  auto& events = found->second;
  // Longer spans of the same key are counted too, so only what no span can need is dropped.
  constexpr milliseconds longest = day * 31;
  while (!events.empty() && events.front() + std::max(span, longest) <= now) events.pop_front();
  const auto first = std::upper_bound(events.begin(), events.end(), now - span);
  if (static_cast<std::uint64_t>(events.end() - first) >= limit) return false;
  constexpr std::size_t most = 20'000;
  if (events.size() >= most) events.pop_front();
  events.push_back(now);
  return true;
}

std::uint64_t SlidingCount::count(std::string_view key, milliseconds span, Timestamp now) const {
  std::lock_guard lock(mutex_);
  const auto found = events_.find(key);
  if (found == events_.end()) return 0;
  return static_cast<std::uint64_t>(found->second.end() - std::upper_bound(found->second.begin(), found->second.end(), now - span));
}

std::optional<Timestamp> SlidingCount::oldest(std::string_view key, milliseconds span, Timestamp now) const {
  std::lock_guard lock(mutex_);
  const auto found = events_.find(key);
  if (found == events_.end()) return std::nullopt;
  const auto first = std::upper_bound(found->second.begin(), found->second.end(), now - span);
  if (first == found->second.end()) return std::nullopt;
  return *first;
}

void SlidingCount::clear() {
  std::lock_guard lock(mutex_);
  events_.clear();
}

void Reach::forget_old(Portfolio& portfolio, Timestamp now) {
  while (!portfolio.order.empty() && portfolio.order.front().first + day <= now) {
    const auto& [at, user] = portfolio.order.front();
    const auto found = portfolio.users.find(user);
    if (found != portfolio.users.end() && found->second == at) portfolio.users.erase(found);
    portfolio.order.pop_front();
  }
}

bool Reach::take(std::string_view portfolio_id, std::string_view user, std::uint64_t limit, Timestamp now) {
  if (limit == 0) return true;
  std::lock_guard lock(mutex_);
  auto found = portfolios_.find(portfolio_id);
  if (found == portfolios_.end()) found = portfolios_.emplace(std::string(portfolio_id), Portfolio{}).first;
  Portfolio& portfolio = found->second;
  forget_old(portfolio, now);
  const auto known = portfolio.users.find(user);
  if (known == portfolio.users.end()) {
    if (portfolio.users.size() >= limit) return false;
    portfolio.users.emplace(std::string(user), now);
    portfolio.order.emplace_back(now, std::string(user));
  } else if (now - known->second >= std::chrono::minutes(1)) {  // to the minute: one entry a minute and user at most
    known->second = now;
    portfolio.order.emplace_back(now, std::string(user));
  }
  return true;
}

std::uint64_t Reach::count(std::string_view portfolio_id, Timestamp now) {
  std::lock_guard lock(mutex_);
  const auto found = portfolios_.find(portfolio_id);
  if (found == portfolios_.end()) return 0;
  forget_old(found->second, now);
  return found->second.users.size();
}

void Reach::clear() {
  std::lock_guard lock(mutex_);
  portfolios_.clear();
}

}  // namespace wherry::sim

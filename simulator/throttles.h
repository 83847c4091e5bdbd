#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"

namespace wherry::sim {

struct NameHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// Messages per second of each number, both directions: a token bucket that holds one second's worth. Threads: any.
class Throughput {
 public:
  /// Takes one token; false when there is none. `mps` may change between calls.
  bool take(std::string_view number_id, std::uint32_t mps, Timestamp now);
  void clear();

 private:
  struct Bucket {
    double tokens = 0;
    Timestamp filled{};
    std::uint32_t mps = 0;
  };
  static constexpr std::size_t shard_count = 16;
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string, Bucket, NameHash, std::equal_to<>> buckets;
  };
  std::array<Shard, shard_count> shards_;
};

/// The pair limit: 45 at once to one user, then one per 6 s, the burst being paid back (GCRA). Forgets idle pairs. Threads: any.
class PairLimit {
 public:
  /// Takes one; false when the pair is over its limit.
  bool take(std::string_view number_id, std::string_view user, Timestamp now);
  void clear();
  std::size_t size() const;

 private:
  static constexpr std::size_t shard_count = 64;
  static constexpr std::size_t sweep_above = 4096;  // pairs of a shard
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<std::string, Timestamp, NameHash, std::equal_to<>> arrivals;  // theoretical arrival of the next one
    std::size_t sweep_at = sweep_above;
  };
  std::array<Shard, shard_count> shards_;
};

/// Customer service windows and free entry points by number and user. Expired ones are forgotten. Threads: any.
class Windows {
 public:
  /// A message or call of the user: opens or refreshes the window for 24 h from `at`. `referral`: it came through an ad, so an
  /// answer within 24 h opens a free entry point of 72 h.
  void user_wrote(std::string_view number_id, std::string_view user, Timestamp at, bool referral = false);
  /// The business answers: opens the free entry point if one is on offer.
  void business_answered(std::string_view number_id, std::string_view user, Timestamp now);
  /// Sets or, with a time past, closes the window.
  void set_expiry(std::string_view number_id, std::string_view user, Timestamp expiry);
  std::optional<Timestamp> expiry(std::string_view number_id, std::string_view user) const;
  bool open(std::string_view number_id, std::string_view user, Timestamp now) const;
  bool free_entry(std::string_view number_id, std::string_view user, Timestamp now) const;
  void clear();

 private:
  struct Window {
    Timestamp expiry{};
    Timestamp offer_until{};  // answer before this to open the free entry point
    Timestamp free_until{};
  };
  static constexpr std::size_t shard_count = 64;
  static constexpr std::size_t sweep_above = 4096;
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<std::string, Window, NameHash, std::equal_to<>> windows;
    std::size_t sweep_at = sweep_above;
  };
  Window& at_locked(Shard& shard, std::string key, Timestamp now);
  std::array<Shard, shard_count> shards_;
};

/// Counts events in a sliding time: users reached per portfolio, management calls per app and WABA, template creations.
/// Exact up to a bound of remembered events per key. Threads: any.
class SlidingCount {
 public:
  /// Adds one unless `limit` were passed; false then. limit 0 = no limit.
  bool take(std::string_view key, std::uint64_t limit, milliseconds span, Timestamp now);
  std::uint64_t count(std::string_view key, milliseconds span, Timestamp now) const;
  /// The oldest event still counted; nullopt when there is none.
  std::optional<Timestamp> oldest(std::string_view key, milliseconds span, Timestamp now) const;
  void clear();

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::deque<Timestamp>, std::less<>> events_;
};

/// Distinct users reached outside their window in the last 24 h, per portfolio. Threads: any.
class Reach {
 public:
  /// Counts the user unless a new one would pass `limit` (0 = none); false then.
  bool take(std::string_view portfolio_id, std::string_view user, std::uint64_t limit, Timestamp now);
  std::uint64_t count(std::string_view portfolio_id, Timestamp now);
  void clear();

 private:
  struct Portfolio {
    std::unordered_map<std::string, Timestamp, NameHash, std::equal_to<>> users;
    std::deque<std::pair<Timestamp, std::string>> order;
  };
  static void forget_old(Portfolio& portfolio, Timestamp now);
  std::mutex mutex_;
  std::map<std::string, Portfolio, std::less<>> portfolios_;
};

}  // namespace wherry::sim

#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "simulator/model.h"

namespace wherry::sim {

/// The last messages sent, with what became of them. Bounded; the oldest go first. Threads: any.
class MessageLog {
 public:
  struct Entry {
    SentMessagePtr message;
    std::vector<StatusEntry> statuses;
  };
  explicit MessageLog(std::size_t limit);

  void add(SentMessagePtr message);
  SentMessagePtr find(std::string_view wamid) const;
  /// Nothing happens when the message is no longer kept.
  void add_status(std::string_view wamid, StatusEntry status);
  std::vector<StatusEntry> statuses(std::string_view wamid) const;
  /// The newest first, those that `wanted` takes, at most `most`.
  std::vector<Entry> recent(std::size_t most, const std::function<bool(const SentMessage&)>& wanted = {}) const;
  void clear();

 private:
  static constexpr std::size_t shard_count = 16;
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<std::string_view, Entry> entries;  // keys point into the messages
    std::deque<SentMessagePtr> order;
  };
  Shard& shard_of(std::string_view wamid) { return shards_[std::hash<std::string_view>{}(wamid) % shard_count]; }
  const Shard& shard_of(std::string_view wamid) const { return shards_[std::hash<std::string_view>{}(wamid) % shard_count]; }

  std::size_t shard_limit_;
  std::array<Shard, shard_count> shards_;
};

/// The last messages users sent to the numbers. Bounded. Threads: any.
class ReceivedLog {
 public:
  explicit ReceivedLog(std::size_t limit) : limit_(limit) {}
  void add(ReceivedMessage message);
  std::optional<ReceivedMessage> find(std::string_view id) const;
  /// Gives the message as it is afterwards; nullopt when it is unknown.
  std::optional<ReceivedMessage> mark_read(std::string_view id, bool typing);
  std::vector<ReceivedMessage> recent(std::size_t most) const;
  void clear();

 private:
  std::size_t limit_;
  mutable std::mutex mutex_;
  std::map<std::string, ReceivedMessage, std::less<>> messages_;
  std::deque<std::string> order_;
};

/// The last requests and how they were answered. Bounded. Threads: any.
class RequestLog {
 public:
  explicit RequestLog(std::size_t limit) : shard_limit_(limit / shard_count + 1) {}
  void add(RequestRecord record);
  /// The newest first.
  std::vector<RequestRecord> recent(std::size_t most) const;
  void clear();

 private:
  static constexpr std::size_t shard_count = 8;
  struct Shard {
    mutable std::mutex mutex;
    std::deque<RequestRecord> records;
  };
  std::size_t shard_limit_;
  std::atomic<std::uint64_t> next_{0};
  std::array<Shard, shard_count> shards_;
};

}  // namespace wherry::sim

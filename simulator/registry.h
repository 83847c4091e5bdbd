#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace wherry::sim {

/// Values by id, each immutable and replaced whole: readers keep what they found. Threads: any.
template <class T>
class Registry {
 public:
  using Ptr = std::shared_ptr<const T>;  // shared by the registry and its readers

  Ptr find(std::string_view id) const {
    const Shard& shard = shard_of(id);
    std::lock_guard lock(shard.mutex);
    const auto found = shard.values.find(id);
    return found == shard.values.end() ? nullptr : found->second;
  }

  /// Adds or replaces.
  Ptr put(std::string_view id, T value) {
    auto stored = std::make_shared<const T>(std::move(value));
    Shard& shard = shard_of(id);
    std::lock_guard lock(shard.mutex);
    shard.values.insert_or_assign(std::string(id), stored);
    return stored;
  }

  /// False, changing nothing, when the id is taken.
  bool add(std::string_view id, T value) {
    auto stored = std::make_shared<const T>(std::move(value));
    Shard& shard = shard_of(id);
    std::lock_guard lock(shard.mutex);
    return shard.values.emplace(std::string(id), std::move(stored)).second;
  }

  /// Changes a copy and puts it in place; gives the new value, or null when the id is unknown. `change` must not come back here.
  template <class Change>
  Ptr update(std::string_view id, Change change) {
    Shard& shard = shard_of(id);
    std::lock_guard lock(shard.mutex);
    const auto found = shard.values.find(id);
    if (found == shard.values.end()) return nullptr;
    auto copy = std::make_shared<T>(*found->second);
    change(*copy);
    found->second = copy;
    return copy;
  }

  bool erase(std::string_view id) {
    Shard& shard = shard_of(id);
    std::lock_guard lock(shard.mutex);
    const auto found = shard.values.find(id);
    if (found == shard.values.end()) return false;
    shard.values.erase(found);
    return true;
  }

  /// Every value, ordered by id.
  std::vector<Ptr> all() const {
    std::map<std::string, Ptr, std::less<>> sorted;
    for (const Shard& shard : shards_) {
      std::lock_guard lock(shard.mutex);
      for (const auto& [id, value] : shard.values) sorted.emplace(id, value);
    }
    std::vector<Ptr> values;
    values.reserve(sorted.size());
    for (auto& [id, value] : sorted) values.push_back(std::move(value));
    return values;
  }

  std::size_t size() const {
    std::size_t count = 0;
    for (const Shard& shard : shards_) {
      std::lock_guard lock(shard.mutex);
      count += shard.values.size();
    }
    return count;
  }

  void clear() {
    for (Shard& shard : shards_) {
      std::lock_guard lock(shard.mutex);
      shard.values.clear();
    }
  }

 private:
  static constexpr std::size_t shard_count = 16;
  struct Shard {
    mutable std::mutex mutex;
    std::map<std::string, Ptr, std::less<>> values;
  };
  Shard& shard_of(std::string_view id) { return shards_[std::hash<std::string_view>{}(id) % shard_count]; }
  const Shard& shard_of(std::string_view id) const { return shards_[std::hash<std::string_view>{}(id) % shard_count]; }

  std::array<Shard, shard_count> shards_;
};

}  // namespace wherry::sim

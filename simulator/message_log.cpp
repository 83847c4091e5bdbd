#include "simulator/message_log.h"

#include <algorithm>

namespace wherry::sim {

MessageLog::MessageLog(std::size_t limit) : shard_limit_(limit / shard_count + 1) {}

void MessageLog::add(SentMessagePtr message) {
  Shard& shard = shard_of(message->id);
  SentMessagePtr oldest;  // freed outside the lock
  std::lock_guard lock(shard.mutex);
  if (shard.order.size() >= shard_limit_) {
    oldest = std::move(shard.order.front());
    shard.order.pop_front();
    shard.entries.erase(oldest->id);
  }
  shard.entries.emplace(message->id, Entry{message, {}});
  shard.order.push_back(std::move(message));
}

SentMessagePtr MessageLog::find(std::string_view wamid) const {
  const Shard& shard = shard_of(wamid);
  std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(wamid);
  return found == shard.entries.end() ? nullptr : found->second.message;
}

void MessageLog::add_status(std::string_view wamid, StatusEntry status) {
  Shard& shard = shard_of(wamid);
  std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(wamid);
  constexpr std::size_t most = 64;  // a script that repeats itself must not grow without end
  if (found != shard.entries.end() && found->second.statuses.size() < most) found->second.statuses.push_back(std::move(status));
}

std::vector<StatusEntry> MessageLog::statuses(std::string_view wamid) const {
  const Shard& shard = shard_of(wamid);
  std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(wamid);
  return found == shard.entries.end() ? std::vector<StatusEntry>{} : found->second.statuses;
}

std::vector<MessageLog::Entry> MessageLog::recent(std::size_t most, const std::function<bool(const SentMessage&)>& wanted) const {
  std::vector<Entry> found;
  for (const Shard& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    std::size_t taken = 0;
    for (auto message = shard.order.rbegin(); message != shard.order.rend() && taken < most; ++message) {
      if (wanted && !wanted(**message)) continue;
      found.push_back(shard.entries.at((*message)->id));
      ++taken;
    }
  }
  std::sort(found.begin(), found.end(), [](const Entry& a, const Entry& b) { return a.message->sequence > b.message->sequence; });
  if (found.size() > most) found.resize(most);
  return found;
}

void MessageLog::clear() {
  for (Shard& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    shard.entries.clear();
    shard.order.clear();
  }
}

void ReceivedLog::add(ReceivedMessage message) {
  std::lock_guard lock(mutex_);
  if (messages_.contains(message.id)) return;
  if (order_.size() >= limit_) {
    messages_.erase(order_.front());
    order_.pop_front();
  }
  order_.push_back(message.id);
  messages_.emplace(message.id, std::move(message));
}

std::optional<ReceivedMessage> ReceivedLog::find(std::string_view id) const {
  std::lock_guard lock(mutex_);
  const auto found = messages_.find(id);
  if (found == messages_.end()) return std::nullopt;
  return found->second;
}

std::optional<ReceivedMessage> ReceivedLog::mark_read(std::string_view id, bool typing) {
  std::lock_guard lock(mutex_);
  const auto found = messages_.find(id);
  if (found == messages_.end()) return std::nullopt;
  found->second.marked_read = true;
  found->second.typing_shown = found->second.typing_shown || typing;
  return found->second;
}

std::vector<ReceivedMessage> ReceivedLog::recent(std::size_t most) const {
  std::lock_guard lock(mutex_);
  std::vector<ReceivedMessage> found;
  for (auto id = order_.rbegin(); id != order_.rend() && found.size() < most; ++id) found.push_back(messages_.find(*id)->second);
  return found;
}

void ReceivedLog::clear() {
  std::lock_guard lock(mutex_);
  messages_.clear();
  order_.clear();
}

void RequestLog::add(RequestRecord record) {
  record.sequence = next_.fetch_add(1, std::memory_order_relaxed);
  Shard& shard = shards_[record.sequence % shard_count];
  std::lock_guard lock(shard.mutex);
  if (shard.records.size() >= shard_limit_) shard.records.pop_front();
  shard.records.push_back(std::move(record));
}

std::vector<RequestRecord> RequestLog::recent(std::size_t most) const {
  std::vector<RequestRecord> found;
  for (const Shard& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    found.insert(found.end(), shard.records.begin(), shard.records.end());
  }
  std::sort(found.begin(), found.end(), [](const RequestRecord& a, const RequestRecord& b) { return a.sequence > b.sequence; });
  if (found.size() > most) found.resize(most);
  return found;
}

void RequestLog::clear() {
  for (Shard& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    shard.records.clear();
  }
}

}  // namespace wherry::sim

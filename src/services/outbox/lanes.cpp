#include "services/outbox/lanes.h"

namespace wherry {

Responder::~Responder() {
  if (waiter_) waiter_.complete(Error{ErrorCode::cancelled, "The server is stopping; the outcome of the message is not known yet"});
}

void Responder::answer(Result<SendReceipt> result) {
  if (place_ != nullptr && !*place_) *place_ = std::move(result);
  if (waiter_) waiter_.complete(std::move(result));
}

Lanes::Entry Lanes::push(OutboxJob job) {
  const auto conversation = job.message.conversation;
  auto& home = shard(conversation);
  std::lock_guard lock(home.mutex);
  auto [lane, fresh] = home.lanes.try_emplace(conversation);
  lane->second.push_back(std::move(job));
  return fresh ? Entry::idle_lane : Entry::running_lane;
}

bool Lanes::hold(ConversationId conversation) {
  auto& home = shard(conversation);
  std::lock_guard lock(home.mutex);
  return home.lanes.try_emplace(conversation).second;
}

void Lanes::put_back(OutboxJob job) {
  auto& home = shard(job.message.conversation);
  std::lock_guard lock(home.mutex);
  home.lanes[job.message.conversation].push_front(std::move(job));
}

std::optional<OutboxJob> Lanes::next(ConversationId conversation) {
  auto& home = shard(conversation);
  std::lock_guard lock(home.mutex);
  auto lane = home.lanes.find(conversation);
  if (lane == home.lanes.end()) return std::nullopt;
  if (lane->second.empty()) {
    home.lanes.erase(lane);
    return std::nullopt;
  }
  std::optional<OutboxJob> job(std::move(lane->second.front()));
  lane->second.pop_front();
  return job;
}

void Lanes::clear() {
  for (auto& home : shards_) {
    std::lock_guard lock(home.mutex);
    home.lanes.clear();
  }
}

}  // namespace wherry

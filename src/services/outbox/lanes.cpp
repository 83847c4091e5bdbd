#include "services/outbox/lanes.h"

#include <algorithm>

namespace wherry {

bool Lanes::Lane::someone_waits() const {
  if (awaited && !awaited->given()) return true;
  const auto waits = [](const auto& entry) { return entry.second.awaited(); };
  return std::any_of(expected.begin(), expected.end(), waits) ||
         std::any_of(page.begin(), page.end(), [](const OutboxJob& job) { return job.responder.awaited(); });
}

bool Lanes::hold(LaneId id) {
  auto& home = shard(id);
  std::lock_guard lock(home.mutex);
  auto [lane, fresh] = home.lanes.try_emplace(id);
  if (!fresh) return false;
  lane->second.has_runner = true;
  return true;
}

bool Lanes::kick(LaneId id) {
  auto& home = shard(id);
  std::lock_guard lock(home.mutex);
  auto& lane = home.lanes[id];
  lane.more_on_disk = true;
  if (std::exchange(lane.has_runner, true)) return false;
  return true;
}

bool Lanes::release(LaneId id) {
  auto& home = shard(id);
  std::lock_guard lock(home.mutex);
  auto lane = home.lanes.find(id);
  if (lane == home.lanes.end()) return false;
  if (lane->second.more_on_disk || !lane->second.page.empty()) return true;
  lane->second.has_runner = false;
  if (lane->second.expected.empty()) home.lanes.erase(lane);
  return false;
}

void Lanes::put_back(OutboxJob job) {
  auto& home = shard(job.lane);
  std::lock_guard lock(home.mutex);
  home.lanes[job.lane].page.push_front(std::move(job));
}

void Lanes::expect(LaneId id, MessageId message, Responder responder) {
  auto& home = shard(id);
  std::lock_guard lock(home.mutex);
  home.lanes[id].expected.emplace(message, Caller{std::move(responder)});
}

void Lanes::forget(LaneId id, MessageId message) {
  auto& home = shard(id);
  std::lock_guard lock(home.mutex);
  auto lane = home.lanes.find(id);
  if (lane == home.lanes.end()) return;
  lane->second.expected.erase(message);
  if (!lane->second.has_runner && lane->second.expected.empty()) home.lanes.erase(lane);
}

Lanes::Next Lanes::next(LaneId id) {
  Next next;
  auto& home = shard(id);
  std::lock_guard lock(home.mutex);
  auto found = home.lanes.find(id);
  if (found == home.lanes.end()) return next;
  auto& lane = found->second;
  lane.current = {};
  lane.awaited.reset();
  lane.withdrawn = false;
  if (!lane.page.empty()) {
    next.kind = Next::Kind::deliver;
    next.job = std::move(lane.page.front());
    lane.page.pop_front();
    lane.current = next.job->message.id;
    lane.awaited = next.job->responder.shared();
  } else if (std::exchange(lane.more_on_disk, false)) {
    next.kind = Next::Kind::load;
  } else {
    lane.has_runner = false;  // somebody may be storing a message, and will kick
    if (lane.expected.empty()) home.lanes.erase(found);
  }
  return next;
}

void Lanes::fill(LaneId id, std::vector<Message> page, bool is_last) {
  auto& home = shard(id);
  std::lock_guard lock(home.mutex);
  auto& lane = home.lanes[id];
  for (auto& message : page) {
    OutboxJob job{std::move(message), Responder(), id};
    if (auto caller = lane.expected.extract(job.message.id)) {
      job.responder = std::move(caller.mapped().responder);
      job.has_budget = caller.mapped().has_budget;
    }
    lane.page.push_back(std::move(job));
  }
  if (!is_last) lane.more_on_disk = true;
}

bool Lanes::park(LaneId id) {
  auto& home = shard(id);
  std::lock_guard lock(home.mutex);
  auto lane = home.lanes.find(id);
  if (lane == home.lanes.end() || lane->second.someone_waits()) return false;
  home.lanes.erase(lane);
  return true;
}

void Lanes::answer_all(LaneId id, const Error& error) {
  auto& home = shard(id);
  std::lock_guard lock(home.mutex);
  auto lane = home.lanes.find(id);
  if (lane == home.lanes.end()) return;
  for (auto& [message, caller] : lane->second.expected) caller.responder.answer(error);
  for (auto& job : lane->second.page) job.responder.answer(error);
}

void Lanes::withdraw(LaneId id, MessageId message, const Error& error) {
  auto& home = shard(id);
  std::lock_guard lock(home.mutex);
  auto found = home.lanes.find(id);
  if (found == home.lanes.end()) return;
  auto& lane = found->second;
  if (lane.current == message) {
    lane.withdrawn = true;
    if (lane.awaited) lane.awaited->give(error);
  }
  if (auto caller = lane.expected.extract(message)) caller.mapped().responder.answer(error);
  std::erase_if(lane.page, [&](OutboxJob& job) {
    if (job.message.id != message) return false;
    job.responder.answer(error);
    return true;
  });
}

bool Lanes::borrow_budget(LaneId id) {
  auto& home = shard(id);
  std::lock_guard lock(home.mutex);
  const auto lane = home.lanes.find(id);
  if (lane == home.lanes.end()) return false;
  for (auto& job : lane->second.page) {
    if (std::exchange(job.has_budget, false)) return true;
  }
  for (auto& [message, caller] : lane->second.expected) {
    if (std::exchange(caller.has_budget, false)) return true;
  }
  return false;
}

bool Lanes::is_withdrawn(LaneId id) const {
  const auto& home = shard(id);
  std::lock_guard lock(home.mutex);
  const auto lane = home.lanes.find(id);
  return lane != home.lanes.end() && lane->second.withdrawn;
}

std::optional<Urgency> Lanes::urgency_behind(LaneId id) const {
  const auto& home = shard(id);
  std::lock_guard lock(home.mutex);
  const auto found = home.lanes.find(id);
  if (found == home.lanes.end()) return std::nullopt;
  const auto& lane = found->second;
  if (lane.someone_waits()) return Urgency::awaited;
  std::optional<Urgency> most;
  for (const auto& job : lane.page) most = std::min(most.value_or(Urgency::bulk), urgency_of(job.message.priority));
  return most;
}

void Lanes::clear() {
  for (auto& home : shards_) {
    std::lock_guard lock(home.mutex);
    home.lanes.clear();
  }
}

}  // namespace wherry

#include "services/webhooks/set_aside.h"

#include <algorithm>

namespace wherry::webhooks {

void SetAside::schedule(const RawId& id, Lane& lane, Timestamp at) {
  unschedule(id, lane);
  lane.waits_for = at;
  schedule_.emplace(at, id);
}

void SetAside::unschedule(const RawId& id, Lane& lane) {
  if (lane.waits_for) schedule_.erase({*lane.waits_for, id});
  lane.waits_for.reset();
}

void SetAside::put_front(const RawId& id, const std::vector<std::uint64_t>& events, std::uint32_t attempts, Timestamp not_before) {
  auto& lane = lanes_[id];
  lane.events.insert(lane.events.begin(), events.begin(), events.end());
  size_ += events.size();
  lane.attempts = attempts;
  lane.scheduled = not_before;
  schedule(id, lane, not_before);
}

void SetAside::append(const RawId& id, std::uint64_t sequence) {
  lanes_[id].events.push_back(sequence);
  ++size_;
}

void SetAside::release(const RawId& id, Timestamp now) {
  const auto found = lanes_.find(id);
  if (found == lanes_.end()) return;
  found->second.scheduled = now;
  schedule(id, found->second, now);
}

SetAside::Due SetAside::start(const RawId& id, Timestamp now) {
  auto& lane = lanes_.at(id);
  unschedule(id, lane);
  return {id, lane.events.front(), lane.attempts, lane.scheduled > now};
}

std::vector<SetAside::Due> SetAside::start_due(Timestamp now, std::size_t limit) {
  std::vector<Due> due;
  while (due.size() < limit && !schedule_.empty() && schedule_.begin()->first <= now) {
    const auto id = schedule_.begin()->second;
    due.push_back(start(id, now));
  }
  return due;
}

std::optional<SetAside::Due> SetAside::start_next(Timestamp now) {
  if (schedule_.empty()) return std::nullopt;
  // Another one each time: the first may be the one that fails whatever becomes of the endpoint.
  auto next = schedule_.upper_bound(last_tried_);
  if (next == schedule_.end()) next = schedule_.begin();
  last_tried_ = *next;
  return start(last_tried_.second, now);
}

std::optional<Timestamp> SetAside::next_due() const { return schedule_.empty() ? std::nullopt : std::optional(schedule_.begin()->first); }

void SetAside::settle(const RawId& id, Timestamp now) {
  auto& lane = lanes_.at(id);
  unschedule(id, lane);
  lane.events.pop_front();
  --size_;
  if (lane.events.empty()) {
    lanes_.erase(id);
    return;
  }
  lane.attempts = 0;
  lane.scheduled = now;
  schedule(id, lane, now);
}

void SetAside::postpone(const RawId& id, std::uint32_t attempts, Timestamp not_before) {
  auto& lane = lanes_.at(id);
  lane.attempts = attempts;
  lane.scheduled = not_before;
  schedule(id, lane, not_before);
}

void SetAside::give_back(const RawId& id) {
  auto& lane = lanes_.at(id);
  schedule(id, lane, lane.scheduled);
}

void SetAside::hasten(Timestamp now) {
  std::set<std::pair<Timestamp, RawId>> hastened;
  for (const auto& [at, id] : schedule_) {
    auto& lane = lanes_.at(id);
    lane.waits_for = std::min(at, now);
    hastened.emplace(*lane.waits_for, id);
  }
  schedule_ = std::move(hastened);
}

}  // namespace wherry::webhooks

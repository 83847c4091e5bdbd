#include "services/outbox/backlog.h"

#include <algorithm>

namespace wherry {

namespace {
// What to read after in order to find that position again.
LinePosition before(LinePosition position) { return {position.place - 1, MessageId{}}; }
}  // namespace

bool Backlog::is_clear(ChannelId channel, LaneId lane) const {
  if (unclear_ == 0) return true;
  std::lock_guard lock(mutex_);
  const auto found = channels_.find(channel);
  const bool all_in_lanes = found == channels_.end() || (!found->second.streams[0] && !found->second.streams[1]);
  return all_in_lanes && !parked_.contains(lane);
}

void Backlog::left_behind(ChannelId channel, Priority priority, LinePosition from) {
  std::lock_guard lock(mutex_);
  auto& stream = channels_[channel].streams[static_cast<std::size_t>(priority)];
  const auto start = before(from);
  if (!stream) {
    stream.emplace(Stream{start, std::nullopt});
    ++unclear_;
  } else {
    stream->left_since = std::min(stream->left_since.value_or(start), start);
  }
}

std::vector<Backlog::Walk> Backlog::walks() {
  std::vector<Walk> found;
  if (unclear_ == 0) return found;
  std::lock_guard lock(mutex_);
  for (const auto priority : {Priority::interactive, Priority::bulk}) {
    for (auto& [channel, entry] : channels_) {
      auto& stream = entry.streams[static_cast<std::size_t>(priority)];
      if (!stream) continue;
      if (stream->left_since) stream->after = std::min(stream->after, *stream->left_since);
      stream->left_since.reset();
      found.push_back({channel, priority, stream->after});
    }
  }
  return found;
}

void Backlog::walked(const Walk& walk, LinePosition to, bool is_end) {
  std::lock_guard lock(mutex_);
  const auto found = channels_.find(walk.channel);
  if (found == channels_.end()) return;
  auto& stream = found->second.streams[static_cast<std::size_t>(walk.priority)];
  if (!stream) return;
  stream->after = to;
  if (!is_end || stream->left_since) return;
  stream.reset();
  --unclear_;
  if (found->second.idle()) channels_.erase(found);
}

bool Backlog::has_room(ChannelId channel, Priority priority) const {
  const auto share = [&](std::size_t all) { return priority == Priority::bulk ? all - all / 4 : all; };
  std::lock_guard lock(mutex_);
  const auto found = channels_.find(channel);
  const auto own = found == channels_.end() ? 0 : found->second.lanes;
  return own < share(limits_.lanes_per_channel) && lanes_ < share(limits_.lanes);
}

void Backlog::lane_started(ChannelId channel) {
  std::lock_guard lock(mutex_);
  ++channels_[channel].lanes;
  ++lanes_;
}

void Backlog::lane_ended(ChannelId channel) {
  std::lock_guard lock(mutex_);
  const auto found = channels_.find(channel);
  if (found == channels_.end() || found->second.lanes == 0) return;
  --lanes_;
  --found->second.lanes;
  if (found->second.idle()) channels_.erase(found);
}

std::size_t Backlog::lanes_of(ChannelId channel) const {
  std::lock_guard lock(mutex_);
  const auto found = channels_.find(channel);
  return found == channels_.end() ? 0 : found->second.lanes;
}

bool Backlog::park(LaneId lane) {
  std::lock_guard lock(mutex_);
  if (parked_.size() >= limits_.parked) return false;
  if (parked_.insert(lane).second) ++unclear_;
  return true;
}

void Backlog::unpark(LaneId lane) {
  if (unclear_ == 0) return;
  std::lock_guard lock(mutex_);
  if (parked_.erase(lane) > 0) --unclear_;
}

}  // namespace wherry

#include "services/webhooks/window.h"

#include <algorithm>

namespace wherry::webhooks {

RawId lane_of(const JournalItem& item) {
  if (item.event.conversation) return item.event.conversation->raw;
  return item.event.channel ? item.event.channel->raw : RawId{};
}

std::size_t Window::bytes_of(const JournalItem& item) {
  std::size_t size = sizeof(Entry) + item.event.body.size();
  if (item.inbound) size += item.inbound->raw.size() + item.inbound->text.size();
  return size;
}

void Window::add(Entry entry) {
  const auto sequence = entry.item.event.sequence;
  const auto [place, fresh] = entries_.try_emplace(sequence, std::move(entry));
  if (!fresh) return;
  bytes_ += bytes_of(place->second.item);
  lanes_[{place->second.kind, lane_of(place->second.item)}].push_back(sequence);
  if (place->second.kind == Kind::fresh) {
    unsettled_.insert(sequence);
    read_ = std::max(read_, sequence);
  }
}

std::vector<std::uint64_t> Window::due(Timestamp now) const {
  std::vector<std::uint64_t> due;
  for (const auto& [id, lane] : lanes_) {
    const auto& head = entries_.at(lane.front());
    if (!head.running && head.not_before <= now) due.push_back(lane.front());
  }
  std::sort(due.begin(), due.end());
  return due;
}

void Window::start(std::uint64_t sequence) {
  entries_.at(sequence).running = true;
  ++running_;
}

std::optional<Timestamp> Window::next_due(Timestamp now) const {
  std::optional<Timestamp> next;
  for (const auto& [id, lane] : lanes_) {
    const auto& head = entries_.at(lane.front());
    if (!head.running && head.not_before > now && (!next || head.not_before < *next)) next = head.not_before;
  }
  return next;
}

std::size_t Window::size_of(Kind kind) const {
  if (kind == Kind::fresh) return unsettled_.size();
  std::size_t size = 0;
  for (auto lane = lanes_.lower_bound({kind, RawId{}}); lane != lanes_.end() && lane->first.first == kind; ++lane)
    size += lane->second.size();
  return size;
}

std::size_t Window::size_of(Kind kind, const RawId& lane) const {
  const auto found = lanes_.find({kind, lane});
  return found == lanes_.end() ? 0 : found->second.size();
}

std::vector<std::uint64_t> Window::take(const RawId& lane) {
  const auto found = lanes_.find({Kind::fresh, lane});
  if (found == lanes_.end()) return {};
  const std::vector<std::uint64_t> events(found->second.begin(), found->second.end());
  for (const auto sequence : events) settle(sequence);
  return events;
}

Window::Entry* Window::find(std::uint64_t sequence) {
  const auto found = entries_.find(sequence);
  return found == entries_.end() ? nullptr : &found->second;
}

void Window::settle(std::uint64_t sequence) {
  const auto found = entries_.find(sequence);
  if (found == entries_.end()) return;
  if (found->second.running) --running_;
  bytes_ -= bytes_of(found->second.item);
  const auto lane = lanes_.find({found->second.kind, lane_of(found->second.item)});
  std::erase(lane->second, sequence);
  if (lane->second.empty()) lanes_.erase(lane);
  unsettled_.erase(sequence);
  entries_.erase(found);
}

void Window::postpone(std::uint64_t sequence, std::uint32_t attempts, Timestamp not_before) {
  auto* entry = find(sequence);
  if (entry == nullptr) return;
  if (entry->running) --running_;
  entry->running = false;
  entry->attempts = attempts;
  entry->not_before = not_before;
}

std::uint64_t Window::cursor() const { return unsettled_.empty() ? read_ : *unsettled_.begin() - 1; }

}  // namespace wherry::webhooks

#include "simulator/webhooks/lane.h"

#include <algorithm>

namespace wherry::sim {

namespace {
constexpr std::size_t shuffle_reach = 32;    // how far from the front a shuffled queue picks
constexpr std::size_t envelope_bytes = 400;  // of one update's share of entry, change and metadata, at most
}  // namespace

void Lane::set_target(Target target) {
  std::lock_guard lock(mutex_);
  target_ = std::move(target);
}

Target Lane::target() const {
  std::lock_guard lock(mutex_);
  return target_;
}

Lane::Added Lane::collect(UpdatePtr update, const WebhookSettings& settings) {
  Added added;
  const auto bytes = update->item.size() + update->contact.size() + update->conversation.size() + envelope_bytes;
  std::lock_guard lock(mutex_);
  if (!batch_.empty() && batch_bytes_ + bytes > settings.max_bytes) {
    added.ready.swap(batch_);
    batch_bytes_ = 0;
  }
  if (batch_.empty()) added.opened = ++batch_number_;
  batch_.push_back(std::move(update));
  batch_bytes_ += bytes;
  if (batch_.size() >= settings.max_updates && added.ready.empty()) {
    added.ready.swap(batch_);
    batch_bytes_ = 0;
    added.opened.reset();
  }
  return added;
}

std::vector<UpdatePtr> Lane::flush(std::uint64_t batch) {
  std::vector<UpdatePtr> out;
  std::lock_guard lock(mutex_);
  if (batch != batch_number_) return out;
  out.swap(batch_);
  batch_bytes_ = 0;
  return out;
}

bool Lane::enqueue(DeliveryPtr delivery, std::size_t concurrency) {
  std::lock_guard lock(mutex_);
  queue_.push_back(std::move(delivery));
  for (auto it = held_.begin(); it != held_.end();) {
    if (--it->remaining == 0) {
      queue_.push_back(std::move(it->delivery));
      it = held_.erase(it);
    } else {
      ++it;
    }
  }
  if (active_ >= concurrency) return false;
  ++active_;
  return true;
}

void Lane::hold(DeliveryPtr delivery, std::size_t distance) {
  std::lock_guard lock(mutex_);
  held_.push_back({std::move(delivery), std::max<std::size_t>(1, distance)});
}

bool Lane::release(const Delivery& delivery) {
  std::lock_guard lock(mutex_);
  const auto it = std::find_if(held_.begin(), held_.end(), [&](const Held& held) { return held.delivery.get() == &delivery; });
  if (it == held_.end()) return false;
  held_.erase(it);
  return true;
}

DeliveryPtr Lane::take(bool shuffled, std::size_t concurrency) {
  std::lock_guard lock(mutex_);
  if (queue_.empty() || active_ > concurrency) {
    --active_;
    return nullptr;
  }
  if (shuffled) {
    const auto reach = std::min(queue_.size(), shuffle_reach);
    std::swap(queue_.front(), queue_[random_.below(reach)]);
  }
  auto delivery = std::move(queue_.front());
  queue_.pop_front();
  return delivery;
}

void Lane::clear() {
  std::lock_guard lock(mutex_);
  batch_.clear();
  batch_bytes_ = 0;
  ++batch_number_;
  queue_.clear();
  held_.clear();
}

std::size_t Lane::depth() const {
  std::lock_guard lock(mutex_);
  return queue_.size() + held_.size();
}

std::size_t Lane::active() const {
  std::lock_guard lock(mutex_);
  return active_;
}

}  // namespace wherry::sim

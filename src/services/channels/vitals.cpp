#include "services/channels/vitals.h"

#include <algorithm>

namespace wherry {

void Vitals::keep_latest(ChannelId channel, std::optional<Timestamp> Times::* which, Timestamp at) {
  std::lock_guard lock(mutex_);
  auto& place = times_[channel].*which;
  if (!place || *place < at) place = at;
}

void Vitals::refused(int meta_code) {
  std::lock_guard lock(mutex_);
  const auto known = codes_.find(meta_code);
  if (known != codes_.end()) {
    ++known->second;
  } else if (codes_.size() < max_codes) {
    codes_.emplace(meta_code, 1);
  } else {
    ++other_codes_;
  }
}

std::map<ChannelId, Vitals::Times> Vitals::times() const {
  std::lock_guard lock(mutex_);
  return times_;
}

std::map<std::string, std::uint64_t> Vitals::refusals() const {
  std::lock_guard lock(mutex_);
  std::map<std::string, std::uint64_t> counts;
  for (const auto& [code, count] : codes_) counts[std::to_string(code)] = count;
  if (other_codes_ > 0) counts["other"] = other_codes_;
  return counts;
}

}  // namespace wherry

#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace wherry {

/// Signs of life: when each channel last sent and received, and what WhatsApp refuses with. Since the start, beside what was read
/// then. Threads: any.
class Vitals {
 public:
  /// More codes than this are counted together, so that a metrics page stays bounded.
  static constexpr std::size_t max_codes = 60;

  struct Times {
    std::optional<Timestamp> sent;      ///< WhatsApp took a message
    std::optional<Timestamp> received;  ///< a customer wrote
  };

  void sent(ChannelId channel, Timestamp at) { keep_latest(channel, &Times::sent, at); }
  void received(ChannelId channel, Timestamp at) { keep_latest(channel, &Times::received, at); }
  /// A send was refused, or a message taken turned out undeliverable. 0: WhatsApp was not reached, or gave no code.
  void refused(int meta_code);

  std::map<ChannelId, Times> times() const;
  /// Counts by code as text; "other" for the codes beyond the bound.
  std::map<std::string, std::uint64_t> refusals() const;

 private:
  void keep_latest(ChannelId channel, std::optional<Timestamp> Times::* which, Timestamp at);

  mutable std::mutex mutex_;
  std::map<ChannelId, Times> times_;
  std::map<int, std::uint64_t> codes_;
  std::uint64_t other_codes_ = 0;
};

}  // namespace wherry

#pragma once

#include <optional>

#include "base/clock.h"

namespace wherry {

/// The customer service window: 24 h from WhatsApp's own timestamp of the customer's last message.
inline constexpr milliseconds service_window_length = std::chrono::hours(24);

/// Open at exactly 24 h 0 m 0 s, closed once it is strictly older; closed when nobody ever wrote.
inline bool window_open(std::optional<Timestamp> last_inbound, Timestamp now) {
  return last_inbound.has_value() && now - *last_inbound <= service_window_length;
}

}  // namespace wherry

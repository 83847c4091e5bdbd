#pragma once

#include <optional>

#include "base/clock.h"
#include "domain/content.h"

namespace wherry {

/// The customer service window: 24 h from WhatsApp's own timestamp of the customer's last message.
inline constexpr milliseconds service_window_length = std::chrono::hours(24);

/// Open at exactly 24 h 0 m 0 s, closed once it is strictly older; closed when nobody ever wrote.
inline bool window_open(std::optional<Timestamp> last_inbound, Timestamp now) {
  return last_inbound.has_value() && now - *last_inbound <= service_window_length;
}

/// Whether WhatsApp takes this kind of content only while the window is open: every kind but templates.
inline bool needs_open_window(const Content& content) { return !std::holds_alternative<TemplateContent>(content); }

/// Who refuses what comes after the window closed.
enum class WindowCheck {
  here,      ///< we do, before WhatsApp is called
  upstream,  ///< WhatsApp does: for a door whose contract passes WhatsApp's own refusal on
};

/// Whether a message may be handed to WhatsApp as far as the window is concerned.
inline bool window_allows(const Content& content, WindowCheck check, std::optional<Timestamp> last_inbound, Timestamp now) {
  return check == WindowCheck::upstream || !needs_open_window(content) || window_open(last_inbound, now);
}

}  // namespace wherry

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/ports/linked_transport.h"
#include "upstream/linked_device/options.h"

namespace wherry::linked {

/// Judges the reports of one process.
class HealthRules {
 public:
  static constexpr milliseconds slow_loop{2'000};
  static constexpr std::uint32_t slow_reports = 6;  ///< in a row

  /// Why the process is to be replaced in good order; nullopt: it is fine.
  std::optional<std::string> judge(const ProcessHealth& report, const LinkedOptions& options);

 private:
  std::uint32_t slow_in_a_row_ = 0;
};

/// Working sessions that have heard nothing from WhatsApp for too long: their own keep-alive has failed to notice.
std::vector<SessionId> stale_sessions(const ProcessHealth& report, Timestamp now, milliseconds frame_timeout);

/// How long to wait before the next start after `failures` failed ones: random up to a bound that doubles.
milliseconds backoff(std::uint32_t failures, const LinkedOptions& options, double random);

}  // namespace wherry::linked

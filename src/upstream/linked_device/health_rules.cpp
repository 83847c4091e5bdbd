#include "upstream/linked_device/health_rules.h"

#include <algorithm>

namespace wherry::linked {

namespace {

constexpr milliseconds least_backoff{100};

}  // namespace

std::optional<std::string> HealthRules::judge(const ProcessHealth& report, const LinkedOptions& options) {
  slow_in_a_row_ = report.loop_delay > slow_loop ? slow_in_a_row_ + 1 : 0;
  if (report.resident_bytes > options.max_resident_bytes) return "it uses too much memory";
  if (slow_in_a_row_ >= slow_reports) return "it is too slow";
  return std::nullopt;
}

std::vector<SessionId> stale_sessions(const ProcessHealth& report, Timestamp now, milliseconds frame_timeout) {
  std::vector<SessionId> stale;
  for (const auto& session : report.sessions)
    if (session.state == State::working && session.last_frame_at && now - *session.last_frame_at > frame_timeout)
      stale.push_back(session.session);
  return stale;
}

milliseconds backoff(std::uint32_t failures, const LinkedOptions& options, double random) {
  const auto doubled = options.first_backoff * (std::int64_t{1} << std::min(failures == 0 ? 0u : failures - 1, 20u));
  const auto bound = std::min(doubled, options.max_backoff);
  return std::max(least_backoff, milliseconds(static_cast<std::int64_t>(random * static_cast<double>(bound.count()))));
}

}  // namespace wherry::linked

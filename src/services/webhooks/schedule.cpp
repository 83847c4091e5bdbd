#include "services/webhooks/schedule.h"

#include <algorithm>
#include <array>

namespace wherry::webhooks {

namespace {
using std::chrono::hours;
using std::chrono::minutes;

constexpr std::array<milliseconds, 2> pipes_delays{seconds(2), seconds(8)};
constexpr std::array<milliseconds, 9> standard_delays{seconds(5), minutes(5), minutes(30), hours(2), hours(5),
                                                      hours(10),  hours(14),  hours(20),   hours(24)};
constexpr milliseconds longest_retry_after = hours(1);
constexpr milliseconds first_probe = seconds(5);
constexpr milliseconds longest_probe = minutes(5);
constexpr double jitter = 0.2;

milliseconds stretched(milliseconds delay, double random) {
  return delay + milliseconds(static_cast<std::int64_t>(static_cast<double>(delay.count()) * jitter * random));
}
}  // namespace

std::uint32_t most_attempts(WebhookFormat format) {
  const auto retries = format == WebhookFormat::pipes ? pipes_delays.size() : standard_delays.size();
  return static_cast<std::uint32_t>(retries) + 1;
}

milliseconds retry_delay(WebhookFormat format, std::uint32_t attempt) {
  const auto step = attempt == 0 ? 0 : attempt - 1;
  if (format == WebhookFormat::pipes) return pipes_delays[std::min<std::size_t>(step, pipes_delays.size() - 1)];
  return standard_delays[std::min<std::size_t>(step, standard_delays.size() - 1)];
}

milliseconds wait_before_retry(WebhookFormat format, std::uint32_t attempt, std::optional<milliseconds> retry_after, double random) {
  const auto planned = retry_delay(format, attempt);
  if (format == WebhookFormat::pipes) return planned;  // its two delays are part of the contract
  const auto asked = std::clamp(retry_after.value_or(milliseconds(0)), milliseconds(0), longest_retry_after);
  return std::max(stretched(planned, random), asked);
}

milliseconds probe_delay(std::uint32_t probes, double random) {
  const milliseconds doubled = first_probe * (1LL << std::min<std::uint32_t>(probes, 10));
  return stretched(std::min(doubled, longest_probe), random);
}

}  // namespace wherry::webhooks

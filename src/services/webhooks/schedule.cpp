#include "services/webhooks/schedule.h"

#include <algorithm>
#include <array>
#include <span>

namespace wherry::webhooks {

namespace {
using std::chrono::hours;
using std::chrono::minutes;

constexpr std::array<milliseconds, 2> pipes_delays{seconds(2), seconds(8)};
constexpr std::array<milliseconds, 3> pipes_app_delays{seconds(10), seconds(60), minutes(5)};
constexpr std::array<milliseconds, 2> pepipost_delays{seconds(5), seconds(30)};
constexpr std::array<milliseconds, 9> standard_delays{seconds(5), minutes(5), minutes(30), hours(2), hours(5),
                                                      hours(10),  hours(14),  hours(20),   hours(24)};
// 2, 4, 8, … seconds: 15 tries.
constexpr std::array<milliseconds, 14> doubling_delays = [] {
  std::array<milliseconds, 14> delays{};
  milliseconds next = seconds(2);
  for (auto& delay : delays) {
    delay = next;
    next *= 2;
  }
  return delays;
}();
constexpr milliseconds longest_retry_after = hours(1);
constexpr milliseconds first_probe = seconds(5);
constexpr milliseconds longest_probe = minutes(1);
constexpr double jitter = 0.2;
constexpr milliseconds longest_own_delay = hours(24);
constexpr seconds longest_first_delay = hours(1);
constexpr std::uint32_t most_own_attempts = 30;

std::span<const milliseconds> delays_of(WebhookFormat format) {
  switch (format) {
    case WebhookFormat::pipes: return pipes_delays;
    case WebhookFormat::pipes_app: return pipes_app_delays;
    case WebhookFormat::pepipost: return pepipost_delays;
    case WebhookFormat::sessions: return doubling_delays;
    case WebhookFormat::standard:
    case WebhookFormat::graph:
    case WebhookFormat::magpipe: break;
  }
  return standard_delays;
}

milliseconds delay_of(const RetryPolicy& policy, std::uint32_t attempt) {
  const auto step = std::clamp<std::uint32_t>(attempt, 1, most_own_attempts);
  milliseconds delay = policy.delay;
  if (policy.growth == RetryPolicy::Growth::linear) delay *= step;
  if (policy.growth == RetryPolicy::Growth::exponential) delay *= 1LL << (step - 1);
  return std::min(delay, longest_own_delay);
}

milliseconds stretched(milliseconds delay, double random) {
  return delay + milliseconds(static_cast<std::int64_t>(static_cast<double>(delay.count()) * jitter * random));
}
}  // namespace

bool keeps_its_pace(WebhookFormat format) {
  return format == WebhookFormat::pipes || format == WebhookFormat::pipes_app || format == WebhookFormat::pepipost ||
         format == WebhookFormat::sessions;
}

bool may_be_turned_off(WebhookFormat format) { return format != WebhookFormat::pepipost; }

std::uint32_t most_attempts(WebhookFormat format) { return static_cast<std::uint32_t>(delays_of(format).size()) + 1; }

milliseconds retry_delay(WebhookFormat format, std::uint32_t attempt) {
  const auto delays = delays_of(format);
  const std::size_t step = attempt == 0 ? 0 : attempt - 1;
  return delays[std::min(step, delays.size() - 1)];
}

milliseconds wait_before_retry(WebhookFormat format, std::uint32_t attempt, std::optional<milliseconds> retry_after, double random) {
  const auto planned = retry_delay(format, attempt);
  if (keeps_its_pace(format)) return planned;
  const auto asked = std::clamp(retry_after.value_or(milliseconds(0)), milliseconds(0), longest_retry_after);
  return std::max(stretched(planned, random), asked);
}

std::uint32_t most_attempts(const Subscription& subscription) {
  return subscription.retry ? subscription.retry->attempts : most_attempts(subscription.format);
}

milliseconds wait_before_retry(const Subscription& subscription, std::uint32_t attempt, std::optional<milliseconds> retry_after,
                               double random) {
  if (subscription.retry) return delay_of(*subscription.retry, attempt);
  return wait_before_retry(subscription.format, attempt, retry_after, random);
}

Result<void> check_retry(const RetryPolicy& policy) {
  const bool delay_fits = policy.delay >= seconds(1) && policy.delay <= longest_first_delay;
  if (!delay_fits) return Error{ErrorCode::invalid_argument, "the delay of a retry policy is 1 to 3600 seconds"};
  const bool attempts_fit = policy.attempts >= 1 && policy.attempts <= most_own_attempts;
  if (!attempts_fit) return Error{ErrorCode::invalid_argument, "a retry policy has 1 to 30 attempts"};
  return {};
}

milliseconds probe_delay(std::uint32_t probes, double random) {
  const milliseconds doubled = first_probe * (1LL << std::min<std::uint32_t>(probes, 10));
  return stretched(std::min(doubled, longest_probe), random);
}

}  // namespace wherry::webhooks

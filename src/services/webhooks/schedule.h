#pragma once

#include <cstdint>
#include <optional>

#include "services/ports/webhook_endpoint.h"

namespace wherry::webhooks {

/// Whether the tries come at the format's own times, whatever became of other events and whatever the endpoint asks for.
bool keeps_its_pace(WebhookFormat format);
/// Whether an endpoint that is gone or fails for days is turned off; of the others every event is tried, however long.
bool may_be_turned_off(WebhookFormat format);
/// Tries of one event in all, the first included.
std::uint32_t most_attempts(WebhookFormat format);
/// Pipes: +2 s, +8 s; its apps: +10 s, +60 s, +5 min. Pepipost: +5 s, +30 s. Sessions: +2 s, +4 s, +8 s, …
/// The others after the Standard Webhooks specification: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.
/// `attempt` is the one that just failed, from 1.
milliseconds retry_delay(WebhookFormat format, std::uint32_t attempt);
/// The wait before the next try: the schedule's, up to a fifth longer by `random` (0 to 1), and not before what the endpoint asked
/// for, as far as that is within an hour.
milliseconds wait_before_retry(WebhookFormat format, std::uint32_t attempt, std::optional<milliseconds> retry_after, double random);

/// The same for a subscription, which may have a policy of its own: that is kept to the second, and no wait is longer than a day.
std::uint32_t most_attempts(const Subscription& subscription);
milliseconds wait_before_retry(const Subscription& subscription, std::uint32_t attempt, std::optional<milliseconds> retry_after,
                               double random);
/// Errors: invalid_argument (1 to 3600 seconds, 1 to 30 tries).
Result<void> check_retry(const RetryPolicy& policy);

/// Between probes of an endpoint that is down; `probes` counts those that failed in a row, from 0.
milliseconds probe_delay(std::uint32_t probes, double random);

}  // namespace wherry::webhooks

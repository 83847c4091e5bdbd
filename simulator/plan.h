#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "simulator/model.h"

namespace wherry::sim {

enum class StatusKind { sent, delivered, read, played, failed };
std::string_view to_string(StatusKind kind);
std::optional<StatusKind> parse_status(std::string_view text);

/// One status of a message's life.
struct StatusStep {
  StatusKind kind = StatusKind::sent;
  milliseconds after{0};  ///< since the step before, or the acceptance
  int code = 0;           ///< of failed
};

/// A life told beforehand, by a rule or a magic recipient.
struct StatusScript {
  std::vector<StatusStep> steps;
};

/// Typical times between the steps; each is varied by `jitter`.
struct TimelineSettings {
  milliseconds sent{150}, delivered{400}, read{2'000}, played{3'000}, failed{300};
  double jitter = 0.3;
  milliseconds message_ttl = std::chrono::hours(24 * 30);  ///< how long an offline user can still get a message
  int expired_code = 0;                                    ///< 0: nothing is said when it is over
};

/// What the user does besides, once everything else has happened.
enum class Afterwards { nothing, echo, tap, change_number };

struct Plan {
  static constexpr std::size_t never = static_cast<std::size_t>(-1);
  std::vector<StatusStep> steps;
  std::size_t park_before = never;  ///< from this step on it waits until the user is online
  Afterwards afterwards = Afterwards::nothing;
};

/// The life of an accepted message. Source: simulator contract 5 and 7.
Plan plan_statuses(const SentMessage& message, const User& user, const StatusScript* script, const TimelineSettings& settings,
                   SeededRandom& random);

/// What pricing says about a message. Source: Cloud API contract 10.
struct PriceTag {
  std::string type, category;
};
PriceTag price_of(const SentMessage& message);

}  // namespace wherry::sim

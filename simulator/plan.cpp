#include "simulator/plan.h"

#include "simulator/magic.h"

namespace wherry::sim {

namespace {

constexpr milliseconds late_delivery{60'000};

milliseconds vary(milliseconds time, double jitter, SeededRandom& random) {
  return milliseconds(static_cast<std::int64_t>(static_cast<double>(time.count()) * (1 + jitter * (2 * random.unit() - 1))));
}

UserBehaviour behaviour_of(const SentMessage& message, const User& user) {
  if (const auto magic = parse_magic(message.wa_id); magic && magic->meaning == MagicMeaning::user) return magic->behaviour();
  if (user.chat_open && user.receipts) return UserBehaviour::read_without_delivered;
  return user.receipts ? UserBehaviour::reads : UserBehaviour::receipts_off;
}

Afterwards afterwards_of(const SentMessage& message) {
  const auto magic = parse_magic(message.wa_id);
  if (!magic) return Afterwards::nothing;
  if (magic->meaning == MagicMeaning::identity && magic->variant == static_cast<unsigned>(MagicIdentity::changes_number)) {
    return Afterwards::change_number;
  }
  if (magic->behaviour() == UserBehaviour::echoes) return Afterwards::echo;
  if (magic->behaviour() == UserBehaviour::taps) return Afterwards::tap;
  return Afterwards::nothing;
}

}  // namespace

std::string_view to_string(StatusKind kind) {
  switch (kind) {
    case StatusKind::sent: return "sent";
    case StatusKind::delivered: return "delivered";
    case StatusKind::read: return "read";
    case StatusKind::played: return "played";
    case StatusKind::failed: return "failed";
  }
  return "failed";
}

std::optional<StatusKind> parse_status(std::string_view text) {
  for (const auto kind : {StatusKind::sent, StatusKind::delivered, StatusKind::read, StatusKind::played, StatusKind::failed}) {
    if (text == to_string(kind)) return kind;
  }
  return std::nullopt;
}

Plan plan_statuses(const SentMessage& message, const User& user, const StatusScript* script, const TimelineSettings& settings,
                   SeededRandom& random) {
  Plan plan;
  if (script != nullptr) {
    plan.steps = script->steps;
    return plan;
  }
  const auto add = [&](StatusKind kind, milliseconds after, int code = 0) {
    plan.steps.push_back({kind, vary(after, settings.jitter, random), code});
  };
  if (message.failure) {
    add(StatusKind::failed, settings.failed, message.failure->code);
    return plan;
  }
  add(StatusKind::sent, settings.sent);
  if (message.type == "reaction") return plan;

  const auto behaviour = behaviour_of(message, user);
  switch (behaviour) {
    case UserBehaviour::receipts_off:
    case UserBehaviour::offline: add(StatusKind::delivered, settings.delivered); break;
    case UserBehaviour::read_without_delivered: add(StatusKind::read, settings.delivered); break;
    case UserBehaviour::read_before_delivered:
      add(StatusKind::read, settings.delivered);
      add(StatusKind::delivered, settings.delivered);
      break;
    case UserBehaviour::late_delivery:
      plan.steps.push_back({StatusKind::delivered, late_delivery, 0});
      add(StatusKind::read, settings.read);
      break;
    case UserBehaviour::reads:
    case UserBehaviour::every_status_twice:
    case UserBehaviour::plays_voice:
    case UserBehaviour::echoes:
    case UserBehaviour::taps:
      add(StatusKind::delivered, settings.delivered);
      add(StatusKind::read, settings.read);
      break;
  }
  if (message.voice && behaviour != UserBehaviour::receipts_off && behaviour != UserBehaviour::offline) {
    add(StatusKind::played, settings.played);
  }
  if (behaviour == UserBehaviour::every_status_twice) {
    std::vector<StatusStep> twice;
    for (const auto& step : plan.steps) {
      twice.push_back(step);
      twice.push_back({step.kind, milliseconds(20), step.code});
    }
    plan.steps = std::move(twice);
  }
  if (!user.online || behaviour == UserBehaviour::offline) plan.park_before = 1;
  plan.afterwards = afterwards_of(message);
  return plan;
}

PriceTag price_of(const SentMessage& message) {
  const std::string group = message.group_id.empty() ? "" : "group_";
  if (message.free_entry) return {"free_entry_point", "referral_conversion"};
  const bool is_template = message.type == "template";
  if (!is_template) return {"free_customer_service", group + (message.category.empty() ? "service" : message.category)};
  if (message.in_window && message.category == "utility") return {"free_customer_service", group + "utility"};
  return {"regular", group + (message.category.empty() ? "marketing" : message.category)};
}

}  // namespace wherry::sim

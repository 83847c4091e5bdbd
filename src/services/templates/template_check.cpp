#include "services/templates/templates.h"

namespace wherry {

namespace {

constexpr milliseconds refusal_lifetime = std::chrono::minutes(1);

// The refusal in the form WhatsApp gives it, for callers that pass it on.
Error refusal_of(const UpstreamError& fault) {
  const auto title = "(#" + std::to_string(fault.code) + ") " + fault.title;
  const json::object data{{"messaging_product", "whatsapp"}, {"details", fault.details}};
  const json::object error{{"message", title}, {"type", "OAuthException"}, {"code", fault.code}, {"error_data", data}};
  Error refused{ErrorCode::rejected, fault.title + " (" + fault.details + ")"};
  refused.peer_answer = std::make_shared<PeerAnswer>(PeerAnswer{fault.http_status, json::serialize(json::object{{"error", error}})});
  return refused;
}

// Not the values: they may be secret, and a fault of theirs is found again without asking.
std::string key_of(const Channel& channel, const TemplateContent& message) {
  return channel.waba_id + "/" + message.name + "/" + message.language;
}

}  // namespace

bool Templates::refused_lately(const std::string& key, Timestamp now) {
  std::lock_guard lock(mutex_);
  const auto found = refusals_.until.find(key);
  return found != refusals_.until.end() && found->second > now;
}

void Templates::remember_refusal(const std::string& key, Timestamp now) {
  std::lock_guard lock(mutex_);
  if (refusals_.until.size() >= Refusals::most) {
    std::erase_if(refusals_.until, [&](const auto& one) { return one.second <= now; });
    if (refusals_.until.size() >= Refusals::most) refusals_.until.clear();
  }
  refusals_.until[key] = now + refusal_lifetime;
}

void Templates::forget_refusals() {
  std::lock_guard lock(mutex_);
  refusals_.until.clear();
}

Task<Result<std::optional<UpstreamError>>> Templates::fault_of(ChannelPtr channel, const TemplateContent& message) {
  CO_TRY(auto known, co_await parts_.store.find(channel->waba_id, message.name, message.language));
  if (!known) co_return std::optional(unknown_template(message));
  co_return template_fault(*known, message);
}

Task<Result<void>> Templates::check(ChannelPtr channel, TemplateContent message) {
  CO_TRY_VOID(has_templates(*channel));
  CO_TRY(auto fault, co_await fault_of(channel, message));
  if (!fault) co_return Result<void>();
  const auto now = parts_.clock.now();
  const auto key = key_of(*channel, message);
  if (!refused_lately(key, now)) {
    CO_TRY(auto known_at, co_await parts_.store.synced_at(channel->waba_id));
    if (!known_at) {
      sync_.want(channel->waba_id);
      co_return Result<void>();
    }
    auto looked = co_await sync_.look_up(channel, message.name);
    const bool asked = looked && *looked;
    if (!asked) co_return Result<void>();
    CO_TRY(fault, co_await fault_of(channel, message));
    if (!fault) co_return Result<void>();
    remember_refusal(key, now);
  }
  sync_.count_refusal();
  co_return refusal_of(*fault);
}

}  // namespace wherry

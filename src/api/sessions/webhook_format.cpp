#include "api/sessions/webhook_format.h"

#include "api/sessions/envelope.h"
#include "base/bytes.h"
#include "base/hmac_sha512.h"

namespace wherry::api::sessions {

std::vector<std::string> SessionsWebhookFormat::kinds() const { return told_kinds(); }

std::string SessionsWebhookFormat::name_of(std::string_view kind) const { return event_name(kind); }

bool SessionsWebhookFormat::takes_name(std::string_view name) const {
  return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") == std::string_view::npos;
}

std::optional<WebhookCall> SessionsWebhookFormat::render(const Subscription& subscription, const Channel*, const JournalItem& item,
                                                         Timestamp now) const {
  const auto told = envelope(item);
  if (!told) return std::nullopt;
  WebhookCall call;
  call.url = subscription.url;
  call.body = json::serialize(*told);
  call.headers = {{"Content-Type", "application/json"},
                  {"X-Webhook-Request-Id", std::string(told->at("id").as_string())},
                  {"X-Webhook-Timestamp", std::to_string(to_unix_millis(now))}};
  if (!subscription.secret.empty()) {
    call.headers.emplace_back("X-Webhook-Hmac", to_hex(hmac_sha512(subscription.secret.reveal(), call.body)));
    call.headers.emplace_back("X-Webhook-Hmac-Algorithm", "sha512");
  }
  return call;
}

}  // namespace wherry::api::sessions

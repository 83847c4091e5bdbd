#include <algorithm>

#include "api/admin/operations.h"
#include "api/admin/wire.h"

namespace wherry::api::admin {

namespace {

/// The message a timeline is about, whichever way it went.
struct Subject {
  json::object head;
  RawId id;
  TenantId tenant;
};

Subject subject_of(const Message& message) {
  json::object head;
  head["message_id"] = message.id.text();
  head["direction"] = "outbound";
  head["tenant_id"] = message.tenant.text();
  head["channel_id"] = message.channel.text();
  head["conversation_id"] = message.conversation.text();
  head["type"] = kind_name(message.content);
  head["state"] = to_string(message.state);
  head["wamid"] = message.wamid.empty() ? json::value(nullptr) : json::value(message.wamid);
  head["attempts"] = message.attempts;
  return {std::move(head), message.id.raw, message.tenant};
}

Subject subject_of(const Reports::InboundSummary& message) {
  json::object head;
  head["message_id"] = message.id.text();
  head["direction"] = "inbound";
  head["tenant_id"] = message.tenant.text();
  head["channel_id"] = message.channel.text();
  head["conversation_id"] = message.conversation.text();
  head["type"] = message.type;
  head["state"] = "received";
  head["wamid"] = message.wamid;
  return {std::move(head), message.id.raw, message.tenant};
}

Task<Result<Subject>> find_subject(AdminServices& services, std::string id_or_wamid) {
  const auto id = MessageId::parse(id_or_wamid);
  CO_TRY(auto outbound, co_await find_outbound(services, std::move(id_or_wamid)));
  if (outbound) co_return subject_of(*outbound);
  if (id) {
    CO_TRY(auto inbound, co_await services.reports.find_inbound(*id));
    if (inbound) co_return subject_of(*inbound);
  }
  co_return Error{ErrorCode::not_found, "no such message"};
}

/// What the event says about the request to WhatsApp it ended.
json::object attempt_of(const json::object& body) {
  json::object attempt;
  attempt["number"] = *json::find(body, "attempts");
  if (const auto* started = json::find(body, "attemptStartedAt")) attempt["started_at"] = *started;
  if (const auto* error = json::find_object(body, "error")) {
    if (const auto* status = json::find(*error, "http_status")) attempt["http_status"] = *status;
  }
  return attempt;
}

json::object media_of(const json::object& body) {
  json::object media;
  for (const auto& [from, to] : {std::pair("mediaId", "id"), {"mimeType", "mime_type"}, {"size", "size"}, {"fileName", "file_name"}}) {
    if (const auto* member = json::find(body, from)) media[to] = *member;
  }
  return media;
}

json::object step_of(const JournalEvent& event) {
  json::object step;
  step["sequence"] = event.sequence;
  step["event"] = event.kind;
  step["at"] = to_iso8601(event.at);
  step["recorded_at"] = to_iso8601(event.recorded_at);
  auto parsed = json::parse(event.body);
  if (!parsed || !parsed->is_object()) return step;
  const auto& body = parsed->get_object();
  if (json::find(body, "attempts") != nullptr) step["attempt"] = attempt_of(body);
  if (json::find(body, "mediaId") != nullptr) step["media"] = media_of(body);
  for (const auto& [from, to] : {std::pair("wamid", "wamid"),
                                 {"status", "status"},
                                 {"recipient", "recipient"},
                                 {"type", "type"},
                                 {"error", "error"},
                                 {"nextAttemptAt", "next_attempt_at"},
                                 {"sendAt", "send_at"},
                                 {"expiresAt", "expires_at"},
                                 {"priority", "priority"}}) {
    if (const auto* member = json::find(body, from)) step[to] = *member;
  }
  return step;
}

json::object render(const WebhookAttempt& attempt) {
  json::object out;
  out["subscription_id"] = attempt.subscription;
  out["attempt"] = attempt.attempt;
  out["at"] = to_iso8601(attempt.at);
  out["took_ms"] = attempt.took.count();
  out["status"] = attempt.status;
  out["error"] = attempt.error.empty() ? json::value(nullptr) : json::value(attempt.error);
  return out;
}

Task<Result<std::vector<WebhookAttempt>>> attempts_of(AdminServices& services, TenantId tenant, std::vector<std::uint64_t> sequences) {
  if (services.webhook_attempts == nullptr || sequences.empty()) co_return std::vector<WebhookAttempt>();
  co_return co_await services.webhook_attempts->attempts_of(tenant, std::move(sequences));
}

}  // namespace

/// GET /admin/v1/messages/{id}/timeline   Everything that is known of a message, sent or received, in the order it was stored.
/// `complete` is false when retention has taken the beginning.
Task<Result<http::Response>> get_timeline(AdminServices& services, http::Request& request) {
  std::string text(request.param("id"));
  CO_TRY(auto subject, co_await find_subject(services, std::move(text)));
  CO_TRY(const auto events, co_await services.journal.events_about(subject.id));
  std::vector<std::uint64_t> sequences;
  for (const auto& event : events) sequences.push_back(event.sequence);
  CO_TRY(const auto attempts, co_await attempts_of(services, subject.tenant, std::move(sequences)));
  json::array steps;
  for (const auto& event : events) {
    auto step = step_of(event);
    json::array webhooks;
    for (const auto& attempt : attempts) {
      if (attempt.sequence == event.sequence) webhooks.push_back(render(attempt));
    }
    step["webhooks"] = std::move(webhooks);
    steps.push_back(std::move(step));
  }
  auto& out = subject.head;
  out["complete"] = !events.empty() && (events.front().kind == "message.accepted" || events.front().kind == "message.received");
  out["data"] = std::move(steps);
  co_return http::json_response(200, json::serialize(out));
}

}  // namespace wherry::api::admin

#include "api/meta_webhook/routes.h"

#include "api/meta_webhook/parse.h"
#include "api/meta_webhook/signature.h"
#include "base/log.h"

namespace wherry::api::meta_webhook {

namespace {

constexpr std::size_t max_challenge = 256;

/// Everything one door holds; shared by its two handlers and whoever reads its counters.
struct Door {
  explicit Door(MetaWebhookServices s) : services(s), secrets(s.channels, s.clock) {}
  MetaWebhookServices services;
  Secrets secrets;
  MetaWebhookCounters counters;
  std::atomic<std::uint64_t> bytes_in_memory{0};
};

/// A share of the memory for bodies, given back at the end of the request.
class Share {
 public:
  Share(Door& door, std::uint64_t bytes) : door_(door), bytes_(bytes) {
    granted_ = door_.bytes_in_memory.fetch_add(bytes_) + bytes_ <= door_.services.options.max_bodies_at_once;
  }
  Share(const Share&) = delete;
  Share& operator=(const Share&) = delete;
  ~Share() { door_.bytes_in_memory.fetch_sub(bytes_); }
  bool granted() const { return granted_; }

 private:
  Door& door_;
  std::uint64_t bytes_;
  bool granted_ = false;
};

http::Response closing(int status, std::string text) {
  auto response = http::text_response(status, std::move(text));
  response.close = true;  // the rest of the body is not worth reading
  return response;
}

http::Response come_again(Door& door) {
  ++door.counters.refused;
  auto response = http::text_response(503, "not stored, send again");
  response.headers.set("Retry-After", "5");
  return response;
}

http::Response unsigned_answer(Door& door, const http::Request& request) {
  ++door.counters.bad_signatures;
  log::warn("webhook_signature_refused", {{"request", request.id}, {"peer", request.peer}});
  return closing(401, "the signature is missing or wrong");
}

std::string hub_parameter(const std::string& query, std::string_view name) {
  auto value = http::query_value(query, "hub." + std::string(name));
  if (!value) value = http::query_value(query, "hub_" + std::string(name));
  return value.value_or("");
}

bool is_safe_challenge(std::string_view text) {
  return !text.empty() && text.size() <= max_challenge &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-") == std::string_view::npos;
}

Task<http::Response> verify(Door& door, http::Request& request) {
  const auto challenge = hub_parameter(request.query, "challenge");
  const bool subscribes = hub_parameter(request.query, "mode") == "subscribe";
  const bool known = door.secrets.knows_verify_token(hub_parameter(request.query, "verify_token"));
  if (!subscribes || !known) {
    log::warn("webhook_verification_refused", {{"request", request.id}, {"peer", request.peer}});
    co_return http::text_response(403, "the verify token is wrong");
  }
  if (!is_safe_challenge(challenge)) co_return http::text_response(400, "hub.challenge is missing or unusable");
  auto response = http::text_response(200, challenge);
  response.headers.set("X-Content-Type-Options", "nosniff");
  co_return response;
}

/// Decides whose events they are: only those of channels with the secret that signed them.
class Admission {
 public:
  Admission(Door& door, const Secret& signer) : door_(door), signer_(signer) {}

  std::vector<InboundEvent> admit(std::vector<InboundEvent> events) {
    std::vector<InboundEvent> admitted;
    admitted.reserve(events.size());
    for (auto& event : events) {
      if (std::visit([this](auto& e) { return is_theirs(e); }, event)) {
        admitted.push_back(std::move(event));
      } else {
        ++door_.counters.foreign_events;
      }
    }
    if (admitted.size() < events.size()) log::warn("webhook_events_of_another_app", {{"events", events.size() - admitted.size()}});
    return admitted;
  }

 private:
  bool is_theirs(const InboundMessage& message) { return may_speak_for(message.phone_number_id); }
  bool is_theirs(const StatusUpdate& status) { return may_speak_for(status.phone_number_id); }

  bool is_theirs(const LinkedEvent&) { return false; }  // none comes this way

  bool is_theirs(OtherEvent& event) {
    if (!event.phone_number_id.empty()) return may_speak_for(event.phone_number_id);
    if (event.waba_id.empty()) return adopt(event);
    const auto channel = door_.services.channels.find_by_waba_id(event.waba_id);
    if (!channel || has_secret(*channel, signer_)) return true;  // an unknown account is counted by the Inbox
    return adopt(event);
  }

  // Numbers nobody here has pass: the Inbox counts them.
  bool may_speak_for(const std::string& phone_number_id) {
    const auto channel = door_.services.channels.find_by_phone_number_id(phone_number_id);
    return !channel || has_secret(*channel, signer_);
  }

  /// Gives an event that names no number of the signer's a channel of the signer's: one of the same account, or, when it names no
  /// account either, any, provided that the secret is one tenant's alone.
  bool adopt(OtherEvent& event) {
    if (event.waba_id.empty()) ++door_.counters.unreadable;
    ChannelPtr adopter;
    for (const auto& channel : door_.services.channels.all()) {
      if (!has_secret(*channel, signer_)) continue;
      if (!event.waba_id.empty() && channel->waba_id != event.waba_id) continue;
      if (adopter && adopter->tenant != channel->tenant) {
        log::error("webhook_event_of_no_tenant", {{"field", event.field}, {"bytes", event.raw.size()}});
        return false;
      }
      if (!adopter) adopter = channel;
    }
    if (!adopter) return false;
    event.phone_number_id = adopter->phone_number_id;
    return true;
  }

  Door& door_;
  const Secret& signer_;
};

Task<http::Response> receive(Door& door, http::Request& request) {
  ++door.counters.posts;
  const auto signature = signature_in(request.headers);
  if (!signature) co_return unsigned_answer(door, request);
  const auto& options = door.services.options;
  const auto announced = request.body->content_length().value_or(options.max_body);
  if (announced > options.max_body) {
    ++door.counters.refused;
    co_return closing(413, "a webhook body has at most 3 MiB");
  }
  const Share share(door, announced);
  if (!share.granted()) {
    auto busy = come_again(door);
    busy.close = true;
    co_return busy;
  }
  auto body = co_await http::read_all(*request.body, options.max_body);
  if (!body) {
    ++door.counters.refused;
    const bool too_large = body.error().code == ErrorCode::too_large;
    co_return closing(too_large ? 413 : 400, too_large ? "a webhook body has at most 3 MiB" : "the body did not arrive whole");
  }
  const auto signer = door.secrets.signer_of(*body, *signature);
  if (!signer) co_return unsigned_answer(door, request);

  auto events = Admission(door, *signer).admit(parse_webhook(*body));
  auto stored = co_await door.services.inbox.receive(std::move(events));
  if (!stored) {
    log::error("webhook_not_stored",
               {{"request", request.id}, {"error", to_string(stored.error().code)}, {"detail", stored.error().detail}});
    co_return come_again(door);
  }
  co_return http::text_response(200, "EVENT_RECEIVED");
}

}  // namespace

std::shared_ptr<const MetaWebhookCounters> add_meta_webhook_routes(http::Router& router, MetaWebhookServices services) {
  auto door = std::make_shared<Door>(services);
  router.add(http::Method::get, "/webhooks/meta", [door](http::Request& request) { return verify(*door, request); });
  router.add(http::Method::post, "/webhooks/meta", [door](http::Request& request) { return receive(*door, request); });
  return {door, &door->counters};
}

}  // namespace wherry::api::meta_webhook

#include "api/webhooks/graph_format.h"

#include "base/bytes.h"
#include "base/json.h"

namespace wherry::api::webhooks {

namespace {

constexpr milliseconds timeout = seconds(15);

json::object contact_object(const ContactIdentity& from) {
  json::object contact;
  if (from.wa_id) contact["wa_id"] = from.wa_id->digits;
  if (from.bsuid) contact["user_id"] = *from.bsuid;
  json::object profile;
  if (from.profile_name) profile["name"] = *from.profile_name;
  if (from.username) profile["username"] = *from.username;
  contact["profile"] = std::move(profile);
  return contact;
}

// The raw object of a status or another event stands in the journal body, as text or as an object.
std::optional<json::value> raw_of(const json::object& body) {
  const auto* raw = json::find(body, "raw");
  if (raw == nullptr) return std::nullopt;
  if (!raw->is_string()) return *raw;
  auto parsed = json::parse(std::string_view(raw->get_string()));
  return parsed ? std::optional(std::move(*parsed)) : std::nullopt;
}

json::object value_frame(const Channel* channel) {
  json::object metadata;
  metadata["display_phone_number"] = channel != nullptr ? channel->display_number : "";
  metadata["phone_number_id"] = channel != nullptr ? channel->phone_number_id : "";
  json::object value;
  value["messaging_product"] = "whatsapp";
  value["metadata"] = std::move(metadata);
  return value;
}

struct Change {
  std::string field = "messages";
  json::value value;
};

std::optional<Change> change_of(const Channel* channel, const JournalItem& item) {
  Change change;
  auto value = value_frame(channel);
  if (item.inbound) {
    auto raw = json::parse(item.inbound->raw);
    if (!raw) return std::nullopt;
    value["contacts"] = json::array{contact_object(item.inbound->from)};
    value["messages"] = json::array{std::move(*raw)};
    change.value = std::move(value);
    return change;
  }
  auto body = json::parse(item.event.body);
  if (!body || !body->is_object()) return std::nullopt;
  auto raw = raw_of(body->get_object());
  if (!raw) return std::nullopt;
  if (item.event.kind == "message.status") {
    value["statuses"] = json::array{std::move(*raw)};
    change.value = std::move(value);
    return change;
  }
  if (auto field = json::find_string(body->get_object(), "field")) change.field = std::string(*field);
  change.value = std::move(*raw);
  return change;
}

}  // namespace

std::optional<WebhookCall> GraphFormat::render(const Subscription& subscription, const Channel* channel, const JournalItem& item,
                                               Timestamp) const {
  auto change = change_of(channel, item);
  if (!change) return std::nullopt;
  json::object entry;
  entry["id"] = channel != nullptr ? channel->waba_id : "";
  entry["changes"] = json::array{json::object{{"value", std::move(change->value)}, {"field", change->field}}};
  json::object body;
  body["object"] = "whatsapp_business_account";
  body["entry"] = json::array{std::move(entry)};

  WebhookCall call;
  call.url = subscription.url;
  call.body = json::serialize(body);
  call.timeout = timeout;
  call.headers = {{"Content-Type", "application/json"},
                  {"X-Hub-Signature-256", "sha256=" + to_hex(hmac_sha256(subscription.secret.reveal(), call.body))}};
  return call;
}

}  // namespace wherry::api::webhooks

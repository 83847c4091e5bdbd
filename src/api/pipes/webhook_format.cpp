#include "api/pipes/webhook_format.h"

#include <array>

#include "api/pipes/inbound_kinds.h"
#include "api/pipes/inbound_media.h"
#include "base/bytes.h"
#include "base/json.h"

namespace wherry::api::pipes {

namespace {

constexpr milliseconds timeout = seconds(10);
constexpr std::array<std::string_view, 9> told_types{"text",    "image",    "audio",    "video",   "document",
                                                     "sticker", "location", "contacts", "reaction"};

bool is_told(std::string_view type) { return std::find(told_types.begin(), told_types.end(), type) != told_types.end(); }

void copy_text(json::object& to, const json::object& from, std::string_view name) {
  if (auto text = json::find_string(from, name)) to[name] = *text;
}

json::object picked(const json::object& from, std::initializer_list<std::string_view> names) {
  json::object out;
  for (const auto name : names) {
    if (const auto* value = json::find(from, name)) out[name] = *value;
  }
  return out;
}

std::optional<json::value> reaction_object(const json::object& raw) {
  const auto given = reaction_in(raw);
  if (!given) return std::nullopt;
  json::object reaction{{"message_id", given->message_id}};
  if (!given->emoji.empty()) reaction["emoji"] = given->emoji;
  return reaction;
}

bool is_file(std::string_view type) { return type != "text" && type != "location" && type != "contacts" && type != "reaction"; }

// The member named like the type, reduced to what the contract lists; nullopt when Meta's object is not as expected.
std::optional<json::value> content_of(const InboundView& message, const json::object& raw) {
  if (message.type == "text") return json::object{{"body", message.text}};
  if (message.type == "contacts") {
    const auto* contacts = json::find_array(raw, "contacts");
    return contacts != nullptr ? std::optional<json::value>(*contacts) : std::nullopt;
  }
  if (message.type == "location") return location_object(raw);
  if (message.type == "reaction") return reaction_object(raw);
  const auto* content = json::find_object(raw, message.type);
  if (content == nullptr) return std::nullopt;
  auto media = picked(*content, {"id", "mime_type", "caption"});
  if (message.type == "document") copy_text(media, *content, "filename");
  return media;
}

json::object message_object(const InboundView& message) {
  json::object out;
  out["id"] = message.id.text();
  out["from"] = message.from.wa_id ? message.from.wa_id->digits : message.from.bsuid.value_or("");
  out["timestamp"] = to_iso8601(message.at);
  const auto raw = json::parse(message.raw);
  auto content = content_of(message, raw && raw->is_object() ? raw->get_object() : json::object());
  // A file is told by what we have ourselves, whatever became of WhatsApp's object.
  const bool told = is_told(message.type) && (content || is_file(message.type));
  out["type"] = told ? message.type : "unsupported";
  if (told && content) out[message.type] = std::move(*content);
  return out;
}

json::object contact_object(const InboundView& message, std::string_view from) {
  json::object profile;
  if (message.from.profile_name) profile["name"] = *message.from.profile_name;
  return {{"profile", std::move(profile)}, {"wa_id", from}};
}

}  // namespace

std::optional<WebhookCall> PipesWebhookFormat::render(const Subscription& subscription, const Channel* channel, const JournalItem& item,
                                                      Timestamp) const {
  if (!item.inbound || !item.event.conversation) return std::nullopt;
  const auto& message = *item.inbound;
  const auto number = item.event.channel ? item.event.channel->text() : std::string();
  auto told = message_object(message);
  const std::string from(told["from"].as_string());

  json::object value;
  value["messaging_product"] = "whatsapp";
  value["metadata"] = {{"display_phone_number", "+" + (channel != nullptr ? channel->display_number : "")}, {"phone_number_id", number}};
  value["messages"] = json::array{std::move(told)};
  value["contacts"] = json::array{contact_object(message, from)};
  json::object pipes{{"conversationId", item.event.conversation->text()}, {"poolNumberId", number}};
  if (channel != nullptr && !channel->name.empty()) pipes["label"] = channel->name;
  if (message.file != InboundView::File::none) pipes["media"] = media_object(message);
  json::object body;
  body["object"] = "whatsapp_business_account";
  body["entry"] =
      json::array{json::object{{"id", number}, {"changes", json::array{json::object{{"field", "messages"}, {"value", std::move(value)}}}}}};
  body["pipes"] = std::move(pipes);

  WebhookCall call;
  call.url = subscription.url;
  call.body = json::serialize(body);
  call.timeout = timeout;
  call.headers = {{"Content-Type", "application/json"}};
  if (!subscription.secret.empty()) {
    call.headers.emplace_back("X-Pipes-Signature", to_hex(hmac_sha256(subscription.secret.reveal(), call.body)));
  }
  return call;
}

}  // namespace wherry::api::pipes

#include "api/meta_webhook/message.h"

#include <charconv>

#include "domain/content.h"
#include "domain/inbound_content.h"

namespace wherry::api::meta_webhook {

namespace {

constexpr std::size_t max_user_id = 160;

std::optional<std::string> user_id(const json::object& parent, std::string_view name) {
  auto text = text_in(parent, name);
  const bool plain = text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-:@") == std::string::npos;
  if (text.empty() || text.size() > max_user_id || !plain) return std::nullopt;
  return text;
}

std::optional<WaId> number(const json::object& parent, std::string_view name) {
  const auto text = text_in(parent, name);
  return text.empty() ? std::nullopt : parse_wa_id(text);
}

ContactIdentity identity_of(const json::object& message, const Contacts& contacts) {
  ContactIdentity identity;
  identity.wa_id = number(message, "from");
  identity.bsuid = user_id(message, "from_user_id");
  identity.parent_bsuid = user_id(message, "from_parent_user_id");
  const auto* contact = contacts.find(identity.wa_id, identity.bsuid);
  if (contact == nullptr) return identity;
  if (!identity.wa_id) identity.wa_id = number(*contact, "wa_id");
  if (!identity.bsuid) identity.bsuid = user_id(*contact, "user_id");
  if (!identity.parent_bsuid) identity.parent_bsuid = user_id(*contact, "parent_user_id");
  if (const auto* profile = json::find_object(*contact, "profile")) {
    if (auto name = text_in(*profile, "name"); !name.empty()) identity.profile_name = std::move(name);
    auto username = text_in(*profile, "username");
    if (username.starts_with('@')) username.erase(0, 1);
    if (!username.empty()) identity.username = std::move(username);
  }
  return identity;
}

std::optional<InboundMedia> media_of(const json::object& content) {
  InboundMedia media;
  media.remote_id = text_in(content, "id");
  media.mime_type = text_in(content, "mime_type");
  if (media.remote_id.empty() || media.mime_type.empty()) return std::nullopt;
  media.sha256_base64 = text_in(content, "sha256");
  media.file_name = text_in(content, "filename");
  return media;
}

// Of a reaction it stands in the content, of an answer or a tap beside it.
std::string reply_to_of(const json::object& message) {
  for (const auto& [part, name] : {std::pair("reaction", "message_id"), std::pair("context", "id")}) {
    const auto* object = json::find_object(message, part);
    auto id = object == nullptr ? std::string() : text_in(*object, name);
    if (!id.empty() && id.size() <= max_wamid_bytes) return id;
  }
  return {};
}

}  // namespace

Contacts::Contacts(std::vector<json::value> people) : people_(std::move(people)) {
  for (const auto& person : people_) {
    const auto* contact = person.if_object();
    if (contact == nullptr) continue;
    if (const auto wa_id = number(*contact, "wa_id")) by_number_.emplace(contact_key(*wa_id), contact);
    if (auto user = user_id(*contact, "user_id")) by_user_.emplace(std::move(*user), contact);
  }
}

const json::object* Contacts::find(const std::optional<WaId>& from, const std::optional<std::string>& from_user) const {
  if (from) {
    const auto found = by_number_.find(contact_key(*from));
    if (found != by_number_.end()) return found->second;
  }
  if (from_user) {
    const auto found = by_user_.find(*from_user);
    if (found != by_user_.end()) return found->second;
  }
  const bool names_nobody = !from && !from_user;
  return names_nobody && people_.size() == 1 ? people_.front().if_object() : nullptr;
}

std::string text_in(const json::object& parent, std::string_view name) {
  return without_nul(std::string(json::find_string(parent, name).value_or("")));
}

std::string without_nul(std::string text) {
  for (auto at = text.find('\0'); at != std::string::npos; at = text.find('\0', at)) text.replace(at, 1, "\xef\xbf\xbd");
  return text;
}

Timestamp timestamp_in(const json::object& parent) {
  constexpr std::int64_t first_millis = 100'000'000'000;  // as seconds: the year 5138
  constexpr std::int64_t last_millis = 4'102'444'800'000;
  const auto* member = json::find(parent, "timestamp");
  if (member == nullptr) return {};
  std::int64_t value = 0;
  if (member->is_int64()) {
    value = member->get_int64();
  } else if (member->is_string()) {
    const auto& text = member->get_string();
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return {};
  }
  if (value <= 0 || value > last_millis) return {};
  return from_unix_millis(value < first_millis ? value * 1000 : value);
}

std::optional<InboundMessage> to_message(std::string_view phone_number_id, const Contacts& contacts, Readable element) {
  const auto* object = element.value.if_object();
  if (object == nullptr || json::find(*object, "group_id") != nullptr) return std::nullopt;
  InboundMessage message;
  message.wamid = text_in(*object, "id");
  message.from = identity_of(*object, contacts);
  if (message.wamid.empty() || (!message.from.wa_id && !message.from.bsuid)) return std::nullopt;
  message.phone_number_id = phone_number_id;
  message.at = timestamp_in(*object);
  message.type = text_in(*object, "type");
  if (const auto* content = message.type.empty() ? nullptr : json::find_object(*object, message.type)) {
    message.text = text_in(*content, message.type == "text" ? "body" : "caption");
    message.media = media_of(*content);
  }
  message.reply_to = reply_to_of(*object);
  if (message.type == "interactive" || message.type == "button") {
    const auto tapped = read_inbound_content(message.type, *object);
    if (const auto* reply = std::get_if<InboundReply>(&tapped.what)) message.text = without_nul(reply->title);
  }
  message.raw = std::move(element.raw);
  return message;
}

}  // namespace wherry::api::meta_webhook

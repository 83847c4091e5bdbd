#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/meta_webhook/readable_json.h"
#include "domain/inbound.h"

namespace wherry::api::meta_webhook {

/// value.contacts, findable by number (any variant of it) and by user id.
class Contacts {
 public:
  explicit Contacts(std::vector<json::value> people);
  /// The one a message is from; the only one there is when the message names nobody. nullptr when none fits.
  const json::object* find(const std::optional<WaId>& from, const std::optional<std::string>& from_user) const;

 private:
  std::vector<json::value> people_;
  std::unordered_map<std::string, const json::object*> by_number_;
  std::unordered_map<std::string, const json::object*> by_user_;
};

/// One element of value.messages[].
/// nullopt when it cannot be a message of a conversation: no id, nobody it is from, or a group's.
/// Source: Cloud API webhooks "messages"; presence rules of business-scoped user ids.
std::optional<InboundMessage> to_message(std::string_view phone_number_id, const Contacts& contacts, Readable element);

/// One element of value.statuses[]; nullopt without id or status.
std::optional<StatusUpdate> to_status(std::string_view phone_number_id, Readable element);

/// Seconds (or milliseconds) since 1970 as decimal text or number; the epoch itself when it is neither.
Timestamp timestamp_in(const json::object& parent);
/// NUL becomes U+FFFD.
std::string without_nul(std::string text);
/// The member's text with NUL made U+FFFD; "" when absent, null or no string.
std::string text_in(const json::object& parent, std::string_view name);

}  // namespace wherry::api::meta_webhook

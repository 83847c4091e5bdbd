#include <limits>

#include "api/meta_webhook/message.h"

namespace wherry::api::meta_webhook {

namespace {

/// Whom the status is about: in a group the participant, under either of the names Meta uses, else the number or user id.
std::string recipient_of(const json::object& status) {
  for (const std::string_view name :
       {"recipient_participant_id", "participant_recipient_id", "recipient_participant_user_id", "recipient_id", "recipient_user_id"}) {
    if (auto text = text_in(status, name); !text.empty()) return text;
  }
  return {};
}

std::optional<UpstreamError> error_of(const json::object& status) {
  const auto* errors = json::find_array(status, "errors");
  if (errors == nullptr || errors->empty()) return std::nullopt;
  const auto* first = errors->front().if_object();
  if (first == nullptr) return std::nullopt;
  UpstreamError error;
  const auto* code = json::find(*first, "code");
  if (code != nullptr && code->is_int64() && code->get_int64() > 0 && code->get_int64() <= std::numeric_limits<int>::max()) {
    error.code = static_cast<int>(code->get_int64());
  }
  error.title = text_in(*first, "title");
  if (error.title.empty()) error.title = text_in(*first, "message");
  if (const auto prefix = "(#" + std::to_string(error.code) + ") "; error.title.starts_with(prefix)) error.title.erase(0, prefix.size());
  if (const auto* data = json::find_object(*first, "error_data")) error.details = text_in(*data, "details");
  return error;
}

}  // namespace

std::optional<StatusUpdate> to_status(std::string_view phone_number_id, Readable element) {
  const auto* object = element.value.if_object();
  if (object == nullptr) return std::nullopt;
  StatusUpdate status;
  status.wamid = text_in(*object, "id");
  status.status = text_in(*object, "status");
  if (status.wamid.empty() || status.status.empty()) return std::nullopt;
  status.phone_number_id = phone_number_id;
  status.recipient = recipient_of(*object);
  status.message = MessageId::parse(text_in(*object, "biz_opaque_callback_data"));
  status.at = timestamp_in(*object);
  status.error = error_of(*object);
  status.raw = std::move(element.raw);
  return status;
}

}  // namespace wherry::api::meta_webhook

#include <algorithm>
#include <array>

#include "simulator/graph/send_draft.h"

namespace wherry::sim {
namespace {

constexpr std::array<std::string_view, 14> message_types{"audio",    "button", "contacts", "document", "hsm",      "image", "interactive",
                                                         "location", "pin",    "reaction", "sticker",  "template", "text",  "video"};
constexpr std::string_view type_choices =
    "AUDIO, CONTACTS, DOCUMENT, IMAGE, INTERACTIVE, LOCATION, PIN, REACTION, STICKER, TEMPLATE, TEXT, VIDEO";

bool is_phone_character(char c) { return (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '(' || c == ')' || c == ' '; }

/// Digits of a phone number as people write it; empty when it is none.
std::string phone_digits(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (!is_phone_character(c)) return {};
    if (c >= '0' && c <= '9') digits += c;
  }
  if (digits.size() < 5 || digits.size() > 15) return {};
  return digits;
}

Failure check_product(const json::object& body, const json::object& params) {
  auto product = json::find(body, "messaging_product");
  if (!product) product = json::find(params, "messaging_product");
  const ParamPath at{nullptr, "messaging_product"};
  if (!product) return required(at);
  const std::string_view text = product->is_string() ? std::string_view(product->get_string()) : std::string_view();
  if (text.empty()) return required(at);
  if (!http::equal_ignoring_case(text, "whatsapp")) return not_one_of("messaging_product", "WHATSAPP", text);
  return std::nullopt;
}

Failure check_recipient(const Call& call, SendDraft& draft) {
  const json::object& body = *draft.body;
  const std::string to = scalar_of(body, "to"), recipient = scalar_of(body, "recipient");
  if (to.empty() && recipient.empty()) return required(ParamPath{nullptr, "to"});

  const auto* given_kind = json::find(body, "recipient_type");
  const std::string kind = given_kind ? scalar_of(body, "recipient_type") : "individual";
  const bool group = http::equal_ignoring_case(kind, "group");
  if (!group && !http::equal_ignoring_case(kind, "individual")) return not_one_of("recipient_type", "INDIVIDUAL, GROUP", kind);

  draft.input = to.empty() ? recipient : to;
  if (!to.empty()) {
    draft.wa_id = phone_digits(to);
    if (group == draft.wa_id.empty()) {
      if (group) draft.group_id = to;
      return std::nullopt;
    }
    if (group) return parameter_error("Invalid parameter", "Parameter 'recipient_type' does not match the recipient in 'to'");
    return not_valid("Recipient phone number is not valid: " + to.substr(0, 64));
  }
  if (group) return parameter_error("Invalid parameter", "Parameter 'recipient_type' does not match the recipient in 'recipient'");
  auto wa_id = wa_id_of_bsuid(call.world().portfolio_of(*draft.number), recipient);
  if (!wa_id) return not_valid("Recipient is not a valid business-scoped user ID: " + recipient.substr(0, 64));
  draft.wa_id = std::move(*wa_id);
  draft.bsuid = recipient;
  return std::nullopt;
}

}  // namespace

bool is_message_type(std::string_view type) {
  return type != "button" && type != "hsm" && std::find(message_types.begin(), message_types.end(), type) != message_types.end();
}

Failure check_envelope(const Call& call, SendDraft& draft) {
  const json::object& body = *draft.body;
  if (auto failure = check_product(body, call.params)) return failure;
  if (auto failure = check_recipient(call, draft)) return failure;

  const auto* type = json::find(body, "type");
  if (type && !type->is_string()) return not_one_of("type", type_choices, scalar_of(body, "type"));
  draft.type = type ? std::string_view(type->get_string()) : std::string_view("text");
  if (!is_message_type(draft.type)) return not_one_of("type", type_choices, draft.type);

  const auto* content = json::find(body, draft.type);
  const bool fits = content && (draft.type == "contacts" ? content->is_array() : content->is_object());
  if (!fits) {
    const std::string name(draft.type);
    return parameter_error("Invalid parameter", "Parameter '" + name + "' is mandatory for type '" + name + "'");
  }
  if (content->is_object()) draft.content = &content->get_object();

  if (const auto* opaque = json::find(body, "biz_opaque_callback_data")) {
    const ParamPath at{nullptr, "biz_opaque_callback_data"};
    if (!opaque->is_string()) return parameter_error("Param biz_opaque_callback_data must be a string.");
    if (opaque->get_string().size() > 512) return too_long(at, 512);
  }
  if (const auto* context = json::find(body, "context")) {
    if (!context->is_object() || text_of(context->get_object(), "message_id").empty()) {
      return required(ParamPath{nullptr, "context"}.child("message_id"));
    }
  }
  if (json::find(body, "direct_send_config") || (draft.type != "template" && json::find(body, "category"))) {
    return parameter_error("Invalid parameter", "This business is not eligible for Direct Send");
  }
  return std::nullopt;
}

}  // namespace wherry::sim

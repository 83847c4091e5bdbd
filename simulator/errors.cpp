#include "simulator/errors.h"

#include <algorithm>

#include "simulator/ascii_json.h"

namespace wherry::sim {
namespace {

struct Row {
  int code;
  int http;
  std::string_view title;
  std::string_view details;
};

// Sorted by code. HTTP statuses are the ones published in November 2025; codes that only travel by webhook have 400.
constexpr Row table[] = {
    {0, 401, "AuthException", ""},
    {1, 400, "API Unknown", ""},
    {2, 503, "API Service", ""},
    {3, 500, "API Method", ""},
    {4, 400, "Application request limit reached", ""},
    {10, 403, "Permission Denied", ""},
    {33, 400, "Parameter value is not valid", ""},
    {100, 400, "Invalid parameter", ""},
    {104, 401, "An access token is required to request this resource.", ""},
    {190, 401, "Invalid OAuth access token.", ""},
    {200, 403, "Provide valid app ID", ""},
    {368, 403, "Temporarily blocked for policies violations",
     "The WhatsApp Business Account associated with the app has been restricted or disabled for violating a platform policy."},
    {613, 429, "Calls to this api have exceeded the rate limit.", ""},
    {1026, 400, "Receiver Incapable", ""},
    {2500, 400, "An active access token must be used to query information about the current user.", ""},
    {80007, 400, "Rate limit issues", "The WhatsApp Business Account has reached its rate limit."},
    {130403, 400, "Business has blocked the user", "Message was not sent because this business has blocked the user."},
    {130429, 400, "Rate limit hit", "Cloud API message throughput has been reached."},
    {130472, 400, "User's number is part of an experiment",
     "Failed to send message because this user's phone number is part of an experiment"},
    {130497, 403, "Business account is restricted from messaging users in this country",
     "Business account is restricted from messaging users in this country."},
    {131000, 500, "Something went wrong", "Message failed to send due to an unknown error."},
    {131002, 400, "Recipient type unsupported", "The recipient type is not supported."},
    {131005, 403, "Access denied", "Permission is either not granted or has been removed."},
    {131008, 400, "Required parameter is missing", "The request is missing a required parameter."},
    {131009, 400, "Parameter value is not valid", "One or more parameter values are invalid."},
    {131016, 500, "Service unavailable", "A service is temporarily unavailable."},
    {131020, 400, "Group is not valid", "The group has a single member."},
    {131021, 400, "Recipient cannot be sender", "Sender and recipient phone number is the same."},
    {131026, 400, "Message undeliverable", "Unable to deliver message."},
    {131030, 400, "Recipient phone number not in allowed list",
     "Recipient phone number not in allowed list: Add recipient phone number to recipient list and try again."},
    {131031, 403, "Business Account locked", "The account has been restricted or disabled for violating a platform policy."},
    {131035, 400, "Message dropped", "An incoming message could not be delivered by webhook within its retention time."},
    {131036, 400, "Message payload expired", "The message could no longer be fetched by the device."},
    {131037, 400, "Display name approval needed", "The 555 business number needs display name approval before messages can be sent."},
    {131041, 400, "Group is unknown", "The group does not exist or this number is not part of it."},
    {131042, 400, "Business eligibility payment issue",
     "Message failed to send because there were one or more errors related to your payment method."},
    {131044, 400, "Business eligibility payment issue", "The call failed because of an issue with your payment method."},
    {131045, 500, "Incorrect certificate", "Message failed to send due to a phone number registration error."},
    {131047, 400, "Re-engagement message",
     "Message failed to send because more than 24 hours have passed since the customer last replied to this number."},
    {131048, 400, "Spam rate limit hit",
     "Message failed to send because there are restrictions on how many messages can be sent from this phone number."},
    {131049, 400, "This message was not delivered to maintain healthy ecosystem engagement.",
     "In order to maintain a healthy ecosystem engagement, the message failed to be delivered."},
    {131050, 400,
     "Unable to deliver the message. This recipient has chosen to stop receiving marketing messages on WhatsApp from your business",
     "The recipient has stopped marketing messages from your business."},
    {131051, 400, "Unsupported message type", "Message type is not currently supported."},
    {131052, 400, "Media download error", "Unable to download the media sent by the user."},
    {131053, 400, "Media upload error", "Unable to upload the media used in the message."},
    {131055, 400, "Method not allowed", "This method is not allowed for this phone number."},
    {131056, 400, "(Business Account, Consumer Account) pair rate limit hit",
     "Message failed to send because there were too many messages sent from this phone number to the same phone number in a short period "
     "of time."},
    {131057, 500, "Account in maintenance mode", "Business Account is in maintenance mode."},
    {131059, 400, "Invalid cursor", "The cursor is not valid."},
    {131060, 400, "This message is currently unavailable.", "This message is unavailable."},
    {131062, 400, "Business-scoped User ID (BSUID) recipients are not supported for this message.",
     "This message needs a phone number as recipient."},
    {131063, 400, "Marketing templates are disabled on Cloud API",
     "Marketing template messages of this account must use the Marketing Messages API."},
    {131064, 400, "Messaging limit reached because of template classification violations", ""},
    {131207, 403, "Group suspended", "The group is suspended."},
    {131208, 429, "Group rate limit hit", "Too many group requests."},
    {132000, 400, "Number of parameters does not match the expected number of params", ""},
    {132001, 404, "Template name does not exist in the translation", ""},
    {132005, 400, "Template hydrated text too long", "The translated text is too long."},
    {132007, 400, "Template Format Character Policy Violated", "The template content violates a WhatsApp policy."},
    {132008, 400, "Template Param Value Invalid", ""},
    {132012, 400, "Parameter format does not match format in the created template", ""},
    {132015, 400, "Template is Paused", "Template is paused due to low quality so it cannot be sent in a template message."},
    {132016, 400, "Template is Disabled", "Template has been paused too many times due to low quality and is now permanently disabled."},
    {132018, 400, "Template parameter validation error", ""},
    {132068, 400, "Flow is in blocked state", "Flow is in blocked state."},
    {132069, 400, "Flow is in throttled state", "Flow is in throttled state."},
    {133000, 500, "Incomplete Deregistration", "A previous deregistration attempt failed."},
    {133004, 503, "Server Temporarily Unavailable", "Server is temporarily unavailable."},
    {133005, 400, "Two step verification PIN Mismatch", "The two-step verification PIN is incorrect."},
    {133006, 400, "Phone number Re-Verification Needed", "Phone number needs to be verified before registering."},
    {133008, 400, "Too Many two step verification PIN Guesses", "Too many two-step verification PIN guesses for this phone number."},
    {133009, 400, "Two step verification PIN Guessed Too Fast", "Two-step verification PIN was entered too quickly."},
    {133010, 400, "Account not registered", "Phone number not registered on the Whatsapp Business Platform."},
    {133015, 400, "Please wait a few minutes before attempting to register this phone number", "The phone number was recently deleted."},
    {133016, 400, "Account register deregister rate limit exceeded",
     "Too many registrations or deregistrations of this phone number in 72 hours."},
    {134011, 400, "WhatsApp Payments terms of service has not been accepted", ""},
    {134100, 400, "Only marketing messages supported", ""},
    {134101, 400, "Template is syncing", ""},
    {134102, 500, "Template unavailable for use", ""},
    {135000, 400, "Generic user error", "Message failed to send because of an unknown error with your request parameters."},
    {137000, 400, "Recipient identity key hash mismatch", "The recipient's identity key hash does not match."},
    {138000, 401, "Calling not enabled", ""},
    {138006, 401, "No call permission", ""},
    {138009, 400, "Call permission request limit hit", ""},
    {139200, 400, "Direct Send is not available", ""},
    {2388019, 400, "Message template limit reached", ""},
    {2388024, 400, "Content in this language already exists", ""},
    {2388039, 400, "Message template cannot be changed now", ""},
};

const Row* find_row(int code) {
  const auto found =
      std::lower_bound(std::begin(table), std::end(table), code, [](const Row& row, int wanted) { return row.code < wanted; });
  return found != std::end(table) && found->code == code ? found : nullptr;
}

}  // namespace

bool is_known_code(int code) { return find_row(code) != nullptr; }

GraphError graph_error(int code, std::string details) {
  GraphError error;
  error.code = code;
  const Row* row = find_row(code);
  error.http = row ? row->http : 400;
  error.title = row ? std::string(row->title) : "Something went wrong";
  error.details = details.empty() && row ? std::string(row->details) : std::move(details);
  if (code == 190 || code == 104 || code == 2500) {
    error.message = error.title;  // prose, without the code in front
  } else {
    error.message = "(#" + std::to_string(code) + ") " + error.title;
  }
  return error;
}

GraphError parameter_error(std::string_view text, std::string details) {
  GraphError error = graph_error(100, std::move(details));
  error.title = text;
  error.message = "(#100) ";
  error.message += text;
  return error;
}

std::string error_body(const GraphError& error, std::string_view trace_id) {
  std::string out;
  out.reserve(400);
  AsciiWriter writer(out);
  writer.open('{').key("error").open('{');
  writer.member("message", error.message).member("type", error.type).key("code").number(error.code);
  if (!error.details.empty()) {
    writer.key("error_data").open('{').member("messaging_product", "whatsapp").member("details", error.details).close('}');
  }
  if (error.subcode != 0) writer.key("error_subcode").number(error.subcode);
  if (error.transient) writer.key("is_transient").boolean(true);
  writer.member_if("error_user_title", error.user_title).member_if("error_user_msg", error.user_message);
  writer.member("fbtrace_id", trace_id).close('}').close('}');
  return out;
}

std::string webhook_error(const GraphError& error) {
  std::string out;
  AsciiWriter writer(out);
  writer.open('{').key("code").number(error.code).member("title", error.title).member("message", error.title);
  if (!error.details.empty()) writer.key("error_data").open('{').member("details", error.details).close('}');
  writer.member("href", "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/").close('}');
  return out;
}

}  // namespace wherry::sim

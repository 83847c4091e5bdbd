#pragma once

#include "simulator/graph/call.h"

namespace wherry::sim {

// Every handler below runs after authentication, with call.params filled in, unless it says otherwise.

/// GET, POST /{number} and its edges: whatsapp_business_profile, settings, register, deregister, request_code, verify_code, block_users.
/// nullopt: no such edge.
Task<std::optional<http::Response>> number_route(Call& call, Registry<Number>::Ptr number);
/// GET /{waba} and its edges: phone_numbers, message_templates, subscribed_apps.
Task<std::optional<http::Response>> waba_route(Call& call, Registry<Waba>::Ptr waba);
/// GET, POST /{template}.
Task<std::optional<http::Response>> template_route(Call& call, Registry<Template>::Ptr value);
/// GET /{app}; POST, GET, DELETE /{app}/subscriptions.
Task<std::optional<http::Response>> app_route(Call& call, Registry<App>::Ptr app);

http::Response list_templates(Call& call, const Waba& waba);
http::Response create_template(Call& call, const Waba& waba);
http::Response delete_templates(Call& call, const Waba& waba);
Task<http::Response> subscribed_apps(Call& call, Registry<Waba>::Ptr waba);
http::Response profile(Call& call, const Number& number);
http::Response block_users(Call& call, const Number& number);
http::Response show_me(Call& call);
http::Response debug_token(Call& call);
/// GET, POST /oauth/access_token: takes the app's secret instead of a token.
Task<http::Response> exchange_code(Call& call);

/// GET, DELETE /{media}.
http::Response media_node(Call& call, const MediaItem& item);
/// POST /{number}/media: authenticates itself, since the body streams. Takes multipart/form-data with a `file` part.
Task<http::Response> upload_media(Call& call);
/// GET /whatsapp_business/attachments/: authenticates itself; every failure is 404.
http::Response download_media(Call& call);

/// POST /{app}/uploads begins a resumable upload.
http::Response start_upload(Call& call);
/// POST, GET /upload:…: authenticates itself, since the body is raw bytes.
Task<http::Response> continue_upload(Call& call);

/// The verification GET of a callback that is being set: 100 when it fails.
Task<Failure> verify_callback(Call& call, std::string url, std::string verify_token);

/// 80007 when the app's hourly budget on this WABA is used up; otherwise counts the call.
Failure take_management_budget(const Call& call, const Waba& waba);
/// Adds X-Business-Use-Case-Usage.
void add_usage(const Call& call, const Waba& waba, http::Response& response);

}  // namespace wherry::sim

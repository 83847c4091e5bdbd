#include "api/admin/routes.h"

#include "api/admin/operations.h"
#include "api/admin/problem.h"
#include "base/bytes.h"

namespace wherry::api::admin {

namespace {

bool is_admin(const AdminServices& services, const http::Request& request) {
  constexpr std::string_view scheme = "Bearer ";
  const auto header = request.headers.find("Authorization");
  if (!header || services.admin_key.empty() || !header->starts_with(scheme)) return false;
  return constant_time_equal(header->substr(scheme.size()), services.admin_key.reveal());
}

Task<http::Response> perform(AdminServices& services, Operation operation, http::Request& request) {
  if (!is_admin(services, request)) {
    const Error refused{ErrorCode::unauthenticated, "The admin key is missing or wrong"};
    auto response = problem(refused, request.path);
    response.headers.add("WWW-Authenticate", "Bearer");
    co_return response;
  }
  auto result = co_await operation(services, request);
  if (!result) co_return problem(result.error(), request.path);
  co_return std::move(*result);
}

Task<Result<http::Response>> unknown_path(AdminServices&, http::Request&) { co_return Error{ErrorCode::not_found, "No such admin call"}; }

}  // namespace

void add_admin_routes(http::Router& router, AdminServices& services) {
  auto add = [&](http::Method method, std::string_view pattern, Operation operation) {
    router.add(method, pattern, [&services, operation](http::Request& request) { return perform(services, operation, request); });
  };
  using enum http::Method;
  add(post, "/admin/v1/tenants", create_tenant);
  add(get, "/admin/v1/tenants", list_tenants);
  add(get, "/admin/v1/tenants/{id}", get_tenant);
  add(patch, "/admin/v1/tenants/{id}", change_tenant);
  add(post, "/admin/v1/keys", create_key);
  add(get, "/admin/v1/keys", list_keys);
  add(patch, "/admin/v1/keys/{id}", change_key);
  add(delete_, "/admin/v1/keys/{id}", revoke_key);
  add(post, "/admin/v1/keys/{id}/rotate", rotate_key);
  add(post, "/admin/v1/channels", add_channel);
  add(get, "/admin/v1/channels", list_channels);
  add(get, "/admin/v1/channels/{id}", get_channel);
  add(patch, "/admin/v1/channels/{id}", change_channel);
  add(delete_, "/admin/v1/channels/{id}", remove_channel);
  add(post, "/admin/v1/channels/{id}/check", check_channel);
  add(get, "/admin/v1/channels/{id}/templates", list_templates);
  add(post, "/admin/v1/channels/{id}/templates", create_template);
  add(post, "/admin/v1/channels/{id}/sync-templates", sync_templates);
  add(get, "/admin/v1/channels/{id}/templates/{template}", get_template);
  add(patch, "/admin/v1/channels/{id}/templates/{template}", edit_template);
  add(delete_, "/admin/v1/channels/{id}/templates/{template}", remove_template);
  add(get, "/admin/v1/conversations", list_conversations);
  add(get, "/admin/v1/messages", list_messages);
  add(post, "/admin/v1/messages", send_message);
  add(get, "/admin/v1/messages/{id}", get_message);
  add(delete_, "/admin/v1/messages/{id}", cancel_message);
  add(get, "/admin/v1/messages/{id}/timeline", get_timeline);
  add(get, "/admin/v1/events", list_events);
  add(get, "/admin/v1/events/stream", stream_events);
  add(get, "/admin/v1/audit", audit);
  add(post, "/admin/v1/subscriptions", create_subscription);
  add(get, "/admin/v1/subscriptions", list_subscriptions);
  add(get, "/admin/v1/subscriptions/{id}", get_subscription);
  add(patch, "/admin/v1/subscriptions/{id}", change_subscription);
  add(delete_, "/admin/v1/subscriptions/{id}", remove_subscription);
  add(post, "/admin/v1/subscriptions/{id}/test", test_subscription);
  add(get, "/admin/v1/subscriptions/{id}/dead-letters", list_dead_letters);
  add(post, "/admin/v1/subscriptions/{id}/replay", replay_subscription);
  add(get, "/admin/v1/consents", list_consents);
  add(put, "/admin/v1/consents", put_consents);
  add(delete_, "/admin/v1/consents", remove_consent);
  add(post, "/admin/v1/sources", create_source);
  add(get, "/admin/v1/sources", list_sources);
  add(delete_, "/admin/v1/sources/{id}", remove_source);
  router.fallback("/admin/", [&services](http::Request& request) { return perform(services, unknown_path, request); });
}

}  // namespace wherry::api::admin

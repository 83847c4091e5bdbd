#include <algorithm>

#include "api/magpipe/errors.h"
#include "api/magpipe/operations.h"
#include "api/magpipe/wire.h"
#include "base/bytes.h"

namespace wherry::api::magpipe {

namespace {

constexpr std::size_t longest_name = 64;
constexpr std::string_view bad_url = "Invalid webhook URL. Must be a valid HTTP/HTTPS URL.";

json::value text_or_null(const std::optional<Subscription>& webhook, std::string text) {
  return webhook ? json::value(std::move(text)) : json::value(nullptr);
}
json::value url_of(const std::optional<Subscription>& webhook) { return text_or_null(webhook, webhook ? webhook->url : ""); }
json::value secret_of(const std::optional<Subscription>& webhook) { return text_or_null(webhook, webhook ? webhook->secret.reveal() : ""); }

// The URL in the body: empty when there is none. Errors: invalid_argument.
Result<std::string> url_in(const json::value& body) {
  const auto* member = json::find(body.get_object(), "webhook_url");
  if (member == nullptr) return std::string();
  if (!member->is_string()) return Error{ErrorCode::invalid_argument, std::string(bad_url)};
  std::string url(member->get_string());
  if (!url.empty()) {
    TRY_VOID(Webhooks::check_url(url));
  }
  return url;
}

// A key of the caller's tenant and of this door; nullopt when there is none.
Task<Result<std::optional<ApiKey>>> own_key(const MagpipeServices& services, TenantId tenant, std::string text) {
  auto id = KeyId::parse(text);
  const auto uuid = from_uuid(text);
  if (uuid) id = KeyId{*uuid};
  if (!id) co_return std::optional<ApiKey>();
  auto key = co_await services.access.find_key(*id);
  if (!key && key.error().code == ErrorCode::not_found) co_return std::optional<ApiKey>();
  if (!key) co_return key.error();
  if (key->tenant != tenant || key->style != "magpipe") co_return std::optional<ApiKey>();
  co_return std::optional<ApiKey>(std::move(*key));
}

Task<Result<http::Response>> generate(const MagpipeServices& services, json::value body, Principal caller) {
  auto name = text_in(body, "name");
  if (!name) co_return error_response(400, "Key name is required");
  if (!is_clean_utf8(*name) || count_code_points(*name) > longest_name) {
    co_return error_response(400, "Key name must be at most 64 characters");
  }
  auto url = url_in(body);
  if (!url) co_return error_response(400, bad_url);
  NewKey wanted;
  wanted.tenant = caller.tenant;
  wanted.style = "magpipe";
  wanted.label = std::move(*name);
  wanted.scopes = caller.scopes;
  auto issued = co_await services.access.create_key(std::move(wanted));
  if (!issued && issued.error().code == ErrorCode::already_exists) co_return error_response(400, issued.error().message);
  if (!issued) co_return issued.error();
  std::optional<Subscription> webhook;
  if (!url->empty()) {
    KeyWebhooks webhooks(services.access, services.webhooks);
    auto made = co_await webhooks.set(issued->record, WebhookFormat::magpipe, std::move(*url));
    if (!made) {
      CO_TRY_VOID(co_await services.access.revoke_key(issued->record.id));
      co_return made.error();
    }
    webhook = std::move(*made);
  }
  json::object answer;
  answer["key"] = issued->key.reveal();
  answer["id"] = to_uuid(issued->record.id.raw);
  answer["name"] = issued->record.label;
  answer["key_prefix"] = issued->record.prefix;
  answer["created_at"] = to_iso8601(issued->record.created_at);
  answer["webhook_secret"] = secret_of(webhook);
  co_return http::json_response(200, json::serialize(answer));
}

Task<Result<http::Response>> list(const MagpipeServices& services, Principal caller) {
  CO_TRY(auto keys, co_await services.access.list_keys(caller.tenant));
  std::reverse(keys.begin(), keys.end());
  KeyWebhooks webhooks(services.access, services.webhooks);
  json::array items;
  for (const auto& key : keys) {
    if (key.style != "magpipe") continue;
    CO_TRY(const auto webhook, co_await webhooks.of(key));
    json::object item;
    item["id"] = to_uuid(key.id.raw);
    item["name"] = key.label;
    item["key_prefix"] = key.prefix;
    item["webhook_url"] = url_of(webhook);
    item["webhook_secret"] = secret_of(webhook);
    item["is_active"] = key.active_at(services.clock.now());
    item["created_at"] = to_iso8601(key.created_at);
    item["last_used_at"] = key.last_used_at ? json::value(to_iso8601(*key.last_used_at)) : json::value(nullptr);
    items.push_back(std::move(item));
  }
  co_return http::json_response(200, json::serialize(json::object{{"keys", std::move(items)}}));
}

Task<Result<http::Response>> update(const MagpipeServices& services, json::value body, Principal caller) {
  auto id = text_in(body, "key_id");
  if (!id) co_return error_response(400, "key_id is required");
  auto url = url_in(body);
  if (!url) co_return error_response(400, bad_url);
  CO_TRY(auto key, co_await own_key(services, caller.tenant, std::move(*id)));
  if (!key || !key->active_at(services.clock.now())) co_return error_response(404, "API key not found");
  KeyWebhooks webhooks(services.access, services.webhooks);
  std::optional<Subscription> webhook;
  if (url->empty()) {
    CO_TRY_VOID(co_await webhooks.clear(std::move(*key)));
  } else {
    CO_TRY(webhook, co_await webhooks.set(std::move(*key), WebhookFormat::magpipe, std::move(*url)));
  }
  const json::object answer{{"success", true}, {"webhook_url", url_of(webhook)}, {"webhook_secret", secret_of(webhook)}};
  co_return http::json_response(200, json::serialize(answer));
}

Task<Result<http::Response>> revoke(const MagpipeServices& services, json::value body, Principal caller) {
  auto id = text_in(body, "key_id");
  if (!id) co_return error_response(400, "key_id is required");
  CO_TRY(auto key, co_await own_key(services, caller.tenant, std::move(*id)));
  if (!key || key->revoked_at) co_return error_response(404, "API key not found or already revoked");
  KeyWebhooks webhooks(services.access, services.webhooks);
  CO_TRY_VOID(co_await webhooks.revoke(key->id));
  co_return http::json_response(200, R"({"success":true})");
}

}  // namespace

Task<Result<http::Response>> manage_api_keys(const MagpipeServices& services, http::Request& request, Principal caller) {
  CO_TRY(auto body, co_await read_json(request));
  if (!body) co_return invalid_json();
  const auto action = text_in(*body, "action").value_or("");
  if (action == "generate") co_return co_await generate(services, std::move(*body), std::move(caller));
  if (action == "list") co_return co_await list(services, std::move(caller));
  if (action == "update") co_return co_await update(services, std::move(*body), std::move(caller));
  if (action == "revoke") co_return co_await revoke(services, std::move(*body), std::move(caller));
  co_return error_response(400, "Invalid action. Use: generate, list, revoke, update");
}

}  // namespace wherry::api::magpipe

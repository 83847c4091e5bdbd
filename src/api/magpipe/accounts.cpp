#include <algorithm>

#include "api/magpipe/errors.h"
#include "api/magpipe/operations.h"
#include "api/magpipe/send.h"
#include "api/magpipe/wire.h"
#include "base/log.h"

namespace wherry::api::magpipe {

namespace {

json::object account_object(const Channel& channel, const Vitals& vitals) {
  const auto times = vitals.times();
  const auto heard = times.find(channel.id);
  json::object out;
  out["id"] = to_uuid(channel.id.raw);
  out["waba_id"] = channel.waba_id;
  out["phone_number_id"] = channel.phone_number_id;
  out["phone_number"] = "+" + channel.display_number;
  out["display_name"] = channel.name;
  out["agent_id"] = channel.agent ? json::value(to_uuid(*channel.agent)) : json::value(nullptr);
  out["is_active"] = true;
  out["webhook_subscribed"] = channel.subscribed || (heard != times.end() && heard->second.received);
  out["created_at"] = to_iso8601(channel.created_at);
  return out;
}

http::Response success() { return http::json_response(200, R"({"success":true})"); }

ChannelPtr own_channel(const MagpipeServices& services, const Principal& caller, const std::string& account_id) {
  const auto id = from_uuid(account_id);
  auto channel = id ? services.channels.find(ChannelId{*id}) : nullptr;
  const bool theirs = channel && channel->tenant == caller.tenant && channel->kind == ChannelKind::cloud;
  return theirs ? channel : nullptr;
}

http::Response not_exchanged(const http::Request& request, const Error& error) {
  log::warn("magpipe.exchange.failed", {{"request_id", request.id}, {"code", to_string(error.code)}, {"reason", error.message}});
  const json::object body{{"error", "Failed to exchange Meta auth code"}, {"detail", raw_detail(error)}};
  return http::json_response(400, json::serialize(body));
}

Secret secret_in(const json::value& body, std::string_view name) { return Secret(text_in(body, name).value_or("")); }

}  // namespace

Task<Result<http::Response>> list_accounts(const MagpipeServices& services, http::Request&, Principal caller) {
  auto channels = services.channels.of(caller.tenant);
  std::reverse(channels.begin(), channels.end());
  json::array accounts;
  for (const auto& channel : channels) {
    if (channel->kind == ChannelKind::cloud) accounts.push_back(account_object(*channel, services.channels.vitals()));
  }
  co_return http::json_response(200, json::serialize(json::object{{"accounts", std::move(accounts)}}));
}

Task<Result<http::Response>> connect_account(const MagpipeServices& services, http::Request& request, Principal caller) {
  CO_TRY(auto body, co_await read_json(request));
  if (!body) co_return invalid_json();
  auto waba_id = id_in(*body, "waba_id");
  auto phone_number_id = id_in(*body, "phone_number_id");
  if (!waba_id || !phone_number_id) co_return error_response(400, "waba_id and phone_number_id are required");
  ConnectRequest wanted;
  wanted.tenant = caller.tenant;
  wanted.waba_id = std::move(*waba_id);
  wanted.phone_number_id = std::move(*phone_number_id);
  wanted.access_token = secret_in(*body, "access_token");
  wanted.app_secret = secret_in(*body, "app_secret");
  wanted.verify_token = secret_in(*body, "verify_token");
  ChannelConnect connect(services.channels, services.accounts);
  if (wanted.access_token.empty()) {
    auto code = text_in(*body, "code");
    if (!code) co_return error_response(400, "Either code or access_token is required");
    auto complete = co_await connect.exchange(std::move(wanted), services.app, std::move(*code));
    if (!complete) co_return not_exchanged(request, complete.error());
    wanted = std::move(*complete);
  }
  auto connected = co_await connect.connect(std::move(wanted));
  if (!connected) {
    const auto& error = connected.error();
    log::warn("magpipe.connect.failed", {{"request_id", request.id}, {"code", to_string(error.code)}, {"reason", error.message}});
    co_return error_response(500, "Failed to store WhatsApp account");
  }
  const json::object answer{{"success", true}, {"account", account_object(**connected, services.channels.vitals())}};
  co_return http::json_response(200, json::serialize(answer));
}

Task<Result<http::Response>> change_account(const MagpipeServices& services, http::Request& request, Principal caller) {
  CO_TRY(auto body, co_await read_json(request));
  if (!body) co_return invalid_json();
  const auto account_id = text_in(*body, "account_id");
  if (!account_id) co_return error_response(400, "account_id required");
  const auto agent_id = text_in(*body, "agent_id");
  ChannelChange change;
  change.agent = uuid_in(agent_id);
  if (agent_id && !*change.agent) co_return error_response(400, "agent_id must be a valid UUID");
  const auto channel = own_channel(services, caller, *account_id);
  if (!channel) co_return success();
  CO_TRY_VOID(co_await services.channels.change(channel->id, std::move(change)));
  co_return success();
}

Task<Result<http::Response>> remove_account(const MagpipeServices& services, http::Request& request, Principal caller) {
  const auto account_id = http::query_value(request.query, "account_id");
  if (!account_id || account_id->empty()) co_return error_response(400, "account_id required");
  const auto channel = own_channel(services, caller, *account_id);
  if (!channel) co_return success();
  CO_TRY_VOID(co_await services.channels.remove(channel->id));
  co_return success();
}

}  // namespace wherry::api::magpipe

#include "upstream/cloud_api/account_calls.h"

#include "upstream/cloud_api/graph_answer.h"

namespace wherry::cloud_api {

Task<Result<json::object>> AccountCalls::call(std::shared_ptr<const Channel> channel, http::ClientRequest request) {
  auto response = co_await ask_graph(client_, std::move(channel), std::move(request));
  if (!response) co_return Error{ErrorCode::upstream_unavailable, "WhatsApp was not reached", response.error().message};
  if (response->status != 200) {
    Error refused{ErrorCode::rejected, error_of(*response).title};
    refused.peer_answer = answer_of(*response);
    co_return refused;
  }
  auto answer = parse_object(response->body);
  if (!answer) co_return Error{ErrorCode::upstream_unavailable, "WhatsApp's answer cannot be read"};
  co_return std::move(*answer);
}

Task<Result<Secret>> AccountCalls::exchange_code(std::shared_ptr<const Channel> channel, MetaApp app, std::string code) {
  // In the body, since URLs end up in the logs of whoever stands between.
  auto request = graph_request(*channel, http::Method::post, "oauth/access_token", timeouts_.lookup);
  request.headers.remove("Authorization");
  request.headers.add("Content-Type", "application/json");
  const json::object wanted{
      {"client_id", app.id}, {"client_secret", app.secret.reveal()}, {"grant_type", "authorization_code"}, {"code", code}};
  request.body = json::serialize(wanted);
  CO_TRY(const auto answer, co_await call(std::move(channel), std::move(request)));
  const auto token = json::find_string(answer, "access_token");
  if (!token || token->empty()) co_return Error{ErrorCode::upstream_unavailable, "WhatsApp's answer cannot be read"};
  co_return Secret(std::string(*token));
}

Task<Result<NumberProfile>> AccountCalls::read_number(std::shared_ptr<const Channel> channel) {
  auto request = graph_request(*channel, http::Method::get, channel->phone_number_id + "?fields=id,display_phone_number,verified_name",
                               timeouts_.lookup);
  CO_TRY(auto number, co_await call(channel, std::move(request)));
  const auto shown = parse_wa_id(json::find_string(number, "display_phone_number").value_or(""));
  if (json::find_string(number, "id") != std::string_view(channel->phone_number_id) || !shown) {
    co_return Error{ErrorCode::rejected, "WhatsApp knows no number by this id"};
  }
  co_return NumberProfile{shown->digits, std::string(json::find_string(number, "verified_name").value_or(""))};
}

Task<Result<void>> AccountCalls::subscribe(std::shared_ptr<const Channel> channel) {
  auto request = graph_request(*channel, http::Method::post, channel->waba_id + "/subscribed_apps", timeouts_.lookup);
  CO_TRY_VOID(co_await call(channel, std::move(request)));
  co_return Result<void>();
}

}  // namespace wherry::cloud_api

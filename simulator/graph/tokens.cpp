#include "base/json.h"
#include "simulator/graph/answer.h"
#include "simulator/graph/nodes.h"
#include "simulator/graph/routes.h"

namespace wherry::sim {
namespace {

GraphError refused_exchange(int code, std::string text) {
  GraphError error;
  error.code = code;
  error.title = text;
  error.message = std::move(text);
  return error;
}

}  // namespace

http::Response show_me(Call& call) {
  NodeView view;
  view.type = "User";
  view.defaults = {"name"};
  view.all = {{"name", call.token->user_name}, {"id", call.token->user_id}};
  return answer_node(call, view);
}

http::Response debug_token(Call& call) {
  const auto input = text_param(call.params, "input_token");
  if (!input || input->empty()) return answer_error(call, parameter_error("You must provide an input token"));
  const auto token = call.world().tokens.find(*input);
  boost::json::object data;
  if (!token || token->app_id != call.app->id) {
    data = {{"error", {{"code", 190}, {"message", "Invalid OAuth access token."}}}, {"is_valid", false}, {"scopes", boost::json::array()}};
    return answer(call, boost::json::value{{"data", std::move(data)}});
  }
  const bool over = token->expires_at && *token->expires_at <= call.now();
  boost::json::array scopes, granular;
  for (const auto& scope : token->scopes) {
    scopes.push_back(boost::json::string(scope));
    boost::json::object entry{{"scope", scope}};
    if (!token->assets.empty()) {
      boost::json::array& targets = entry["target_ids"].emplace_array();
      for (const auto& asset : token->assets) targets.push_back(boost::json::string(asset));
    }
    granular.push_back(std::move(entry));
  }
  data = {{"app_id", token->app_id},
          {"type", "SYSTEM_USER"},
          {"application", call.app->name},
          {"data_access_expires_at", 0},
          {"expires_at", token->expires_at ? to_unix_millis(*token->expires_at) / 1000 : 0},
          {"is_valid", token->state == Token::State::valid && !over},
          {"scopes", std::move(scopes)},
          {"granular_scopes", std::move(granular)},
          {"user_id", token->user_id}};
  return answer(call, boost::json::value{{"data", std::move(data)}});
}

Task<http::Response> exchange_code(Call& call) {
  auto& world = call.world();
  auto unread = co_await take_params(call, false);
  if (unread) co_return answer_error(call, *unread);
  const auto app = world.apps.find(text_param(call.params, "client_id").value_or(""));
  if (!app)
    co_return answer_error(call, refused_exchange(101, "Error validating application. Cannot get application info due to a system error."));
  if (app->secret != text_param(call.params, "client_secret").value_or("")) {
    co_return answer_error(call, refused_exchange(1, "Error validating client secret."));
  }
  const auto code = text_param(call.params, "code").value_or("");
  for (const auto& token : world.tokens.all()) {
    if (code.empty() || token->code != code || token->app_id != app->id) continue;
    world.tokens.update(token->value, [](Token& used) { used.code.clear(); });
    co_return answer(call, boost::json::value{{"access_token", token->value}, {"token_type", "bearer"}});
  }
  co_return answer_error(call, refused_exchange(100, "This authorization code has been used."));
}

}  // namespace wherry::sim

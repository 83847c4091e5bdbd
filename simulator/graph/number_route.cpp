#include <algorithm>

#include "base/json.h"
#include "simulator/ascii_json.h"
#include "simulator/graph/answer.h"
#include "simulator/graph/auth.h"
#include "simulator/graph/checks.h"
#include "simulator/graph/nodes.h"
#include "simulator/graph/routes.h"

namespace wherry::sim {
namespace {

using http::Method;

bool is_read(const Call& call) { return call.method == Method::get || call.method == Method::head; }

bool is_pin(std::string_view text) {
  return text.size() == 6 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Failure need_product(const Call& call) {
  const auto product = text_param(call.params, "messaging_product");
  if (!product || product->empty()) return required(ParamPath{nullptr, "messaging_product"});
  if (!http::equal_ignoring_case(*product, "whatsapp")) return not_one_of("messaging_product", "WHATSAPP", *product);
  return std::nullopt;
}

Failure need_pin(const Call& call, std::string& pin) {
  pin = text_param(call.params, "pin").value_or("");
  if (pin.empty()) return required(ParamPath{nullptr, "pin"});
  if (!is_pin(pin)) return parameter_error("Param pin must be 6 characters long.");
  return std::nullopt;
}

Failure take_registration(const Call& call, const Number& number) {
  World& world = call.world();
  if (!world.switches.registration.load()) return std::nullopt;
  if (world.registrations.take(number.id, 10, std::chrono::hours(72), call.now())) return std::nullopt;
  return graph_error(133016);
}

http::Response register_number(Call& call, const Number& number) {
  if (auto failure = need_product(call)) return answer_error(call, *failure);
  std::string pin;
  if (auto failure = need_pin(call, pin)) return answer_error(call, *failure);
  if (auto failure = take_registration(call, number)) return answer_error(call, *failure);
  if (!number.pin.empty() && number.pin != pin) return answer_error(call, graph_error(133005));
  call.world().numbers.update(number.id, [&](Number& value) {
    value.registered = true;
    value.pin = pin;
    value.status = "CONNECTED";
  });
  return answer_success(call);
}

http::Response deregister_number(Call& call, const Number& number) {
  if (auto failure = take_registration(call, number)) return answer_error(call, *failure);
  if (number.coexistence) return answer_error(call, graph_error(131005, "A number of the WhatsApp Business app cannot be deregistered."));
  call.world().numbers.update(number.id, [](Number& value) {
    value.registered = false;
    value.status = "DISCONNECTED";
  });
  return answer_success(call);
}

/// POST /{number}: pin, webhook_configuration, new_display_name.
Task<http::Response> change_number(Call& call, Registry<Number>::Ptr number) {
  World& world = call.world();
  if (json::find(call.params, "pin")) {
    std::string pin;
    if (auto failure = need_pin(call, pin)) co_return answer_error(call, *failure);
    auto changed = world.numbers.update(number->id, [&](Number& value) { value.pin = pin; });
    if (changed && call.context.events) call.context.events->on_security(*changed, "PIN_CHANGED");
    co_return answer_success(call);
  }
  if (const auto* hooks = json::find_object(call.params, "webhook_configuration")) {
    const std::string url(text_of(*hooks, "override_callback_uri")), verify_token(text_of(*hooks, "verify_token"));
    if (!url.empty()) {
      auto failure = co_await verify_callback(call, url, verify_token);
      if (failure) co_return answer_error(call, *failure);
    }
    world.numbers.update(number->id, [&](Number& value) {
      value.override_callback = url;
      value.override_verify_token = verify_token;
    });
    co_return answer_success(call);
  }
  if (const auto name = text_param(call.params, "new_display_name")) {
    world.numbers.update(number->id, [&](Number& value) { value.verified_name = *name; });
    co_return answer_success(call);
  }
  co_return answer_error(call, parameter_error("Invalid parameter", "One of pin, webhook_configuration and new_display_name is needed"));
}

http::Response settings(Call& call, const Number& number) {
  if (is_read(call)) return answer(call, boost::json::value(number.settings));
  if (call.method != Method::post) return answer_error(call, wrong_object(call));
  call.world().numbers.update(number.id, [&](Number& value) {
    for (const auto& member : call.params) {
      if (member.key() != "access_token" && member.key() != "messaging_product") value.settings[member.key()] = member.value();
    }
  });
  return answer_success(call);
}

http::Response code_request(Call& call) {
  const std::string method = text_param(call.params, "code_method").value_or("");
  if (method.empty()) return answer_error(call, required(ParamPath{nullptr, "code_method"}));
  if (method != "SMS" && method != "VOICE") return answer_error(call, not_one_of("code_method", "SMS, VOICE", method));
  if (!text_param(call.params, "language")) return answer_error(call, required(ParamPath{nullptr, "language"}));
  return answer_success(call);
}

http::Response code_check(Call& call) {
  if (!text_param(call.params, "code")) return answer_error(call, required(ParamPath{nullptr, "code"}));
  return answer_success(call);
}

}  // namespace

Task<Failure> verify_callback(Call& call, std::string url, std::string verify_token) {
  if (!is_http_url(url)) co_return parameter_error("Invalid parameter", "The callback URL is not valid");
  if (!call.context.events) co_return std::nullopt;
  auto verified = co_await call.context.events->verify_callback(url, verify_token);
  if (verified) co_return std::nullopt;
  GraphError error = graph_error(2200);
  error.title = "Callback verification failed: " + verified.error().message;
  error.message = "(#2200) " + error.title;
  co_return error;
}

Task<std::optional<http::Response>> number_route(Call& call, Registry<Number>::Ptr number) {
  const std::string_view edge = call.edge;
  const bool post = call.method == Method::post;
  if (!call.rest.empty()) co_return std::nullopt;
  const std::string_view scope = edge == "whatsapp_business_profile" || edge == "block_users" ? messaging_scope : management_scope;
  const auto& scopes = call.token->scopes;
  const bool either = scopes.contains(std::string(messaging_scope)) && is_read(call);
  if (!either) {
    if (auto failure = need_scope(call, scope)) co_return answer_error(call, *failure);
  }
  if (edge.empty() && is_read(call)) co_return answer_node(call, number_view(call, *number));
  if (edge.empty() && post) {
    co_return co_await change_number(call, std::move(number));
  }
  if (edge == "whatsapp_business_profile") co_return profile(call, *number);
  if (edge == "settings") co_return settings(call, *number);
  if (edge == "block_users") co_return block_users(call, *number);
  if (edge == "register" && post) co_return register_number(call, *number);
  if (edge == "deregister" && post) co_return deregister_number(call, *number);
  if (edge == "request_code" && post) co_return code_request(call);
  if (edge == "verify_code" && post) co_return code_check(call);
  co_return std::nullopt;
}

}  // namespace wherry::sim

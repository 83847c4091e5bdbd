#include <algorithm>

#include "base/json.h"
#include "simulator/graph/answer.h"
#include "simulator/graph/auth.h"
#include "simulator/graph/checks.h"
#include "simulator/graph/nodes.h"
#include "simulator/graph/routes.h"

namespace wherry::sim {
namespace {

using http::Method;

constexpr auto budget_span = std::chrono::hours(1);

std::string budget_key(const Call& call, const Waba& waba) { return call.app->id + "/" + waba.id; }

std::uint64_t budget_of(const Call& call, const Waba& waba) {
  const auto numbers = call.world().numbers_of(waba.id);
  const bool active = std::any_of(numbers.begin(), numbers.end(), [](const auto& number) { return number->registered; });
  return active ? 5000 : 200;
}

bool is_read(const Call& call) { return call.method == Method::get || call.method == Method::head; }

http::Response list_numbers(Call& call, const Waba& waba) {
  const auto numbers = call.world().numbers_of(waba.id);
  std::vector<std::string> ids;
  for (const auto& number : numbers) ids.push_back(number->id);
  return answer_list(call, std::move(ids),
                     [&](std::size_t i, boost::json::object& entry) { return select_fields(call, number_view(call, *numbers[i]), entry); });
}

http::Response add_number(Call& call, const Waba& waba) {
  Number number;
  number.country_code = text_param(call.params, "cc").value_or("");
  const std::string phone = text_param(call.params, "phone_number").value_or("");
  const std::string name = text_param(call.params, "verified_name").value_or("");
  if (number.country_code.empty()) return answer_error(call, required(ParamPath{nullptr, "cc"}));
  if (phone.empty()) return answer_error(call, required(ParamPath{nullptr, "phone_number"}));
  if (name.empty()) return answer_error(call, required(ParamPath{nullptr, "verified_name"}));
  number.digits = number.country_code + phone;
  if (number.digits.size() > 15 || !std::all_of(number.digits.begin(), number.digits.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return answer_error(call, parameter_error("Invalid parameter", "The phone number is not valid"));
  }
  if (call.world().number_by_digits(number.digits)) {
    return answer_error(call, parameter_error("Invalid parameter", "The phone number is already registered"));
  }
  number.id = call.world().ids.node();
  number.waba_id = waba.id;
  number.display = "+" + number.country_code + " " + phone;
  number.verified_name = name;
  number.registered = false;
  number.status = "PENDING";
  number.onboarded = call.now();
  const std::string id = number.id;
  call.world().numbers.put(id, std::move(number));
  return answer(call, boost::json::value{{"id", id}});
}

http::Response dispatch(Call& call, const Waba& waba, bool& known) {
  const std::string_view edge = call.edge;
  const bool post = call.method == Method::post;
  if (edge.empty() && is_read(call)) return answer_node(call, waba_view(call, waba));
  if (edge == "phone_numbers" && is_read(call)) return list_numbers(call, waba);
  if (edge == "phone_numbers" && post) return add_number(call, waba);
  if (edge == "message_templates" && is_read(call)) return list_templates(call, waba);
  if (edge == "message_templates" && post) return create_template(call, waba);
  if (edge == "message_templates" && call.method == Method::delete_) return delete_templates(call, waba);
  known = false;
  return {};
}

}  // namespace

Failure take_management_budget(const Call& call, const Waba& waba) {
  World& world = call.world();
  if (!world.switches.management.load(std::memory_order_relaxed)) return std::nullopt;
  if (world.management.take(budget_key(call, waba), budget_of(call, waba), budget_span, call.now())) return std::nullopt;
  return graph_error(80007);
}

void add_usage(const Call& call, const Waba& waba, http::Response& response) {
  World& world = call.world();
  const std::string key = budget_key(call, waba);
  const std::uint64_t used = world.management.count(key, budget_span, call.now()), budget = budget_of(call, waba);
  std::int64_t wait = 0;
  if (used >= budget) {
    const auto oldest = world.management.oldest(key, budget_span, call.now());
    if (oldest) wait = std::chrono::ceil<std::chrono::minutes>(*oldest + budget_span - call.now()).count();
  }
  response.headers.add("X-Business-Use-Case-Usage",
                       "{\"" + waba.id + "\":[{\"type\":\"whatsapp\",\"call_count\":" + std::to_string(used * 100 / budget) +
                           ",\"total_cputime\":0,\"total_time\":0,\"estimated_time_to_regain_access\":" + std::to_string(wait) + "}]}");
}

Task<std::optional<http::Response>> waba_route(Call& call, Registry<Waba>::Ptr waba) {
  if (!call.rest.empty()) co_return std::nullopt;
  if (auto failure = need_scope(call, management_scope)) co_return answer_error(call, *failure);
  if (auto failure = take_management_budget(call, *waba)) {
    auto refused = answer_error(call, *failure);
    add_usage(call, *waba, refused);
    co_return refused;
  }
  http::Response response;
  bool known = true;
  if (call.edge == "subscribed_apps") {
    response = co_await subscribed_apps(call, waba);
  } else {
    response = dispatch(call, *waba, known);
  }
  if (!known) co_return std::nullopt;
  add_usage(call, *waba, response);
  co_return response;
}

Task<http::Response> subscribed_apps(Call& call, Registry<Waba>::Ptr waba) {
  World& world = call.world();
  const std::string app_id = call.app->id;
  if (is_read(call)) {
    boost::json::array data;
    for (const Subscription& subscription : waba->subscriptions) {
      const auto app = world.apps.find(subscription.app_id);
      boost::json::object entry{{"whatsapp_business_api_data",
                                 {{"link", "https://www.facebook.com/games/?app_id=" + subscription.app_id},
                                  {"name", app ? app->name : std::string()},
                                  {"id", subscription.app_id}}}};
      if (!subscription.override_callback.empty()) entry["override_callback_uri"] = subscription.override_callback;
      data.push_back(std::move(entry));
    }
    co_return answer(call, boost::json::value{{"data", std::move(data)}});
  }
  const bool add = call.method == Method::post;
  if (!add && call.method != Method::delete_) co_return answer_error(call, wrong_object(call));
  const std::string url = text_param(call.params, "override_callback_uri").value_or("");
  const std::string verify_token = text_param(call.params, "verify_token").value_or("");
  if (add && !url.empty()) {
    if (verify_token.empty()) co_return answer_error(call, required(ParamPath{nullptr, "verify_token"}));
    auto failure = co_await verify_callback(call, url, verify_token);
    if (failure) co_return answer_error(call, *failure);
  }
  world.wabas.update(waba->id, [&](Waba& value) {
    std::erase_if(value.subscriptions, [&](const Subscription& subscription) { return subscription.app_id == app_id; });
    if (add) value.subscriptions.push_back({app_id, url, verify_token});
  });
  co_return answer_success(call);
}

Task<std::optional<http::Response>> app_route(Call& call, Registry<App>::Ptr app) {
  World& world = call.world();
  if (app->id != call.app->id || !call.rest.empty()) co_return std::nullopt;
  if (call.edge.empty() && is_read(call)) {
    NodeView view;
    view.type = "Application";
    view.defaults = {"link", "name"};
    view.all = {{"link", "https://www.facebook.com/games/?app_id=" + app->id}, {"name", app->name}, {"id", app->id}};
    co_return answer_node(call, view);
  }
  if (call.edge == "uploads" && call.method == Method::post) co_return start_upload(call);
  if (call.edge != "subscriptions") co_return std::nullopt;
  if (is_read(call)) {
    boost::json::array fields, data;
    for (const auto& field : app->fields) fields.push_back(boost::json::object{{"name", field}, {"version", app->webhook_version}});
    if (!app->callback.empty()) {
      data.push_back(boost::json::object{
          {"object", "whatsapp_business_account"}, {"callback_url", app->callback}, {"active", true}, {"fields", std::move(fields)}});
    }
    co_return answer(call, boost::json::value{{"data", std::move(data)}});
  }
  if (call.method == Method::delete_) {
    world.apps.update(app->id, [](App& value) { value.callback.clear(); });
    co_return answer_success(call);
  }
  const std::string url = text_param(call.params, "callback_url").value_or("");
  const std::string verify_token = text_param(call.params, "verify_token").value_or("");
  if (url.empty()) co_return answer_error(call, required(ParamPath{nullptr, "callback_url"}));
  auto failure = co_await verify_callback(call, url, verify_token);
  if (failure) co_return answer_error(call, *failure);
  std::set<std::string> fields;
  if (const auto* list = json::find_array(call.params, "fields")) {
    for (const auto& field : *list) {
      if (field.is_string()) fields.emplace(field.get_string());
    }
  } else {
    std::string names = text_param(call.params, "fields").value_or("messages");
    for (std::size_t at = 0; at < names.size();) {
      const auto comma = std::min(names.find(',', at), names.size());
      if (comma > at) fields.insert(names.substr(at, comma - at));
      at = comma + 1;
    }
  }
  world.apps.update(app->id, [&](App& value) {
    value.callback = url;
    value.verify_token = verify_token;
    value.fields = fields;
  });
  co_return answer_success(call);
}

}  // namespace wherry::sim

#include "simulator/graph/answer.h"
#include "simulator/graph/nodes.h"

namespace wherry::sim {
namespace {

std::string_view limit_tier(std::uint64_t users) {
  if (users == 0) return "TIER_UNLIMITED";
  if (users <= 50) return "TIER_50";
  if (users <= 250) return "TIER_250";
  if (users <= 2'000) return "TIER_2K";
  if (users <= 10'000) return "TIER_10K";
  return "TIER_100K";
}

std::string graph_time(Timestamp at) {  // 2026-11-21T06:00:00+0000
  std::string text = to_iso8601(at);
  return text.substr(0, 19) + "+0000";
}

boost::json::object health_entity(std::string_view kind, std::string_view id, const GraphError* error) {
  boost::json::object entity{{"entity_type", kind}, {"id", id}, {"can_send_message", error ? "BLOCKED" : "AVAILABLE"}};
  if (error) {
    entity["errors"] = boost::json::array{
        boost::json::object{{"error_code", error->code}, {"error_description", error->title}, {"possible_solution", error->details}}};
  }
  return entity;
}

boost::json::object health(const Call& call, const Number* number, const Waba& waba) {
  std::optional<GraphError> number_error, waba_error;
  if (number && !number->registered) number_error = graph_error(133010);
  if (number && number->name_missing) number_error = graph_error(131037);
  if (waba.locked) waba_error = graph_error(131031);
  if (waba.banned) waba_error = graph_error(368);
  if (!waba.payment_ok) waba_error = graph_error(131042);
  boost::json::array entities;
  if (number) entities.push_back(health_entity("PHONE_NUMBER", number->id, number_error ? &*number_error : nullptr));
  entities.push_back(health_entity("WABA", waba.id, waba_error ? &*waba_error : nullptr));
  entities.push_back(health_entity("BUSINESS", waba.portfolio_id, nullptr));
  entities.push_back(health_entity("APP", call.app->id, nullptr));
  return {{"can_send_message", number_error || waba_error ? "BLOCKED" : "AVAILABLE"}, {"entities", std::move(entities)}};
}

}  // namespace

NodeView number_view(const Call& call, const Number& number) {
  World& world = call.world();
  const auto waba = world.wabas.find(number.waba_id);
  const auto portfolio = world.portfolios.find(world.portfolio_of(number));
  NodeView view;
  view.type = "WhatsAppBusinessPhoneNumber";
  view.defaults = {"verified_name", "display_phone_number", "quality_rating"};
  auto& all = view.all;
  all["verified_name"] = number.verified_name;
  all["code_verification_status"] = "VERIFIED";
  all["display_phone_number"] = number.display;
  all["quality_rating"] = number.quality;
  all["platform_type"] = number.registered ? "CLOUD_API" : "NOT_APPLICABLE";
  all["throughput"] = boost::json::object{{"level", number.mps >= 1000 ? "HIGH" : "STANDARD"}};
  all["last_onboarded_time"] = graph_time(number.onboarded);
  boost::json::object hooks;
  if (!number.override_callback.empty()) hooks["phone_number"] = number.override_callback;
  for (const Subscription& subscription : waba ? waba->subscriptions : std::vector<Subscription>{}) {
    if (subscription.app_id == call.app->id && !subscription.override_callback.empty()) {
      hooks["whatsapp_business_account"] = subscription.override_callback;
    }
  }
  if (!call.app->callback.empty()) hooks["application"] = call.app->callback;
  all["webhook_configuration"] = std::move(hooks);
  all["status"] = number.status;
  all["name_status"] = number.name_status;
  all["new_name_status"] = "NONE";
  all["account_mode"] = number.test_mode ? "SANDBOX" : "LIVE";
  all["is_on_biz_app"] = number.coexistence;
  all["is_official_business_account"] = false;
  all["is_pin_enabled"] = !number.pin.empty();
  all["is_preverified_number"] = false;
  all["country_dial_code"] = number.country_code;
  all["messaging_limit_tier"] = limit_tier(portfolio ? portfolio->user_limit : 250);
  all["whatsapp_business_manager_messaging_limit"] = limit_tier(portfolio ? portfolio->user_limit : 250);
  all["quality_score"] = boost::json::object{{"score", number.quality}};
  all["username"] = number.username.empty() ? boost::json::value() : boost::json::value(number.username);
  all["health_status"] = waba ? boost::json::value(health(call, &number, *waba)) : boost::json::value();
  all["whatsapp_business_account"] =
      waba ? boost::json::value(boost::json::object{{"id", waba->id}, {"name", waba->name}}) : boost::json::value();
  all["id"] = number.id;
  return view;
}

NodeView waba_view(const Call& call, const Waba& waba) {
  World& world = call.world();
  const auto portfolio = world.portfolios.find(waba.portfolio_id);
  NodeView view;
  view.type = "WhatsAppBusinessAccount";
  view.defaults = {"name", "timezone_id", "currency", "message_template_namespace"};
  auto& all = view.all;
  all["name"] = waba.name;
  all["timezone_id"] = waba.timezone_id;
  all["currency"] = waba.currency;
  all["message_template_namespace"] = "5b2a3f4c_" + waba.id;
  all["account_review_status"] = waba.review_status;
  all["status"] = waba.banned || waba.locked ? "DISABLED" : "ACTIVE";
  all["business_verification_status"] = portfolio && portfolio->verified ? "verified" : "not_verified";
  all["ownership_type"] = "SELF";
  all["country"] = "US";
  all["marketing_messages_lite_api_status"] = "INELIGIBLE";
  all["owner_business_info"] = boost::json::object{{"name", "Test Business"}, {"id", waba.portfolio_id}};
  all["health_status"] = health(call, nullptr, waba);
  boost::json::array numbers;
  for (const auto& number : world.numbers_of(waba.id)) {
    const NodeView inner = number_view(call, *number);
    boost::json::object entry;
    for (const std::string_view name : inner.defaults) entry[name] = inner.all.at(name);
    entry["id"] = number->id;
    numbers.push_back(std::move(entry));
  }
  all["phone_numbers"] = boost::json::object{{"data", std::move(numbers)}};
  all["id"] = waba.id;
  return view;
}

NodeView template_view(const Call&, const Template& value) {
  NodeView view;
  view.type = "WhatsAppMessageTemplate";
  view.defaults = {"name", "parameter_format", "components", "language", "status", "category", "message_send_ttl_seconds"};
  auto& all = view.all;
  all["name"] = value.name;
  all["parameter_format"] = value.parameter_format;
  all["components"] = value.components;
  all["language"] = value.language;
  all["status"] = value.status;
  all["category"] = value.category;
  all["sub_category"] = nullptr;
  all["previous_category"] = nullptr;
  all["rejected_reason"] = value.rejected_reason;
  all["quality_score"] = boost::json::object{{"score", value.quality}, {"date", to_unix_millis(value.created) / 1000}};
  all["message_send_ttl_seconds"] = value.ttl_seconds == 0 ? boost::json::value() : boost::json::value(value.ttl_seconds);
  if (value.ttl_seconds == 0) view.defaults.pop_back();
  all["id"] = value.id;
  return view;
}

http::Response answer_node(Call& call, const NodeView& view) {
  boost::json::object out;
  if (auto failure = select_fields(call, view, out)) return answer_error(call, *failure);
  return answer(call, boost::json::value(std::move(out)));
}

}  // namespace wherry::sim

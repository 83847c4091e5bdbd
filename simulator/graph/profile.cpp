#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "base/json.h"
#include "simulator/graph/answer.h"
#include "simulator/graph/checks.h"
#include "simulator/graph/fields.h"
#include "simulator/graph/routes.h"

namespace wherry::sim {
namespace {

using http::Method;

struct Limit {
  std::string_view name;
  std::size_t most;
};
constexpr Limit limits[] = {{"about", 139}, {"address", 256}, {"description", 256}, {"email", 128}};
constexpr std::string_view verticals =
    "OTHER, AUTO, BEAUTY, APPAREL, EDU, ENTERTAIN, EVENT_PLAN, FINANCE, GROCERY, GOVT, HOTEL, HEALTH, NONPROFIT, PROF_SERVICES, RETAIL, "
    "TRAVEL, RESTAURANT, ALCOHOL, ONLINE_GAMBLING, PHYSICAL_GAMBLING, OTC_DRUGS";

bool is_listed(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const auto comma = list.find(", ");
    if (list.substr(0, comma) == word) return true;
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 2);
  }
  return false;
}

Failure check_profile(const json::object& params, json::object& change) {
  for (const Limit& limit : limits) {
    const ParamPath at{nullptr, limit.name};
    const auto* value = json::find(params, limit.name);
    if (!value) continue;
    if (!value->is_string()) return parameter_error("Param " + at.text() + " must be a string.");
    const std::string_view text = value->get_string();
    if (count_code_points(text) > limit.most) return too_long(at, limit.most);
    if (limit.name == "about" && text.empty()) return parameter_error("Param about must be at least 1 characters long.");
    change[limit.name] = text;
  }
  if (const auto* websites = json::find(params, "websites")) {
    const auto* list = websites->if_array();
    if (!list) return parameter_error("Param websites must be an array.");
    if (list->size() > 2) return parameter_error("Param websites must be an array of at most 2 elements.");
    for (const auto& site : *list) {
      if (!site.is_string() || site.get_string().size() > 256 || !is_http_url(site.get_string())) {
        return parameter_error("Param websites must be an array of URLs of at most 256 characters.");
      }
    }
    change["websites"] = *websites;
  }
  if (const auto vertical = text_param(params, "vertical")) {
    if (!vertical->empty() && !is_listed(verticals, *vertical)) return not_one_of("vertical", verticals, *vertical);
    change["vertical"] = *vertical;
  }
  if (const auto handle = text_param(params, "profile_picture_handle")) {
    change["profile_picture_url"] = "https://pps.whatsapp.net/v/t61.24694-24/" + http::percent_encode(handle->substr(0, 64));
  }
  return std::nullopt;
}

/// Digits of block_users[].user, which may be written as people do.
std::string digits_of(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') digits += c;
  }
  return digits;
}

}  // namespace

http::Response profile(Call& call, const Number& number) {
  if (call.method == Method::get || call.method == Method::head) {
    NodeView view;
    view.type = "WhatsAppBusinessProfile";
    view.defaults = {"about", "address", "description", "email", "profile_picture_url", "websites", "vertical", "messaging_product"};
    for (const std::string_view name : view.defaults) {
      const auto* value = number.profile.if_contains(name);
      view.all[name] = value ? *value : boost::json::value();
    }
    view.all["messaging_product"] = "whatsapp";
    boost::json::object selected, entry;
    if (auto failure = select_fields(call, view, selected)) return answer_error(call, *failure);
    for (const auto& member : selected) {
      if (!member.value().is_null()) entry[member.key()] = member.value();
    }
    entry["messaging_product"] = "whatsapp";
    return answer(call, boost::json::value{{"data", boost::json::array{std::move(entry)}}});
  }
  if (call.method != Method::post) return answer_error(call, wrong_object(call));
  const auto product = text_param(call.params, "messaging_product");
  if (!product || product->empty()) return answer_error(call, required(ParamPath{nullptr, "messaging_product"}));
  if (!http::equal_ignoring_case(*product, "whatsapp")) return answer_error(call, not_one_of("messaging_product", "WHATSAPP", *product));
  boost::json::object change;
  if (auto failure = check_profile(call.params, change)) return answer_error(call, *failure);
  call.world().numbers.update(number.id, [&](Number& value) {
    for (auto& member : change) value.profile[member.key()] = member.value();
  });
  return answer_success(call);
}

http::Response block_users(Call& call, const Number& number) {
  World& world = call.world();
  if (call.method == Method::get || call.method == Method::head) {
    const std::vector<std::string> users(number.blocked.begin(), number.blocked.end());
    return answer_list(call, users, [&](std::size_t i, boost::json::object& entry) -> Failure {
      entry = {{"messaging_product", "whatsapp"}, {"wa_id", users[i]}};
      return std::nullopt;
    });
  }
  const bool add = call.method == Method::post;
  if (!add && call.method != Method::delete_) return answer_error(call, wrong_object(call));
  const auto* list = json::find_array(call.params, "block_users");
  if (!list || list->empty()) return answer_error(call, required(ParamPath{nullptr, "block_users"}));
  boost::json::array done, failed;
  std::vector<std::string> users;
  for (const auto& value : *list) {
    const auto* entry = value.if_object();
    const std::string input = entry ? scalar_of(*entry, "user") : std::string();
    const std::string wa_id = digits_of(input);
    const bool wrote = world.windows.open(number.id, wa_id, call.now());
    if (wa_id.empty() || (add && !wrote)) {
      const GraphError reason = graph_error(139100, "Only users who wrote in the last 24 hours can be blocked");
      failed.push_back(boost::json::object{
          {"input", input},
          {"wa_id", wa_id},
          {"errors", boost::json::array{boost::json::object{
                         {"message", "Failed to block user"}, {"code", reason.code}, {"error_data", {{"details", reason.details}}}}}}});
      continue;
    }
    users.push_back(wa_id);
    done.push_back(boost::json::object{{"input", input}, {"wa_id", wa_id}});
  }
  world.numbers.update(number.id, [&](Number& value) {
    for (const auto& user : users) {
      if (add) {
        value.blocked.insert(user);
      } else {
        value.blocked.erase(user);
      }
    }
  });
  boost::json::object outcome{{add ? "added_users" : "removed_users", std::move(done)}};
  if (failed.empty()) return answer(call, boost::json::value{{"messaging_product", "whatsapp"}, {"block_users", std::move(outcome)}});
  outcome["failed_users"] = std::move(failed);
  GraphError error = graph_error(139100, "Some users could not be changed");
  error.title = "Failed to block/unblock users";
  error.message = "(#139100) " + error.title;
  auto response = answer_error(call, error);
  auto body = boost::json::parse(std::get<std::string>(response.body));
  boost::json::object whole{{"messaging_product", "whatsapp"}, {"block_users", std::move(outcome)}};
  whole["error"] = body.at("error");
  response.body = boost::json::serialize(whole);
  return response;
}

}  // namespace wherry::sim

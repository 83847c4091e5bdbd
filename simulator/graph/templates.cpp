#include <algorithm>
#include <set>

#include "base/json.h"
#include "simulator/ascii_json.h"
#include "simulator/graph/answer.h"
#include "simulator/graph/auth.h"
#include "simulator/graph/checks.h"
#include "simulator/graph/nodes.h"
#include "simulator/graph/routes.h"
#include "simulator/graph/template_check.h"

namespace wherry::sim {
namespace {

using http::Method;
constexpr auto day = std::chrono::hours(24);

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return result;
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 512 &&
         std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

bool is_category(std::string_view category) { return category == "AUTHENTICATION" || category == "MARKETING" || category == "UTILITY"; }

/// aa, aaa, aa_BB.
bool is_language(std::string_view code) {
  const auto underscore = code.find('_');
  const std::string_view base = code.substr(0, underscore);
  if (base.size() < 2 || base.size() > 3) return false;
  if (!std::all_of(base.begin(), base.end(), [](char c) { return c >= 'a' && c <= 'z'; })) return false;
  if (underscore == std::string_view::npos) return true;
  const std::string_view region = code.substr(underscore + 1);
  return region.size() >= 2 && region.size() <= 4 && std::all_of(region.begin(), region.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

Failure check_head(const Call& call, Template& value) {
  value.name = text_param(call.params, "name").value_or("");
  if (value.name.empty()) return required(ParamPath{nullptr, "name"});
  if (!is_name(value.name)) {
    return template_error(0, "Invalid template name", "Names are at most 512 lower-case letters, digits and underscores.");
  }
  value.language = text_param(call.params, "language").value_or("");
  if (value.language.empty()) return required(ParamPath{nullptr, "language"});
  if (!is_language(value.language)) return not_one_of("language", "en_US, es, pt_BR, …", value.language);
  value.category = upper(text_param(call.params, "category").value_or(""));
  if (value.category.empty()) return required(ParamPath{nullptr, "category"});
  if (!is_category(value.category)) return not_one_of("category", "UTILITY, MARKETING, AUTHENTICATION", value.category);
  value.parameter_format = upper(text_param(call.params, "parameter_format").value_or("POSITIONAL"));
  if (value.parameter_format != "POSITIONAL" && value.parameter_format != "NAMED") {
    return not_one_of("parameter_format", "POSITIONAL, NAMED", value.parameter_format);
  }
  return std::nullopt;
}

Failure take_components(const Call& call, Template& value) {
  const auto* components = json::find_array(call.params, "components");
  if (!components) return required(ParamPath{nullptr, "components"});
  if (auto failure = check_template_components(*components, value.category, value.parameter_format)) return failure;
  value.components = *components;
  return std::nullopt;
}

Failure take_ttl(const Call& call, Template& value) {
  if (!json::find(call.params, "message_send_ttl_seconds")) return std::nullopt;
  const auto ttl = int_param(call.params, "message_send_ttl_seconds");
  if (!ttl) return parameter_error("Param message_send_ttl_seconds must be an integer.");
  if (auto failure = check_ttl(*ttl, value.category)) return failure;
  value.ttl_seconds = *ttl;
  return std::nullopt;
}

Failure check_template_limits(const Call& call, const Waba& waba) {
  World& world = call.world();
  if (!world.switches.templates.load()) return std::nullopt;
  const auto portfolio = world.portfolios.find(waba.portfolio_id);
  const std::size_t most = portfolio && portfolio->verified ? 6000 : 250;
  if (world.templates_of(waba.id).size() >= most) {
    GraphError error = graph_error(2388019);
    error.user_title = "Message template limit reached";
    error.user_message = "This account can have at most " + std::to_string(most) + " message templates.";
    return error;
  }
  if (!world.creations.take(waba.id, 100, std::chrono::hours(1), call.now())) return graph_error(80007);
  return std::nullopt;
}

/// Deleted at once; the name of an approved one stays blocked.
Failure remove(Call& call, const Template& value) {
  World& world = call.world();
  if (value.status == "DISABLED") {
    return template_error(2388039, "Message template can't be deleted", "A disabled template cannot be deleted.");
  }
  if (value.status == "APPROVED") world.block_name(value.waba_id, value.name);
  const Template gone = value;
  world.remove_template(gone);
  if (call.context.events) call.context.events->on_template_changed(gone, "PENDING_DELETION");
  return std::nullopt;
}

GraphError no_such_template() {
  return template_error(2593002, "Message template not found", "The message template does not exist in this account.");
}

}  // namespace

http::Response create_template(Call& call, const Waba& waba) {
  World& world = call.world();
  Template value;
  if (auto failure = check_head(call, value)) return answer_error(call, *failure);
  if (auto failure = take_components(call, value)) return answer_error(call, *failure);
  if (auto failure = take_ttl(call, value)) return answer_error(call, *failure);
  if (world.name_blocked(waba.id, value.name) && !world.has_template_name(waba.id, value.name)) {
    return answer_error(call,
                        template_error(2388023, "Message template language is being deleted",
                                       "New content can't be added while the existing content of this name is being deleted. Try again "
                                       "in 4 weeks or use another name."));
  }
  if (auto failure = check_template_limits(call, waba)) return answer_error(call, *failure);
  value.id = world.ids.node();
  value.waba_id = waba.id;
  value.created = value.edited = call.now();
  const Template stored = value;
  if (!world.add_template(std::move(value))) {
    return answer_error(call, template_error(2388024, "Content in this language already exists",
                                             "There is already " + stored.language +
                                                 " content for this template. You can create a new "
                                                 "template and try again."));
  }
  if (call.context.events) {
    call.context.events->on_template_submitted(stored);
  } else {
    world.finish_review(stored.id);  // nobody keeps time: reviewed at once
  }
  std::string out;
  AsciiWriter writer(out);
  writer.open('{').member("id", stored.id).member("status", "PENDING").member("category", stored.category).close('}');
  return answer(call, std::move(out));
}

http::Response list_templates(Call& call, const Waba& waba) {
  auto found = call.world().templates_of(waba.id);
  const auto keep = [&](std::string_view param, auto matches) {
    const auto wanted = text_param(call.params, param);
    if (wanted && !wanted->empty()) std::erase_if(found, [&](const auto& value) { return !matches(*value, *wanted); });
  };
  keep("name", [](const Template& value, const std::string& text) { return value.name.find(text) != std::string::npos; });
  keep("status", [](const Template& value, const std::string& text) { return value.status == upper(text); });
  keep("category", [](const Template& value, const std::string& text) { return value.category == upper(text); });
  keep("language", [](const Template& value, const std::string& text) { return value.language == text; });
  std::vector<std::string> ids;
  for (const auto& value : found) ids.push_back(value->id);
  return answer_list(call, std::move(ids),
                     [&](std::size_t i, boost::json::object& entry) { return select_fields(call, template_view(call, *found[i]), entry); });
}

http::Response delete_templates(Call& call, const Waba& waba) {
  World& world = call.world();
  std::vector<Registry<Template>::Ptr> doomed;
  if (const auto* ids = json::find_array(call.params, "hsm_ids")) {
    if (ids->size() > 100) return answer_error(call, parameter_error("Param hsm_ids must be an array of at most 100 elements."));
    for (const auto& id : *ids) {
      auto value = world.templates.find(id.is_string() ? std::string(id.get_string()) : boost::json::serialize(id));
      if (!value || value->waba_id != waba.id) return answer_error(call, no_such_template());
      doomed.push_back(std::move(value));
    }
  } else {
    const auto name = text_param(call.params, "name");
    if (!name || name->empty()) return answer_error(call, required(ParamPath{nullptr, "name"}));
    const auto id = text_param(call.params, "hsm_id");
    for (auto& value : world.templates_of(waba.id)) {
      if (value->name == *name && (!id || value->id == *id)) doomed.push_back(std::move(value));
    }
  }
  if (doomed.empty()) return answer_error(call, no_such_template());
  for (const auto& value : doomed) {
    if (auto failure = remove(call, *value)) return answer_error(call, *failure);
  }
  return answer_success(call);
}

Task<std::optional<http::Response>> template_route(Call& call, Registry<Template>::Ptr value) {
  if (!call.edge.empty()) co_return std::nullopt;
  if (auto failure = need_scope(call, management_scope)) co_return answer_error(call, *failure);
  const auto waba = call.world().wabas.find(value->waba_id);
  if (call.method == Method::get || call.method == Method::head) co_return answer_node(call, template_view(call, *value));
  if (call.method != Method::post || !waba) co_return std::nullopt;

  World& world = call.world();
  const bool approved = value->status == "APPROVED";
  if (!approved && value->status != "REJECTED" && value->status != "PAUSED") {
    co_return answer_error(call,
                           template_error(2388039, "Message template can't be edited", "The template's status does not allow a change."));
  }
  Template changed = *value;
  if (const auto category = text_param(call.params, "category")) {
    const std::string wanted = upper(*category);
    if (!is_category(wanted)) co_return answer_error(call, not_one_of("category", "UTILITY, MARKETING, AUTHENTICATION", wanted));
    if (approved && wanted != value->category) {
      co_return answer_error(call, template_error(2388025, "Category can't be changed", "The category of an approved template is fixed."));
    }
    changed.category = wanted;
  }
  if (json::find(call.params, "components")) {
    if (auto failure = take_components(call, changed)) co_return answer_error(call, *failure);
  }
  if (auto failure = take_ttl(call, changed)) co_return answer_error(call, *failure);
  const std::string edits = "edit/" + value->id;
  if (approved && world.switches.templates.load()) {
    const bool today = world.creations.count(edits, day, call.now()) >= 1, month = world.creations.count(edits, day * 30, call.now()) >= 10;
    if (today || month) {
      co_return answer_error(call, template_error(2388039, "Message template can't be edited",
                                                  "An approved template can be edited once a day and ten times in 30 days."));
    }
    world.creations.take(edits, 10, day * 30, call.now());
  }
  changed.status = "PENDING";
  changed.rejected_reason = "NONE";
  changed.edited = call.now();
  world.templates.update(value->id, [&](Template& stored) { stored = changed; });
  if (call.context.events) {
    call.context.events->on_template_submitted(changed);
  } else {
    world.finish_review(changed.id);
  }
  co_return answer_success(call);
}

}  // namespace wherry::sim

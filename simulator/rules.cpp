#include "simulator/rules.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <limits>

#include "base/json.h"
#include "base/random.h"

namespace wherry::sim {

namespace {

constexpr std::size_t rule_limit = 1000;
constexpr std::size_t pattern_limit = 256;
constexpr std::size_t script_limit = 32;

Error wrong(std::string text) { return Error{ErrorCode::invalid_argument, std::move(text)}; }

struct Pattern {
  std::optional<std::regex> regex;
  bool fits(std::string_view text) const { return !regex || std::regex_match(text.begin(), text.end(), *regex); }
};

Result<Pattern> read_pattern(const json::object& match, std::string_view name) {
  Pattern pattern;
  const auto text = json::find_string(match, name);
  if (!text) {
    if (json::find(match, name) != nullptr) return wrong("match." + std::string(name) + " must be a string");
    return pattern;
  }
  if (text->size() > pattern_limit) return wrong("match." + std::string(name) + " is too long");
  try {
    pattern.regex.emplace(text->begin(), text->end(), std::regex::ECMAScript | std::regex::optimize);
  } catch (const std::regex_error& error) {
    return wrong("match." + std::string(name) + " is no regular expression: " + error.what());
  }
  return pattern;
}

Result<std::string> read_text(const json::object& object, std::string_view name) {
  const auto* member = json::find(object, name);
  if (member == nullptr) return std::string();
  if (!member->is_string()) return wrong(std::string(name) + " must be a string");
  return std::string(member->get_string());
}

Result<std::int64_t> read_number(const json::object& object, std::string_view name, std::int64_t least, std::int64_t most,
                                 std::int64_t otherwise) {
  const auto* member = json::find(object, name);
  if (member == nullptr) return otherwise;
  if (!member->is_int64() || member->get_int64() < least || member->get_int64() > most) {
    return wrong(std::string(name) + " must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return member->get_int64();
}

constexpr std::pair<std::string_view, MagicFault> fault_names[] = {{"close_unaccepted", MagicFault::close_unaccepted},
                                                                   {"accept_then_close", MagicFault::accept_then_close},
                                                                   {"accept_then_slow", MagicFault::accept_then_slow},
                                                                   {"truncated_json", MagicFault::truncated_json},
                                                                   {"slow_drip", MagicFault::slow_drip},
                                                                   {"html_502", MagicFault::html_502},
                                                                   {"reset", MagicFault::reset}};

Result<std::vector<ScriptedStatus>> read_script(const json::object& action) {
  std::vector<ScriptedStatus> script;
  const auto* steps = json::find_array(action, "script");
  if (steps == nullptr) return script;
  if (steps->size() > script_limit) return wrong("script has too many steps");
  static constexpr std::string_view known[] = {"sent", "delivered", "read", "played", "failed"};
  for (const auto& step : *steps) {
    const auto* object = step.if_object();
    if (object == nullptr) return wrong("script must hold objects");
    ScriptedStatus status;
    TRY(status.status, read_text(*object, "status"));
    if (std::find(std::begin(known), std::end(known), status.status) == std::end(known)) return wrong("unknown status in script");
    TRY(const auto after, read_number(*object, "after_ms", 0, 30ll * 24 * 3600 * 1000, 0));
    TRY(const auto error, read_number(*object, "error", 0, 9'999'999, 131000));
    status.after = milliseconds(after);
    status.error = static_cast<int>(error);
    script.push_back(std::move(status));
  }
  return script;
}

Result<RuleAction> read_action(const json::object& object) {
  RuleAction action;
  if (const auto* error = json::find_object(object, "error")) {
    TRY(const auto code, read_number(*error, "code", 1, 9'999'999, 131000));
    TRY(action.error_details, read_text(*error, "details"));
    action.error = static_cast<int>(code);
  } else {
    TRY(const auto code, read_number(object, "error", 0, 9'999'999, 0));
    action.error = static_cast<int>(code);
  }
  TRY(const auto http, read_number(object, "http", 100, 599, 0));
  action.http = static_cast<int>(http);
  TRY(const auto delay, read_number(object, "delay_ms", 0, 600'000, 0));
  action.delay = milliseconds(delay);
  TRY(const auto fault, read_text(object, "fault"));
  if (!fault.empty()) {
    const auto it = std::find_if(std::begin(fault_names), std::end(fault_names), [&](const auto& known) { return known.first == fault; });
    if (it == std::end(fault_names)) return wrong("unknown fault");
    action.fault = it->second;
  }
  TRY(action.script, read_script(object));
  if (const auto* silent = json::find(object, "silent")) action.silent = silent->is_bool() && silent->get_bool();
  if (const auto* patch = json::find_object(object, "response_patch")) action.response_patch = *patch;
  return action;
}

}  // namespace

struct Rules::Rule {
  Pattern number, to, recipient, path;
  std::string type, template_name, method;
  std::uint64_t from = 1, until = std::numeric_limits<std::uint64_t>::max();  // which matching requests, both inclusive
  double probability = 1;
  std::shared_ptr<const RuleAction> action;  // shared with the requests it is applied to
  std::atomic<std::uint64_t> seen{0}, applied{0};

  /// Rules about what only a send has.
  bool about_sends() const {
    return number.regex || to.regex || recipient.regex || !type.empty() || !template_name.empty() || !action->script.empty() ||
           action->silent;
  }

  bool fits(const RuleInput& input) const {
    if (about_sends() != (input.stage == RuleInput::Stage::send)) return false;
    return (method.empty() || method == input.method) && (type.empty() || type == input.type) &&
           (template_name.empty() || template_name == input.template_name) && number.fits(input.number_id) && to.fits(input.to) &&
           recipient.fits(input.recipient) && path.fits(input.path);
  }

  static Result<std::shared_ptr<Rule>> read(const json::value& value) {
    const auto* object = value.if_object();
    if (object == nullptr) return wrong("a rule must be an object");
    const auto* action = json::find_object(*object, "action");
    if (action == nullptr) return wrong("a rule needs an action");
    static const json::object anything;
    const auto* match = json::find_object(*object, "match");
    if (match == nullptr) match = &anything;
    auto rule = std::make_shared<Rule>();
    TRY(rule->number, read_pattern(*match, "number"));
    TRY(rule->to, read_pattern(*match, "to"));
    TRY(rule->recipient, read_pattern(*match, "recipient"));
    TRY(rule->path, read_pattern(*match, "path"));
    TRY(rule->type, read_text(*match, "type"));
    TRY(rule->template_name, read_text(*match, "template"));
    TRY(rule->method, read_text(*match, "method"));
    TRY(const auto nth, read_number(*match, "nth", 1, std::numeric_limits<std::int64_t>::max(), 0));
    TRY(const auto first, read_number(*match, "first", 1, std::numeric_limits<std::int64_t>::max(), 0));
    if (nth != 0) rule->from = rule->until = static_cast<std::uint64_t>(nth);
    if (first != 0) rule->until = static_cast<std::uint64_t>(first);
    if (const auto* p = json::find(*match, "probability")) {
      if (!p->is_number()) return wrong("probability must be a number");
      rule->probability = p->to_number<double>();
    }
    TRY(auto read, read_action(*action));
    rule->action = std::make_shared<const RuleAction>(std::move(read));
    return rule;
  }
};

Result<std::size_t> Rules::replace(const json::value& body) {
  const auto* object = body.if_object();
  const auto* list = object != nullptr ? json::find_array(*object, "rules") : body.if_array();
  if (list == nullptr) return wrong("rules must be an array");
  if (list->size() > rule_limit) return wrong("too many rules");
  std::vector<std::shared_ptr<Rule>> rules;
  for (const auto& one : *list) {
    TRY(auto rule, Rule::read(one));
    rules.push_back(std::move(rule));
  }
  std::lock_guard lock(mutex_);
  rules_.swap(rules);
  count_.store(rules_.size());
  return rules_.size();
}

std::shared_ptr<const RuleAction> Rules::match(const RuleInput& input) {
  if (size() == 0) return nullptr;
  std::vector<std::shared_ptr<Rule>> rules;
  {
    std::lock_guard lock(mutex_);
    rules = rules_;
  }
  for (std::size_t i = 0; i < rules.size(); ++i) {
    auto& rule = *rules[i];
    if (!rule.fits(input)) continue;
    const auto n = rule.seen.fetch_add(1) + 1;
    if (n < rule.from || n > rule.until) continue;
    if (rule.probability < 1) {
      SeededRandom random(seed_ ^ (i + 1) * 0x9e3779b97f4a7c15u ^ n);
      random.next();
      if (random.unit() >= rule.probability) continue;
    }
    rule.applied.fetch_add(1);
    return rule.action;
  }
  return nullptr;
}

std::vector<std::uint64_t> Rules::applied() const {
  std::vector<std::uint64_t> out;
  std::lock_guard lock(mutex_);
  for (const auto& rule : rules_) out.push_back(rule->applied.load());
  return out;
}

void Rules::clear() {
  std::lock_guard lock(mutex_);
  rules_.clear();
  count_.store(0);
}

}  // namespace wherry::sim

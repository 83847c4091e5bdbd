#include "simulator/exceptions.h"

namespace wherry::sim {

namespace {

Verdict::Fault to_fault(MagicFault fault) {
  switch (fault) {
    case MagicFault::close_unaccepted: return Verdict::Fault::close_unaccepted;
    case MagicFault::accept_then_close: return Verdict::Fault::accept_then_close;
    case MagicFault::accept_then_slow: return Verdict::Fault::accept_then_slow;
    case MagicFault::truncated_json: return Verdict::Fault::truncated_json;
    case MagicFault::slow_drip: return Verdict::Fault::slow_drip;
    case MagicFault::html_502: return Verdict::Fault::html_502;
    case MagicFault::reset: return Verdict::Fault::reset;
  }
  return Verdict::Fault::none;
}

Verdict to_verdict(const RuleAction& action) {
  Verdict verdict;
  if (action.error != 0) verdict.error = graph_error(action.error, action.error_details);
  verdict.bare_http = action.http;
  if (action.fault) verdict.fault = to_fault(*action.fault);
  verdict.delay = action.delay;
  verdict.response_patch = action.response_patch;
  if (action.silent || !action.script.empty()) {
    auto script = std::make_shared<StatusScript>();
    for (const auto& status : action.script) {
      script->steps.push_back({parse_status(status.status).value_or(StatusKind::failed), status.after, status.error});
    }
    verdict.script = std::move(script);
    verdict.ordinary_user = true;
  }
  return verdict;
}

std::shared_ptr<const StatusScript> script_of(std::vector<StatusStep> steps) {
  auto script = std::make_shared<StatusScript>();
  script->steps = std::move(steps);
  return script;
}

constexpr milliseconds soon{150}, a_little_later{300}, assessment{5'000};

}  // namespace

std::optional<Verdict> Exceptions::before_request(const RequestAsk& ask) {
  if (rules_.size() == 0) return std::nullopt;
  RuleInput input;
  input.stage = RuleInput::Stage::request;
  const auto method = http::to_string(ask.method);
  input.method = method;
  input.path = ask.path;
  const auto action = rules_.match(input);
  if (!action) return std::nullopt;
  return to_verdict(*action);
}

std::optional<Verdict> Exceptions::before_send(const SendAsk& ask) {
  std::string_view digits = ask.to;
  std::optional<std::string> behind;
  const bool is_bsuid = ask.to.find('.') != std::string_view::npos;
  if (is_bsuid) {
    behind = wa_id_of_bsuid(world_.portfolio_of(*ask.number), ask.to);
    if (behind) digits = *behind;
  }
  if (rules_.size() != 0) {
    RuleInput input;
    input.method = "POST";
    input.path = ask.path;
    input.number_id = ask.number->id;
    (is_bsuid ? input.recipient : input.to) = ask.to;
    input.type = ask.type;
    input.template_name = ask.template_name;
    if (const auto action = rules_.match(input)) return to_verdict(*action);
  }
  const auto magic = parse_magic(digits);
  if (!magic) return std::nullopt;
  return of_magic(*ask.number, digits, *magic, ask.type);
}

std::optional<Verdict> Exceptions::of_magic(const Number& number, std::string_view digits, const MagicNumber& magic,
                                            std::string_view type) {
  Verdict verdict;
  verdict.ordinary_user = true;
  const bool counted = magic.meaning == MagicMeaning::refuse || magic.meaning == MagicMeaning::fail ||
                       magic.meaning == MagicMeaning::fail_after_sent || magic.meaning == MagicMeaning::bare_http ||
                       magic.meaning == MagicMeaning::transport_fault;
  if (counted && !attempts_.applies(number.id, digits, magic)) return verdict;
  const int code = static_cast<int>(magic.code);
  switch (magic.meaning) {
    case MagicMeaning::user:
    case MagicMeaning::identity: break;
    case MagicMeaning::refuse: verdict.error = graph_error(code); break;
    case MagicMeaning::fail: verdict.script = script_of({{StatusKind::failed, a_little_later, code}}); break;
    case MagicMeaning::fail_after_sent:
      verdict.script = script_of({{StatusKind::sent, soon, 0}, {StatusKind::failed, a_little_later, code}});
      break;
    case MagicMeaning::bare_http: verdict.bare_http = code >= 200 && code <= 599 ? code : 500; break;
    case MagicMeaning::transport_fault:
      if (magic.code >= 1 && magic.code <= 7) verdict.fault = to_fault(static_cast<MagicFault>(magic.code));
      break;
    case MagicMeaning::pacing:
      if (type != "template") break;
      switch (magic.variant) {
        case static_cast<unsigned>(MagicPacing::held_then_released):
          verdict.message_status = "held_for_quality_assessment";
          verdict.script = script_of({{StatusKind::sent, assessment, 0},
                                      {StatusKind::delivered, milliseconds(400), 0},
                                      {StatusKind::read, milliseconds(2'000), 0}});
          break;
        case static_cast<unsigned>(MagicPacing::held_then_failed):
          verdict.message_status = "held_for_quality_assessment";
          verdict.script = script_of({{StatusKind::failed, assessment, 132015}});
          break;
        case static_cast<unsigned>(MagicPacing::paused):
          verdict.message_status = "paused";
          verdict.script = script_of({{StatusKind::failed, a_little_later, 132015}});
          break;
        default: break;
      }
      break;
    case MagicMeaning::normalisation: verdict.wa_id = normalised_wa_id(digits); break;
  }
  return verdict;
}

}  // namespace wherry::sim

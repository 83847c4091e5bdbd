#include "simulator/graph/send.h"

#include <boost/json/parse.hpp>

#include "simulator/ascii_json.h"
#include "simulator/graph/answer.h"
#include "simulator/graph/auth.h"
#include "simulator/graph/send_draft.h"

namespace wherry::sim {
namespace {

/// The states of number and account, after the parameters were found in order.
Failure check_states(const Call& call, const SendDraft& draft) {
  World& world = call.world();
  const Number& number = *draft.number;
  if (!draft.group_id.empty()) return graph_error(131041);
  if (draft.wa_id == number.digits) return graph_error(131021);
  if (number.test_mode && !number.allowed.contains(draft.wa_id)) return graph_error(131030);
  if (!number.registered) return graph_error(133010);
  const auto waba = world.wabas.find(number.waba_id);
  if (waba && waba->locked) return graph_error(131031);
  if ((waba && waba->banned) || number.status == "BANNED") return graph_error(368);
  if (waba && !waba->payment_ok && draft.type == "template") return graph_error(131042);
  if (number.name_missing) return graph_error(131037);
  if (number.maintenance) return graph_error(131057);
  return std::nullopt;
}

Failure check_limits(const Call& call, const SendDraft& draft) {
  World& world = call.world();
  const Number& number = *draft.number;
  const Timestamp now = call.now();
  if (world.switches.throughput.load(std::memory_order_relaxed) && !world.throughput.take(number.id, number.mps, now)) {
    return graph_error(130429);
  }
  if (world.switches.pair.load(std::memory_order_relaxed) && !world.pairs.take(number.id, draft.wa_id, now)) return graph_error(131056);
  return std::nullopt;
}

std::string category_of(const SendDraft& draft) {
  if (!draft.template_) return "service";
  std::string category = draft.template_->category;
  for (char& c : category) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return category;
}

SentMessagePtr store(Call& call, SendDraft& draft, const Verdict* verdict, Failure late, bool in_window) {
  World& world = call.world();
  auto message = std::make_shared<SentMessage>();
  message->id = world.ids.outbound_message(draft.bsuid.empty() ? draft.wa_id : draft.bsuid);
  message->number_id = draft.number->id;
  message->input = std::move(draft.input);
  message->wa_id = verdict && !verdict->wa_id.empty() ? verdict->wa_id : draft.wa_id;
  message->bsuid = std::move(draft.bsuid);
  message->type = draft.type;
  message->opaque = text_of(*draft.body, "biz_opaque_callback_data");
  message->category = category_of(draft);
  if (draft.template_) {
    message->template_id = draft.template_->id;
    message->rendered = std::move(draft.rendered);
    message->message_status = draft.template_->paced ? "held_for_quality_assessment" : "accepted";
  }
  if (verdict && !verdict->message_status.empty()) message->message_status = verdict->message_status;
  message->failure = std::move(late);
  message->voice = draft.voice;
  message->in_window = in_window;
  message->at = call.now();
  message->free_entry = in_window && world.windows.free_entry(message->number_id, draft.wa_id, message->at);
  message->body = std::move(call.raw);
  message->sequence = world.counters.accepted.fetch_add(1, std::memory_order_relaxed) + 1;
  if (world.switches.keep_messages.load(std::memory_order_relaxed)) world.messages.add(message);
  return message;
}

std::string accepted_body(const SentMessage& message) {
  std::string out;
  out.reserve(256);
  AsciiWriter writer(out);
  writer.open('{').member("messaging_product", "whatsapp").key("contacts").open('[').open('{').member("input", message.input);
  if (message.bsuid.empty()) {
    writer.member("wa_id", message.wa_id);
  } else {
    writer.member("user_id", message.bsuid);
  }
  writer.close('}').close(']').key("messages").open('[').open('{').member("id", message.id);
  writer.member_if("message_status", message.message_status).close('}').close(']').close('}');
  return out;
}

/// RFC 7396.
void merge(boost::json::object& target, const boost::json::object& patch) {
  for (const auto& member : patch) {
    if (member.value().is_null()) {
      target.erase(member.key());
    } else if (member.value().is_object()) {
      auto& inner = target[member.key()];
      if (!inner.is_object()) inner = boost::json::object();
      merge(inner.get_object(), member.value().get_object());
    } else {
      target[member.key()] = member.value();
    }
  }
}

std::string patched(std::string body, const boost::json::object& patch) {
  if (patch.empty()) return body;
  auto value = boost::json::parse(body);
  merge(value.get_object(), patch);
  return to_ascii_json(value);
}

http::Response mark_read(Call& call, const Number& number) {
  const json::object& body = call.body.get_object();
  if (auto product = text_param(body, "messaging_product"); !product && !json::find(call.params, "messaging_product")) {
    return answer_error(call, required(ParamPath{nullptr, "messaging_product"}));
  } else if (product && !http::equal_ignoring_case(*product, "whatsapp")) {
    return answer_error(call, not_one_of("messaging_product", "WHATSAPP", *product));
  }
  const std::string status = scalar_of(body, "status");
  if (status != "read") return answer_error(call, not_one_of("status", "READ", status));
  const std::string id = scalar_of(body, "message_id");
  if (id.empty()) return answer_error(call, required(ParamPath{nullptr, "message_id"}));
  const auto* typing = json::find_object(body, "typing_indicator");
  if (typing && text_of(*typing, "type") != "text") {
    return answer_error(call, not_one_of("typing_indicator['type']", "TEXT", text_of(*typing, "type")));
  }
  World& world = call.world();
  const auto known = world.received.find(id);
  if (!known || known->number_id != number.id)
    return answer_error(call, not_valid("Message ID is not valid: it is not a received message"));
  const auto message = world.received.mark_read(id, typing != nullptr);
  if (message && call.context.events) call.context.events->on_marked_read(*message);
  return answer_success(call);
}

/// Everything after authentication, up to the answer; the verdict, if any, is left for the faults.
http::Response process(Call& call, std::optional<Verdict>& verdict) {
  World& world = call.world();
  SendDraft draft;
  draft.number = visible_number(call, call.node);
  if (!draft.number) return answer_error(call, wrong_object(call));
  if (auto failure = need_scope(call, messaging_scope)) return answer_error(call, *failure);
  draft.body = &call.body.get_object();
  if (json::find(*draft.body, "status")) return mark_read(call, *draft.number);

  if (auto failure = check_envelope(call, draft)) return answer_error(call, *failure);
  if (auto failure = check_content(call, draft)) return answer_error(call, *failure);
  if (call.context.interceptor) {
    SendAsk ask;
    ask.path = call.path;
    ask.number = draft.number.get();
    ask.to = draft.bsuid.empty() ? std::string_view(draft.wa_id) : std::string_view(draft.bsuid);
    if (!draft.group_id.empty()) ask.to = draft.group_id;
    ask.type = draft.type;
    if (draft.type == "template") ask.template_name = text_of(*draft.content, "name");
    verdict = call.context.interceptor->before_send(ask);
  }
  const Verdict* decided = verdict ? &*verdict : nullptr;
  if (decided && decided->error) return answer_error(call, *decided->error);
  if (decided) {
    using Fault = Verdict::Fault;
    const Fault fault = decided->fault;
    const bool refused = decided->bare_http != 0 || fault == Fault::close_unaccepted || fault == Fault::html_502 || fault == Fault::reset;
    if (refused) return answer(call, std::string("{}"));
  }
  if (auto failure = check_states(call, draft)) return answer_error(call, *failure);
  if (auto failure = check_limits(call, draft)) return answer_error(call, *failure);
  if (draft.type == "template") {
    if (auto failure = check_template(call, draft)) return answer_error(call, *failure);
  }

  const Timestamp now = call.now();
  const bool in_window = world.windows.open(draft.number->id, draft.wa_id, now);
  const bool decided_user = decided && (decided->ordinary_user || decided->script);
  Failure late = decided_user ? draft.late : late_failure(call, draft, in_window);
  if (late && world.strict_sync.has(late->code)) return answer_error(call, *late);
  if (in_window) world.windows.business_answered(draft.number->id, draft.wa_id, now);
  const SentMessagePtr message = store(call, draft, decided, std::move(late), in_window);
  if (call.context.events) call.context.events->on_accepted(message, decided);
  std::string body = accepted_body(*message);
  return answer(call, decided ? patched(std::move(body), decided->response_patch) : std::move(body));
}

}  // namespace

Task<http::Response> send_message(Call& call) {
  std::optional<Verdict> verdict;
  auto response = process(call, verdict);
  if (!verdict) co_return response;
  if (verdict->delay > milliseconds(0)) {
    co_await call.world().clock().sleep_for(verdict->delay);
  }
  const auto fault = verdict->fault;
  const int bare_http = verdict->bare_http;
  co_return co_await apply_fault(call.world(), fault, bare_http, std::move(response));
}

}  // namespace wherry::sim

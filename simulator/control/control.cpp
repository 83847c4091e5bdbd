#include "simulator/control/control.h"

#include "base/json.h"
#include "net/body.h"
#include "simulator/control/patch.h"

namespace wherry::sim {

namespace {

constexpr std::uint64_t body_limit = 150ull << 20;
constexpr std::int64_t longest_settle_ms = 60'000;

http::Response refuse(const Error& error) {
  json::object body;
  body["error"] = error.message;
  const int status = error.code == ErrorCode::not_found ? 404 : error.code == ErrorCode::too_large ? 413 : 400;
  return http::json_response(status, json::serialize(body));
}

http::Response respond(const Control::Answer& answer) {
  if (!answer) return refuse(answer.error());
  return http::json_response(200, json::serialize(*answer));
}

Task<Result<Control::Call>> take_call(http::Request& request) {
  Control::Call call;
  call.query = request.query;
  call.id = std::string(request.param("id"));
  CO_TRY(auto text, co_await http::read_all(*request.body, body_limit));
  if (!text.empty()) {
    CO_TRY(call.any_body, json::parse(text));
    if (call.any_body.is_object()) call.body = call.any_body.get_object();
  }
  co_return call;
}

std::int64_t count(const std::atomic<std::uint64_t>& counter) { return static_cast<std::int64_t>(counter.load()); }

}  // namespace

Control::Control(Engine& engine, const Sink* sink) : engine_(engine), sink_(sink), bulk_(engine.world, engine.scheduler, engine.inbound) {}

Task<http::Response> Control::run_plain(http::Request& request, Plain plain) {
  auto call = co_await take_call(request);
  if (!call) co_return refuse(call.error());
  co_return respond((this->*plain)(*call));
}

Task<http::Response> Control::run_waiting(http::Request& request, Waiting waiting) {
  auto call = co_await take_call(request);
  if (!call) co_return refuse(call.error());
  auto answer = co_await (this->*waiting)(std::move(*call));
  co_return respond(answer);
}

void Control::add(http::Router& router, http::Method method, std::string_view pattern, Plain plain) {
  router.add(method, pattern, [this, plain](http::Request& request) { return run_plain(request, plain); });
}

void Control::add(http::Router& router, http::Method method, std::string_view pattern, Waiting waiting) {
  router.add(method, pattern, [this, waiting](http::Request& request) { return run_waiting(request, waiting); });
}

void Control::add_to(http::Router& router) {
  using http::Method;
  add(router, Method::get, "/sim/ready", &Control::ready);
  add(router, Method::post, "/sim/reset", &Control::reset);
  add(router, Method::get, "/sim/stats", &Control::stats);
  add(router, Method::post, "/sim/clock", &Control::clock);
  add(router, Method::get, "/sim/clock", &Control::read_clock);
  add(router, Method::post, "/sim/inbound", &Control::inbound);
  add(router, Method::post, "/sim/inbound/bulk", &Control::bulk);
  add(router, Method::post, "/sim/react", &Control::react);
  add(router, Method::post, "/sim/read", &Control::read);
  add(router, Method::post, "/sim/play", &Control::play);
  add(router, Method::post, "/sim/tap", &Control::tap);
  add(router, Method::post, "/sim/revoke", &Control::revoke);
  add(router, Method::post, "/sim/edit", &Control::edit);
  add(router, Method::post, "/sim/user/{id}", &Control::user);
  add(router, Method::post, "/sim/number/{id}", &Control::number);
  add(router, Method::post, "/sim/app/{id}", &Control::app);
  add(router, Method::post, "/sim/token/{id}", &Control::token);
  add(router, Method::post, "/sim/portfolio/{id}", &Control::portfolio);
  add(router, Method::post, "/sim/waba/{id}", &Control::waba);
  add(router, Method::post, "/sim/template/{id}", &Control::template_state);
  add(router, Method::post, "/sim/event", &Control::event);
  add(router, Method::put, "/sim/rules", &Control::put_rules);
  add(router, Method::get, "/sim/rules", &Control::get_rules);
  add(router, Method::post, "/sim/chaos", &Control::chaos);
  add(router, Method::post, "/sim/webhooks", &Control::webhooks);
  add(router, Method::post, "/sim/timeline", &Control::timeline);
  add(router, Method::post, "/sim/switches", &Control::switches);
  add(router, Method::get, "/sim/messages", &Control::messages);
  add(router, Method::get, "/sim/received", &Control::received);
  add(router, Method::get, "/sim/deliveries", &Control::deliveries);
  add(router, Method::get, "/sim/requests", &Control::requests);
}

Control::Answer Control::ready(const Call&) {
  const auto& first = engine_.world.first();
  json::object answer;
  answer["ready"] = true;
  answer["sink"] = sink_ != nullptr;
  answer["phone_number_id"] = first.number_id;
  answer["waba_id"] = first.waba_id;
  answer["app_id"] = first.app_id;
  return json::value(std::move(answer));
}

Control::Answer Control::reset(const Call&) {
  engine_.reset();
  return json::value(json::object{{"success", true}});
}

Control::Answer Control::stats(const Call&) {
  const auto& graph = engine_.world.counters;
  const auto& hooks = engine_.dispatcher.counters();
  json::object answer;
  answer["accepted"] = sink_ != nullptr ? static_cast<std::int64_t>(sink_->accepted()) : count(graph.accepted);
  answer["requests"] = count(graph.requests);
  answer["refused"] = count(graph.refused);
  json::object by_code;
  for (const auto& [code, times] : graph.by_code()) by_code[std::to_string(code)] = static_cast<std::int64_t>(times);
  answer["refused_by_code"] = std::move(by_code);
  answer["faults"] = count(graph.faults);
  answer["inbound"] = static_cast<std::int64_t>(engine_.inbound.count());
  answer["marked_read"] = count(engine_.marked_read);
  json::object statuses;
  for (const auto kind : {StatusKind::sent, StatusKind::delivered, StatusKind::read, StatusKind::played, StatusKind::failed}) {
    const auto name = to_string(kind);
    statuses[boost::json::string_view(name.data(), name.size())] = static_cast<std::int64_t>(engine_.timeline.told(kind));
  }
  answer["statuses"] = std::move(statuses);
  answer["webhooks_delivered"] = count(hooks.delivered);
  answer["webhooks_failed"] = count(hooks.failed);
  answer["webhooks_retried"] = count(hooks.retried);
  answer["webhooks_expired"] = count(hooks.expired);
  answer["webhooks_dropped"] = count(hooks.dropped);
  answer["webhooks_unrouted"] = count(hooks.unrouted);
  answer["webhooks_in_flight"] = count(hooks.in_flight);
  answer["webhooks_outstanding"] = static_cast<std::int64_t>(engine_.dispatcher.outstanding());
  answer["updates"] = count(hooks.updates);
  answer["updates_delivered"] = count(hooks.delivered_updates);
  answer["queue_depth"] = static_cast<std::int64_t>(engine_.dispatcher.depth());
  const auto& lag = engine_.dispatcher.lag();
  answer["lag_ms"] = json::object{{"p50", lag.percentile(0.5).count()}, {"p99", lag.percentile(0.99).count()}};
  answer["verifications"] = count(engine_.verifications);
  answer["verifications_refused"] = count(engine_.verifications_refused);
  answer["planned"] = static_cast<std::int64_t>(engine_.scheduler.planned());
  answer["planned_dropped"] = static_cast<std::int64_t>(engine_.scheduler.dropped());
  answer["parked"] = static_cast<std::int64_t>(engine_.timeline.parked());
  answer["bulk_running"] = static_cast<std::int64_t>(bulk_.running());
  json::object faults;
  for (const auto fault : all_faults) {
    const auto name = to_string(fault);
    faults[boost::json::string_view(name.data(), name.size())] = static_cast<std::int64_t>(engine_.dispatcher.faults().of(fault));
  }
  answer["chaos"] = std::move(faults);
  return json::value(std::move(answer));
}

Control::Answer Control::read_clock(const Call&) {
  const auto now = engine_.clock.now();
  return json::value(json::object{
      {"now", to_iso8601(now)}, {"now_ms", to_unix_millis(now)}, {"frozen", engine_.clock.frozen()}, {"scale", engine_.clock.scale()}});
}

Task<Control::Answer> Control::clock(Call call) {
  bool freeze = engine_.clock.frozen();
  double scale = engine_.clock.scale();
  std::int64_t advance = 0, set = -1, settle = 0;
  Patch patch(call.body);
  patch.flag("freeze", freeze).decimal("scale", scale, 0.001, 1'000'000).number("advance_ms", advance, 0, std::int64_t{1} << 42);
  patch.number("set_ms", set, 0, 253'402'300'799'000).number("settle_ms", settle, 0, longest_settle_ms);
  CO_TRY_VOID(patch.finish());
  auto& clock = engine_.clock;
  if (freeze && !clock.frozen()) clock.freeze();
  if (patch.has("scale")) clock.scale(scale);
  if (set >= 0) clock.set(from_unix_millis(set));
  if (advance > 0) clock.advance(milliseconds(advance));
  if (!freeze && clock.frozen()) clock.resume();
  engine_.pump();
  // On request the answer waits, in real time, until the webhooks that became due have been sent.
  const auto deadline = std::chrono::steady_clock::now() + milliseconds(settle);
  SystemClock real;
  while (settle > 0 && std::chrono::steady_clock::now() < deadline) {
    if (engine_.dispatcher.depth() == 0 && engine_.dispatcher.counters().in_flight.load() == 0) break;
    co_await real.sleep_for(milliseconds(2));
  }
  co_return read_clock(call);
}

}  // namespace wherry::sim

// PUT /sim/rules, POST /sim/chaos, /sim/webhooks, /sim/timeline, /sim/switches: how the simulator behaves.
#include "base/json.h"
#include "simulator/control/control.h"
#include "simulator/control/patch.h"

namespace wherry::sim {

namespace {

constexpr std::pair<std::string_view, WebhookSettings::Mode> modes[] = {
    {"single", WebhookSettings::Mode::single}, {"window", WebhookSettings::Mode::window}, {"mixed", WebhookSettings::Mode::mixed}};

json::object describe(const WebhookSettings& settings) {
  std::string mode;
  for (const auto& [name, value] : modes) {
    if (value == settings.mode) mode = name;
  }
  return {{"mode", mode},
          {"window_ms", settings.window.count()},
          {"max_updates", settings.max_updates},
          {"concurrency", settings.concurrency},
          {"timeout_ms", settings.timeout.count()},
          {"accept_2xx", settings.accept_2xx},
          {"legacy_signature", settings.legacy_signature},
          {"order", settings.shuffled ? "shuffled" : "fifo"},
          {"retry_factor", settings.retry_factor},
          {"give_up_after_ms", settings.give_up_after.count()},
          {"queue_limit", settings.queue_limit}};
}

json::object describe(const Chaos& chaos) {
  json::object out;
  for (const auto fault : all_faults) {
    const auto name = to_string(fault);
    out[boost::json::string_view(name.data(), name.size())] = probability(chaos, fault);
  }
  out["delayed_copy_ms"] = chaos.delayed_copy_after.count();
  out["slow_send_ms"] = chaos.slow_send_for.count();
  out["reorder_distance"] = chaos.reorder_distance;
  out["oversize_bytes"] = chaos.oversize_bytes;
  return out;
}

}  // namespace

Control::Answer Control::put_rules(const Call& call) {
  TRY(const auto size, engine_.rules.replace(call.any_body));
  return json::value(json::object{{"rules", size}});
}

Control::Answer Control::get_rules(const Call&) {
  json::array applied;
  for (const auto times : engine_.rules.applied()) applied.push_back(times);
  return json::value(json::object{{"rules", engine_.rules.size()}, {"applied", std::move(applied)}});
}

/// What is not named is off: each call describes the whole weather.
Control::Answer Control::chaos(const Call& call) {
  Chaos chaos;
  Patch patch(call.body);
  patch.decimal("duplicate", chaos.duplicate, 0, 1).decimal("delayed_copy", chaos.delayed_copy, 0, 1);
  patch.decimal("retry_although_200", chaos.retry_although_200, 0, 1).decimal("reorder", chaos.reorder, 0, 1);
  patch.decimal("wrong_signature", chaos.wrong_signature, 0, 1).decimal("old_secret", chaos.old_secret, 0, 1);
  patch.decimal("empty_body", chaos.empty_body, 0, 1).decimal("oversize", chaos.oversize, 0, 1);
  patch.decimal("slow_send", chaos.slow_send, 0, 1).decimal("reset", chaos.reset, 0, 1);
  patch.duration_ms("delayed_copy_ms", chaos.delayed_copy_after).duration_ms("slow_send_ms", chaos.slow_send_for, 600'000);
  patch.number("reorder_distance", chaos.reorder_distance, 1, 10'000).number("oversize_bytes", chaos.oversize_bytes, 1, 64 << 20);
  TRY_VOID(patch.finish());
  engine_.dispatcher.set_chaos(chaos);
  return json::value(describe(chaos));
}

Control::Answer Control::webhooks(const Call& call) {
  auto settings = engine_.dispatcher.settings();
  std::string mode, order;
  Patch patch(call.body);
  patch.text("mode", mode).text("order", order).duration_ms("window_ms", settings.window, 60'000);
  patch.number("max_updates", settings.max_updates, 1, 1000).number("concurrency", settings.concurrency, 1, 1024);
  patch.duration_ms("timeout_ms", settings.timeout, 600'000).flag("accept_2xx", settings.accept_2xx);
  patch.flag("legacy_signature", settings.legacy_signature).decimal("retry_factor", settings.retry_factor, 0, 1000);
  patch.duration_ms("give_up_after_ms", settings.give_up_after).number("queue_limit", settings.queue_limit, 1, 10'000'000);
  TRY_VOID(patch.finish());
  if (!mode.empty()) {
    const auto found = std::find_if(std::begin(modes), std::end(modes), [&](const auto& known) { return known.first == mode; });
    if (found == std::end(modes)) return Error{ErrorCode::invalid_argument, "mode must be single, window or mixed"};
    settings.mode = found->second;
  }
  if (!order.empty()) {
    if (order != "fifo" && order != "shuffled") return Error{ErrorCode::invalid_argument, "order must be fifo or shuffled"};
    settings.shuffled = order == "shuffled";
  }
  engine_.dispatcher.set_settings(settings);
  return json::value(describe(settings));
}

Control::Answer Control::timeline(const Call& call) {
  auto settings = engine_.timeline.settings();
  Patch patch(call.body);
  patch.duration_ms("sent_ms", settings.sent).duration_ms("delivered_ms", settings.delivered).duration_ms("read_ms", settings.read);
  patch.duration_ms("played_ms", settings.played).duration_ms("failed_ms", settings.failed).decimal("jitter", settings.jitter, 0, 1);
  patch.duration_ms("message_ttl_ms", settings.message_ttl).number("expired_code", settings.expired_code, 0, 9'999'999);
  TRY_VOID(patch.finish());
  engine_.timeline.set_settings(settings);
  return json::value(json::object{{"sent_ms", settings.sent.count()},
                                  {"delivered_ms", settings.delivered.count()},
                                  {"read_ms", settings.read.count()},
                                  {"played_ms", settings.played.count()},
                                  {"failed_ms", settings.failed.count()},
                                  {"jitter", settings.jitter}});
}

Control::Answer Control::switches(const Call& call) {
  auto& switches = engine_.world.switches;
  const std::pair<std::string_view, std::atomic<bool>*> all[] = {{"throughput", &switches.throughput},
                                                                 {"pair", &switches.pair},
                                                                 {"portfolio", &switches.portfolio},
                                                                 {"management", &switches.management},
                                                                 {"registration", &switches.registration},
                                                                 {"templates", &switches.templates},
                                                                 {"window", &switches.window},
                                                                 {"keep_messages", &switches.keep_messages},
                                                                 {"log_requests", &switches.log_requests}};
  Patch patch(call.body);
  std::map<std::string_view, bool> wanted;
  for (const auto& [name, value] : all) {
    wanted[name] = value->load();
    patch.flag(name, wanted[name]);
  }
  patch.known("strict_sync");
  TRY_VOID(patch.finish());
  if (const auto* codes = json::find_array(call.body, "strict_sync")) {
    std::set<int> read;
    for (const auto& code : *codes) {
      if (!code.is_int64() || code.get_int64() < 0 || code.get_int64() > 9'999'999) {
        return Error{ErrorCode::invalid_argument, "strict_sync must be an array of codes"};
      }
      read.insert(static_cast<int>(code.get_int64()));
    }
    engine_.world.strict_sync.set(std::move(read));
  }
  json::object answer;
  for (const auto& [name, value] : all) {
    value->store(wanted[name]);
    answer[boost::json::string_view(name.data(), name.size())] = wanted[name];
  }
  return json::value(std::move(answer));
}

}  // namespace wherry::sim

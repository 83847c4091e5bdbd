#include "simulator/engine.h"

#include "simulator/webhooks/verify.h"

namespace wherry::sim {

namespace {
constexpr std::size_t planned_limit = 4'000'000;
constexpr std::size_t review_key = 0;
constexpr auto sweep_every = std::chrono::hours(1);
}  // namespace

/// A template's review comes to its end.
struct Engine::Review final : Event {
  Review(Engine& e, std::string id) : engine(e), template_id(std::move(id)) {}
  void fire(Timestamp due) override {
    const auto outcome = engine.world.finish_review(template_id);
    if (!outcome) return;
    engine.announcer.template_status(*outcome, outcome->status, outcome->rejected_reason, due);
  }
  Engine& engine;
  std::string template_id;
};

/// Media whose time is over is removed once an hour.
struct Engine::Sweep final : Event {
  explicit Sweep(Engine& e) : engine(e) {}
  void fire(Timestamp due) override {
    engine.world.media.sweep(due);
    engine.plan_sweep(due);
  }
  Engine& engine;
};

void Engine::plan_sweep(Timestamp from) { scheduler.at(from + sweep_every, review_key, std::make_shared<Sweep>(*this)); }

Engine::Engine(World& w, SimClock& c, http::Client& client, TaskGroup& group)
    : world(w),
      clock(c),
      scheduler(c, planned_limit),
      identities(w),
      dispatcher(c, scheduler, client, group, w.options().seed),
      announcer(w, identities, [this](UpdatePtr update) { dispatcher.emit(std::move(update)); }),
      timeline(w, scheduler, announcer, identities),
      inbound(w, announcer),
      users(w, inbound, timeline),
      rules(w.options().seed),
      exceptions(w, rules),
      tasks(group),
      client_(client) {
  dispatcher.set_route([this](const Update& update) { return route_update(world, update); });
  dispatcher.set_on_expired([this](const Delivery& delivery) { drop_notice(delivery); });
  timeline.set_on_afterwards([this](const SentMessagePtr& message, Afterwards what, Timestamp at) { users.afterwards(message, what, at); });
}

void Engine::start(const std::vector<Executor>& executors) {
  dispatcher.start(executors);
  plan_sweep(world.now());
  scheduler.start(executors, tasks);
}

void Engine::reset() {
  scheduler.clear();
  dispatcher.reset();
  timeline.reset();
  rules.clear();
  exceptions.reset();
  identities.clear();
  inbound.reset();
  marked_read.store(0);
  verifications.store(0);
  verifications_refused.store(0);
  world.reset();
  plan_sweep(world.now());
}

void Engine::on_accepted(const SentMessagePtr& message, const Verdict* verdict) {
  if (message->bsuid.empty() && message->group_id.empty()) {
    if (const auto number = world.numbers.find(message->number_id)) identities.wrote_to_phone(*number, message->wa_id, message->at);
  }
  timeline.begin(message, verdict != nullptr ? verdict->script : nullptr);
}

void Engine::on_template_submitted(const Template& value) {
  scheduler.at(world.now() + world.options().review_delay, review_key, std::make_shared<Review>(*this, value.id));
}

void Engine::on_template_changed(const Template& value, std::string_view event) {
  announcer.template_status(value, event, "NONE", world.now());
}

void Engine::on_marked_read(const ReceivedMessage&) { marked_read.fetch_add(1, std::memory_order_relaxed); }

void Engine::on_security(const Number& number, std::string_view event) {
  boost::json::object value;
  value["display_phone_number"] = number.digits;
  value["event"] = boost::json::string_view(event.data(), event.size());
  announcer.account(number.waba_id, "security", value, world.now());
}

Task<Result<void>> Engine::verify_callback(std::string url, std::string verify_token) {
  auto challenge = std::to_string(next_challenge_.fetch_add(1));
  verifications.fetch_add(1, std::memory_order_relaxed);
  auto result = co_await sim::verify_callback(client_, std::move(url), std::move(verify_token), std::move(challenge));
  if (!result) verifications_refused.fetch_add(1, std::memory_order_relaxed);
  co_return result;
}

void Engine::drop_notice(const Delivery& delivery) {
  if (!delivery.no_storage || delivery.field != "messages") return;
  const auto number = world.numbers.find(delivery.phone_number_id);
  if (number) announcer.error(*number, graph_error(131035), world.now());
}

}  // namespace wherry::sim

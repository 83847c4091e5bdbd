#include "simulator/webhooks/dispatcher.h"

#include "simulator/webhooks/attempt.h"
#include "simulator/webhooks/retry.h"
#include "simulator/webhooks/signature.h"

namespace wherry::sim {

namespace {
constexpr std::size_t lane_limit = 1024;  // callbacks known at once; idle ones are forgotten beyond it
constexpr auto longest_hold = std::chrono::seconds(2);  // of a delivery that is to come out of order

bool is_2xx(int status) { return status >= 200 && status < 300; }

std::size_t total(const std::atomic<std::size_t>& count) { return count.load(std::memory_order_relaxed); }
}  // namespace

/// Another attempt is due, or a delayed copy.
struct Dispatcher::Again final : Event {
  Again(Dispatcher& d, LanePtr l, DeliveryPtr what) : dispatcher(d), lane(std::move(l)), delivery(std::move(what)) {}
  void fire(Timestamp) override { dispatcher.enqueue(lane, std::move(delivery)); }
  Dispatcher& dispatcher;
  LanePtr lane;
  DeliveryPtr delivery;
};

/// The window of a batch ends.
struct Dispatcher::Flush final : Event {
  Flush(Dispatcher& d, LanePtr l, std::uint64_t n) : dispatcher(d), lane(std::move(l)), batch(n) {}
  void fire(Timestamp) override {
    auto updates = lane->flush(batch);
    if (!updates.empty()) dispatcher.deliver(lane, std::move(updates));
  }
  Dispatcher& dispatcher;
  LanePtr lane;
  std::uint64_t batch;
};

/// A held delivery goes although nothing overtook it.
struct Dispatcher::Release final : Event {
  Release(Dispatcher& d, LanePtr l, DeliveryPtr what) : dispatcher(d), lane(std::move(l)), delivery(std::move(what)) {}
  void fire(Timestamp) override {
    if (lane->release(*delivery)) dispatcher.enqueue(lane, std::move(delivery));
  }
  Dispatcher& dispatcher;
  LanePtr lane;
  DeliveryPtr delivery;
};

Dispatcher::Dispatcher(SimClock& clock, Scheduler& scheduler, http::Client& client, TaskGroup& tasks, std::uint64_t seed)
    : clock_(clock), scheduler_(scheduler), client_(client), tasks_(tasks), seed_(seed), options_(std::make_shared<Options>()) {}

std::shared_ptr<const Dispatcher::Options> Dispatcher::options() const {
  std::lock_guard lock(options_mutex_);
  return options_;
}

WebhookSettings Dispatcher::settings() const { return options()->settings; }
Chaos Dispatcher::chaos() const { return options()->chaos; }

void Dispatcher::set_settings(WebhookSettings settings) {
  std::lock_guard lock(options_mutex_);
  options_ = std::make_shared<Options>(Options{std::move(settings), options_->chaos});
}

void Dispatcher::set_chaos(Chaos chaos) {
  std::lock_guard lock(options_mutex_);
  options_ = std::make_shared<Options>(Options{options_->settings, std::move(chaos)});
}

Dispatcher::LanePtr Dispatcher::lane_for(const Target& target) {
  const auto key = target.app_id + '\n' + target.url;
  {
    std::shared_lock lock(lanes_mutex_);
    if (const auto it = lanes_.find(key); it != lanes_.end()) return it->second;
  }
  std::unique_lock lock(lanes_mutex_);
  if (lanes_.size() >= lane_limit) {
    std::erase_if(lanes_, [](const auto& entry) { return entry.second->depth() == 0 && entry.second->active() == 0; });
  }
  auto& lane = lanes_[key];
  if (!lane) lane = std::make_shared<Lane>(std::hash<std::string>{}(key), seed_);
  return lane;
}

void Dispatcher::emit(UpdatePtr update) {
  auto targets = route_(*update);
  if (targets.empty()) {
    counters_.unrouted.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  counters_.updates.fetch_add(1, std::memory_order_relaxed);
  const auto options = this->options();
  for (auto& target : targets) {
    auto lane = lane_for(target);
    lane->set_target(std::move(target));
    if (options->settings.mode == WebhookSettings::Mode::single) {
      deliver(lane, {update});
      continue;
    }
    auto added = lane->collect(update, options->settings);
    if (!added.ready.empty()) deliver(lane, std::move(added.ready));
    if (added.opened) {
      auto flush = std::make_shared<Flush>(*this, lane, *added.opened);
      if (!scheduler_.at(clock_.now() + options->settings.window, lane->key(), flush)) flush->fire(clock_.now());
    }
  }
}

bool Dispatcher::full(const Options& options) const {
  return total(budget_->count) >= options.settings.queue_limit || total(budget_->bytes) >= options.settings.bytes_limit;
}

DeliveryPtr Dispatcher::copy_of(const Delivery& delivery) {
  auto copy = std::make_shared<Delivery>(budget_, delivery.body);
  copy->id = next_delivery_.fetch_add(1);
  copy->copy_of = delivery.id;
  copy->signature_256 = delivery.signature_256;
  copy->signature_1 = delivery.signature_1;
  copy->field = delivery.field;
  copy->waba_id = delivery.waba_id;
  copy->phone_number_id = delivery.phone_number_id;
  copy->updates = delivery.updates;
  copy->no_storage = delivery.no_storage;
  copy->generation = delivery.generation;
  copy->created = delivery.created;
  return copy;
}

void Dispatcher::deliver(const LanePtr& lane, std::vector<UpdatePtr> updates) {
  const auto options = this->options();
  if (full(*options)) {
    counters_.dropped.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  const auto target = lane->target();
  const auto grouping = options->settings.mode == WebhookSettings::Mode::mixed ? Grouping::mixed : Grouping::by_kind;
  auto body = std::make_shared<const std::string>(build_webhook_body(updates, grouping, target.with_conversation));
  auto delivery = std::make_shared<Delivery>(budget_, std::move(body));
  delivery->id = next_delivery_.fetch_add(1);
  delivery->signature_256 = sign_sha256(target.secret, *delivery->body);
  if (options->settings.legacy_signature) delivery->signature_1 = sign_sha1(target.secret, *delivery->body);
  const auto& first = *updates.front();
  delivery->field = first.field;
  delivery->waba_id = first.waba_id;
  delivery->phone_number_id = first.phone_number_id;
  delivery->updates = updates.size();
  delivery->created = first.at;
  delivery->generation = generation_.load();
  delivery->no_storage = true;
  for (const auto& update : updates) delivery->no_storage = delivery->no_storage && update->no_storage;

  const auto& chaos = options->chaos;
  delivery->spoiled = draw_spoiled_attempt(chaos, seed_, delivery->id);
  if (draw(chaos, Fault::delayed_copy, seed_, delivery->id)) {
    faults_.count(Fault::delayed_copy);
    scheduler_.at(clock_.now() + chaos.delayed_copy_after, lane->key(), std::make_shared<Again>(*this, lane, copy_of(*delivery)));
  }
  if (draw(chaos, Fault::duplicate, seed_, delivery->id)) {
    faults_.count(Fault::duplicate);
    enqueue(lane, copy_of(*delivery));
  }
  if (draw(chaos, Fault::reorder, seed_, delivery->id)) {
    faults_.count(Fault::reorder);
    lane->hold(delivery, chaos.reorder_distance);
    scheduler_.at(clock_.now() + longest_hold, lane->key(), std::make_shared<Release>(*this, lane, delivery));
    return;
  }
  enqueue(lane, std::move(delivery));
}

void Dispatcher::enqueue(const LanePtr& lane, DeliveryPtr delivery) {
  if (executors_.empty() || delivery->generation != generation_.load()) return;
  const bool start = lane->enqueue(std::move(delivery), options()->settings.concurrency);
  if (!start) return;
  const auto& executor = executors_[next_executor_.fetch_add(1, std::memory_order_relaxed) % executors_.size()];
  tasks_.spawn(executor, work(lane), "simulator_webhooks");
}

Task<void> Dispatcher::work(LanePtr lane) {
  for (;;) {
    const auto options = this->options();
    auto delivery = lane->take(options->settings.shuffled, options->settings.concurrency);
    if (!delivery) co_return;
    co_await attempt(lane, std::move(delivery));
  }
}

Task<void> Dispatcher::attempt(LanePtr lane, DeliveryPtr delivery) {
  const auto options = this->options();
  const auto target = lane->target();
  const Fault fault = delivery->attempts == 0 ? delivery->spoiled : Fault::none;
  ++delivery->attempts;
  if (fault != Fault::none) faults_.count(fault);
  if (delivery->attempts > 1) counters_.retried.fetch_add(1, std::memory_order_relaxed);
  auto made = make_attempt(*delivery, target, fault, options->settings, options->chaos);

  Attempt record;
  record.delivery = delivery->copy_of != 0 ? delivery->copy_of : delivery->id;
  record.attempt = delivery->attempts;
  record.at = clock_.now();
  record.app_id = target.app_id;
  record.url = target.url;
  record.field = delivery->field;
  record.updates = delivery->updates;
  record.fault = fault == Fault::none && delivery->copy_of != 0 ? Fault::duplicate : fault;
  record.signature = std::move(made.signature);
  if (!made.other_body) record.body = delivery->body;

  const auto began = std::chrono::steady_clock::now();
  counters_.in_flight.fetch_add(1, std::memory_order_relaxed);
  auto answer = co_await client_.send(std::move(made.request));
  counters_.in_flight.fetch_sub(1, std::memory_order_relaxed);
  record.took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
  if (answer) {
    record.status = answer->status;
  } else {
    record.error = std::string(to_string(answer.error().code)) + ": " + answer.error().message;
  }
  const bool taken = answer && (answer->status == 200 || (options->settings.accept_2xx && is_2xx(answer->status)));
  record.success = taken;
  log_.add(std::move(record));
  if (delivery->generation != generation_.load()) co_return;
  if (!judge(*delivery, fault, taken, *options)) plan_retry(lane, delivery, *options);
}

bool Dispatcher::judge(Delivery& delivery, Fault fault, bool taken, const Options& options) {
  const bool whole = fault == Fault::none || fault == Fault::slow_send;
  if (!taken) {
    counters_.failed.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  // What was spoiled on purpose is owed still, whatever the receiver said to it.
  if (!whole) return false;
  counters_.delivered.fetch_add(1, std::memory_order_relaxed);
  counters_.delivered_updates.fetch_add(delivery.updates, std::memory_order_relaxed);
  lag_.record(clock_.now() - delivery.created);
  if (delivery.copy_of == 0 && !delivery.retried_although_taken && draw(options.chaos, Fault::retry_although_200, seed_, delivery.id)) {
    delivery.retried_although_taken = true;
    faults_.count(Fault::retry_although_200);
    return false;
  }
  return true;
}

void Dispatcher::plan_retry(const LanePtr& lane, const DeliveryPtr& delivery, const Options& options) {
  const auto& settings = options.settings;
  const auto step = static_cast<double>(retry_delay(delivery->attempts, delivery->id).count());
  const auto due = clock_.now() + milliseconds(static_cast<std::int64_t>(step * settings.retry_factor));
  const auto patience = delivery->no_storage ? settings.no_storage_give_up_after : settings.give_up_after;
  if (due - delivery->created > patience) {
    counters_.expired.fetch_add(1, std::memory_order_relaxed);
    if (on_expired_) on_expired_(*delivery);
    return;
  }
  auto again = std::make_shared<Again>(*this, lane, delivery);
  if (!scheduler_.at(due, lane->key(), again)) counters_.dropped.fetch_add(1, std::memory_order_relaxed);
}

void Dispatcher::reset() {
  generation_.fetch_add(1);
  {
    std::shared_lock lock(lanes_mutex_);
    for (auto& [key, lane] : lanes_) lane->clear();
  }
  log_.clear();
  lag_.clear();
  faults_.clear();
  for (auto* counter : {&counters_.updates, &counters_.unrouted, &counters_.delivered, &counters_.delivered_updates, &counters_.failed,
                        &counters_.retried, &counters_.expired, &counters_.dropped}) {
    counter->store(0);
  }
}

std::size_t Dispatcher::depth() const {
  std::size_t sum = 0;
  std::shared_lock lock(lanes_mutex_);
  for (const auto& [key, lane] : lanes_) sum += lane->depth();
  return sum;
}

}  // namespace wherry::sim

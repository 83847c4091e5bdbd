#include "services/webhooks/webhooks.h"

#include <algorithm>

#include "services/webhooks/new_secret.h"
#include "services/webhooks/own_header.h"
#include "services/webhooks/schedule.h"

namespace wherry {

namespace {

constexpr std::size_t longest_url = 2048;
constexpr std::size_t most_kinds = 32;
constexpr std::size_t longest_kind = 64;

Error invalid(std::string text) { return {ErrorCode::invalid_argument, std::move(text)}; }

Result<void> check_kinds(const std::vector<std::string>& kinds, const WebhookRenderer& renderer) {
  if (kinds.size() > most_kinds) return invalid("kinds has at most 32 entries");
  for (const auto& kind : kinds) {
    if (kind.empty() || kind.size() > longest_kind || !renderer.takes_name(kind)) {
      return invalid("kinds: this format does not tell events of kind '" + kind.substr(0, longest_kind) + "'");
    }
  }
  return {};
}

Result<void> check_edition(std::uint32_t edition, const WebhookRenderer& renderer) {
  if (edition >= 1 && edition <= renderer.editions()) return {};
  return invalid("edition: this format has " + std::to_string(renderer.editions()));
}

Error no_such_subscription() { return {ErrorCode::not_found, "no such subscription"}; }

}  // namespace

bool WebhookRenderer::tells(std::string_view kind) const {
  const auto known = kinds();
  return known.empty() || std::find(known.begin(), known.end(), kind) != known.end();
}

Result<void> Webhooks::check_url(const std::string& url) {
  const bool schemed = url.starts_with("https://") || url.starts_with("http://");
  if (!schemed || url.size() > longest_url) return invalid("url must be an http(s) URL of at most 2048 characters");
  for (const unsigned char c : url) {
    if (c <= 0x20 || c >= 0x7f) return invalid("url holds a character that must be escaped");
  }
  return {};
}

Webhooks::Webhooks(Parts parts) : parts_(std::move(parts)) {}
Webhooks::~Webhooks() = default;

const WebhookRenderer& Webhooks::renderer_of(const Subscription& subscription) const {
  return *parts_.renderers[static_cast<std::size_t>(subscription.format)];
}

void Webhooks::run(Subscription subscription) {
  const auto id = subscription.id;
  const Target target{subscription.format, subscription.tenant, subscription.channel};
  webhooks::RunnerParts parts{parts_.store,    parts_.journal, parts_.feed, parts_.sender, renderer_of(subscription),
                              parts_.channels, parts_.clock,   counters_,   parts_.limits};
  auto runner = std::make_shared<webhooks::Runner>(std::move(parts), std::move(subscription));
  std::lock_guard lock(mutex_);
  if (stopping_ || executors_.empty()) return;
  runner->start(executors_[next_executor_++ % executors_.size()]);
  runners_[id] = std::move(runner);
  targets_[id] = target;
}

bool Webhooks::takes(WebhookFormat format, TenantId tenant, std::optional<ChannelId> channel) const {
  std::lock_guard lock(mutex_);
  return std::any_of(targets_.begin(), targets_.end(), [&](const auto& one) {
    const auto& target = one.second;
    return target.format == format && target.tenant == tenant && (!channel || !target.channel || *target.channel == *channel);
  });
}

std::shared_ptr<webhooks::Runner> Webhooks::take(SubscriptionId id) {
  std::lock_guard lock(mutex_);
  targets_.erase(id);
  auto found = runners_.extract(id);
  return found ? std::move(found.mapped()) : nullptr;
}

Task<Result<void>> Webhooks::start(std::vector<Executor> executors) {
  {
    std::lock_guard lock(mutex_);
    executors_ = std::move(executors);
  }
  CO_TRY(auto subscriptions, co_await parts_.store.list_subscriptions());
  for (auto& subscription : subscriptions) {
    if (subscription.enabled()) run(std::move(subscription));
  }
  co_return Result<void>();
}

Task<void> Webhooks::stop() {
  std::vector<std::shared_ptr<webhooks::Runner>> running;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    for (auto& [id, runner] : runners_) running.push_back(runner);
    runners_.clear();
  }
  for (auto& runner : running) {
    co_await runner->stop();
  }
}

/// The runner of before ends, what it had on its way included, and one with the new settings goes on from its cursor.
Task<Result<void>> Webhooks::restart(Subscription subscription) {
  auto before = take(subscription.id);
  if (before) {
    co_await before->stop();
  }
  if (subscription.enabled()) run(std::move(subscription));
  co_return Result<void>();
}

Result<void> Webhooks::check_channel(TenantId tenant, std::optional<ChannelId> id) const {
  const auto channel = id ? parts_.channels.find(*id) : nullptr;
  if (id && (!channel || channel->tenant != tenant)) return Error{ErrorCode::not_found, "no such channel"};
  return {};
}

Task<Result<Subscription>> Webhooks::add(NewSubscription request) {
  Subscription made;
  made.format = request.format;
  CO_TRY_VOID(check_url(request.url));
  CO_TRY_VOID(check_kinds(request.kinds, renderer_of(made)));
  CO_TRY_VOID(webhooks::check_secret(made.format, request.secret));
  CO_TRY_VOID(check_edition(request.edition, renderer_of(made)));
  CO_TRY_VOID(webhooks::check_own_header(request.header_name, request.header_value));
  if (request.retry) {
    CO_TRY_VOID(webhooks::check_retry(*request.retry));
  }
  if (request.asymmetric && made.format != WebhookFormat::standard) co_return invalid("only the standard format has v1a signatures");
  CO_TRY(auto tenant, co_await parts_.access.find_tenant(request.tenant));
  if (!tenant) co_return Error{ErrorCode::not_found, "no such tenant"};
  CO_TRY_VOID(check_channel(request.tenant, request.channel));
  CO_TRY(auto others, co_await list(request.tenant));
  if (others.size() >= most_per_tenant) co_return Error{ErrorCode::already_exists, "a tenant has at most 50 subscriptions"};

  made.created_at = made.updated_at = parts_.clock.now();
  made.id = SubscriptionId::make(made.created_at);
  made.tenant = request.tenant;
  made.channel = request.channel;
  made.url = std::move(request.url);
  made.secret = request.secret.empty() ? webhooks::make_secret(made.format) : Secret(std::move(request.secret));
  if (request.asymmetric) made.signing_seed = webhooks::make_signing_seed();
  made.kinds = std::move(request.kinds);
  made.edition = request.edition;
  made.header_name = std::move(request.header_name);
  made.header_value = std::move(request.header_value);
  made.retry = request.retry;
  CO_TRY(made, co_await parts_.store.add_subscription(std::move(made)));
  run(made);
  co_return made;
}

Task<Result<Subscription>> Webhooks::change(SubscriptionId id, SubscriptionChange change) {
  CO_TRY(auto changed, co_await find(id));
  if (change.url) {
    CO_TRY_VOID(check_url(*change.url));
    changed.url = std::move(*change.url);
  }
  if (change.kinds) {
    CO_TRY_VOID(check_kinds(*change.kinds, renderer_of(changed)));
    changed.kinds = std::move(*change.kinds);
  }
  if (change.channel) {
    CO_TRY_VOID(check_channel(changed.tenant, *change.channel));
    changed.channel = *change.channel;
  }
  if (change.retry) {
    CO_TRY_VOID(webhooks::check_retry(*change.retry));
    changed.retry = change.retry;
  }
  if (change.edition) {
    CO_TRY_VOID(check_edition(*change.edition, renderer_of(changed)));
    changed.edition = *change.edition;
  }
  if (change.header_name || change.header_value) {
    if (change.header_name) changed.header_name = std::move(*change.header_name);
    if (change.header_value) changed.header_value = std::move(*change.header_value);
    if (changed.header_name.empty()) changed.header_value = Secret();
    CO_TRY_VOID(webhooks::check_own_header(changed.header_name, changed.header_value));
  }
  if (change.secret) {
    CO_TRY_VOID(webhooks::check_secret(changed.format, *change.secret));
    if (!changed.secret.empty()) changed.previous_secret = changed.secret;
    changed.secret = change.secret->empty() ? webhooks::make_secret(changed.format) : Secret(std::move(*change.secret));
  }
  if (change.forget_previous_secret) changed.previous_secret.reset();
  if (change.enabled) {
    changed.disabled_reason = *change.enabled ? "" : "switched off";
    changed.failing_since.reset();
  }
  changed.updated_at = parts_.clock.now();
  CO_TRY_VOID(co_await parts_.store.update_subscription(changed));
  CO_TRY_VOID(co_await restart(changed));
  co_return changed;
}

Task<Result<void>> Webhooks::remove(SubscriptionId id) {
  CO_TRY_VOID(co_await find(id));
  auto runner = take(id);
  if (runner) {
    co_await runner->stop();
  }
  co_return co_await parts_.store.remove_subscription(id, parts_.clock.now());
}

Task<Result<std::vector<Subscription>>> Webhooks::list(std::optional<TenantId> tenant) {
  CO_TRY(auto all, co_await parts_.store.list_subscriptions());
  if (tenant) std::erase_if(all, [&](const Subscription& one) { return one.tenant != *tenant; });
  co_return all;
}

Task<Result<Subscription>> Webhooks::find(SubscriptionId id) {
  CO_TRY(auto all, co_await parts_.store.list_subscriptions());
  for (auto& one : all) {
    if (one.id == id) co_return std::move(one);
  }
  co_return no_such_subscription();
}

Task<Result<WebhookAnswer>> Webhooks::test(SubscriptionId id) {
  CO_TRY(auto subscription, co_await find(id));
  const auto now = parts_.clock.now();
  JournalItem item;
  item.event.tenant = subscription.tenant;
  item.event.kind = "message.received";
  item.event.channel = subscription.channel;
  item.event.conversation = ConversationId::make(now);
  item.event.at = now;
  item.event.body = "{}";
  InboundView message;
  message.id = MessageId::make(now);
  message.wamid = "wamid.TEST";
  message.type = "text";
  message.text = "This is a test of your endpoint.";
  message.raw =
      R"({"from":"15550100000","id":"wamid.TEST","timestamp":"0","type":"text","text":{"body":"This is a test of your endpoint."}})";
  message.at = now;
  message.from.wa_id = WaId{"15550100000"};
  message.from.profile_name = "Test";
  item.inbound = std::move(message);
  const auto channel = subscription.channel ? parts_.channels.find(*subscription.channel) : nullptr;
  auto call = renderer_of(subscription).render(subscription, channel.get(), item, now);
  if (!call) co_return invalid("this format cannot be tested");
  webhooks::add_own_header(subscription, *call);
  co_return co_await parts_.sender.post(std::move(*call));
}

Task<Result<std::vector<DeadLetter>>> Webhooks::dead_letters(SubscriptionId id, std::uint64_t after, std::uint32_t limit) {
  CO_TRY_VOID(co_await find(id));
  co_return co_await parts_.store.dead_letters(id, after, limit);
}

Task<Result<std::uint64_t>> Webhooks::replay(SubscriptionId id, WebhookStore::Replay what) {
  CO_TRY(auto subscription, co_await find(id));
  if (!subscription.enabled()) co_return Error{ErrorCode::conflict, "the subscription is disabled: enable it first"};
  if (what.to < what.from) co_return invalid("the range is empty");
  CO_TRY(auto count, co_await parts_.store.replay(subscription, std::move(what), parts_.clock.now(), replay_apart));
  CO_TRY_VOID(co_await restart(std::move(subscription)));
  co_return count;
}

Task<Result<DeliveryCounts>> Webhooks::counts(SubscriptionId id) {
  CO_TRY(auto subscription, co_await find(id));
  const auto& renderer = renderer_of(subscription);
  auto told = renderer.kinds();
  const auto wanted = std::exchange(subscription.kinds, {});
  if (told.empty()) told = wanted;
  for (auto& kind : told) {
    const bool counts = wanted.empty() || std::find(wanted.begin(), wanted.end(), renderer.name_of(kind)) != wanted.end();
    if (counts) subscription.kinds.push_back(std::move(kind));
  }
  co_return co_await parts_.store.counts(subscription, renderer_of(subscription).only_moves());
}

}  // namespace wherry

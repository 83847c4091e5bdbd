#include "app/gateway.h"

#include "api/openapi/routes.h"
#include "app/gateway_metrics.h"
#include "base/log.h"
#include "services/live/expel.h"

namespace wherry::app {

namespace {

http::ServerOptions server_options(const Config& config) {
  http::ServerOptions options;
  options.address = config.address;
  options.port = config.port;
  options.max_connections = config.max_connections;
  options.header_limit = config.header_limit;
  options.header_timeout = config.header_timeout;
  options.body_idle_timeout = config.body_idle_timeout;
  return options;
}

MediaWorkerOptions worker_options(const Config& config) {
  MediaWorkerOptions options;
  options.concurrency = config.media_fetchers;
  return options;
}

RetentionOptions retention_options(const Config& config) {
  RetentionOptions options;
  options.keep = std::chrono::days(config.journal_days);
  options.max_rows = config.journal_max_rows;
  options.wait_for_readers = std::chrono::days(config.journal_grace_days);
  return options;
}

}  // namespace

Gateway::Gateway(const Config& config, Core& core)
    : config_(config),
      core_(core),
      started_at_(core.clock.now()),
      admin_{core.access,  core.channels,     core.message_store, core.upstream, core.outbox,         core.idempotency,
             core.inbox,   core.webhooks,     core.templates,     core.clock,    core.keys.admin_key, core.journal,
             core.reports, core.journal_feed, core.consents,      core.sources,  &core.webhook_store},
      operational_{
          core.outbox,
          core.inbox,
          core.clock,
          started_at_,
          [this]() -> const http::ServerCounters* { return server_ ? &server_->counters() : nullptr; },
          [this] { return serving_.load(); },
          [this](api::admin::MetricsPage& page) { add_gateway_metrics(page, core_, *webhook_counters_, media_worker_.counters()); },
          [this](api::admin::MetricsPage& page) { return add_stored_metrics(page, core_, retention_); }},
      pipes_{core.access,
             core.outbox,
             core.media,
             core.idempotency,
             core.message_store,
             core.live,
             core.channels,
             core.templates,
             core.accounts,
             core.secrets,
             core.clock,
             config.public_url,
             !config.media_urls_https_only,
             {config.meta_app_id, config.meta_app_secret},
             config.meta_login_config},
      magpipe_{core.access,      core.channels,  core.accounts, core.outbox, core.media,
               core.history,     core.templates, core.webhooks, core.clock,  {config.meta_app_id, config.meta_app_secret},
               config.public_url},
      pepipost_{core.access,
                core.outbox,
                core.conversations,
                core.media,
                core.consents,
                core.sources,
                core.templates,
                core.clock,
                !config.media_urls_https_only,
                config.pepipost_late_refusals},
      sessions_{core.access,
                core.sessions,
                core.outbox,
                core.idempotency,
                core.media,
                core.media_rows,
                core.passing_files,
                *core.blobs,
                core.history,
                core.chat_store,
                core.people_store,
                core.journal_store,
                core.journal_feed,
                core.linked_transport,
                core.session_store,
                core.webhooks,
                core.streams,
                core.clock,
                "gw-1",
                {config.default_rate_per_min, config.default_rate_per_hour}},
      meta_{core.inbox, core.channels, core.clock},
      router_(make_router()),
      media_worker_(core.inbound_store, core.media, core.upstream, core.channels, core.clock, worker_options(config)),
      retention_(core.journal, core.journal, core.clock, retention_options(config)) {
  core.inbox.on_media([this] { media_worker_.wake(); });
  media_worker_.keep_for([this](TenantId tenant, ChannelId channel) -> std::optional<milliseconds> {
    if (!core_.webhooks.takes(WebhookFormat::pepipost, tenant, channel)) return std::nullopt;
    return api::pepipost::media_lifetime;
  });
  core.inbox.on_other([this](OtherEvent event) { return core_.templates.hear(std::move(event)); });
  retention_.protect([this](TenantId tenant) { return core_.journal.lowest_needed(tenant); });
}

Gateway::~Gateway() = default;

http::Router Gateway::make_router() {
  http::Router router;
  api::admin::add_admin_routes(router, admin_);
  api::admin::add_operational_routes(router, operational_);
  api::pipes::add_pipes_routes(router, pipes_);
  api::magpipe::add_magpipe_routes(router, magpipe_);
  api::pepipost::add_pepipost_routes(router, pepipost_);
  api::sessions::add_sessions_routes(router, sessions_);
  api::openapi::add_openapi_routes(router);
  webhook_counters_ = api::meta_webhook::add_meta_webhook_routes(router, meta_);
  return router;
}

Result<void> Gateway::bind() {
  auto handler = [this](http::Request& request) { return router_.handle(request); };
  TRY(server_, http::Server::create(server_options(config_), handler));
  return {};
}

Task<Result<void>> Gateway::start(std::vector<Executor> executors) {
  CO_TRY_VOID(co_await core_.load());
  CO_TRY_VOID(co_await read_vitals());
  CO_TRY_VOID(co_await core_.outbox.resume());
  for (auto& executor : executors) server_->listen_on(executor);
  auto look_at_keys = [this, executor = executors.front()] {
    background_.spawn(executor, expel_without_key(core_.live, core_.access, core_.clock), "expel_without_key");
    background_.spawn(executor, expel_without_key(core_.streams, core_.access, core_.clock), "end_streams_without_key");
  };
  core_.access.on_key_change(look_at_keys);
  background_.spawn(executors.front(), housekeeping(), "housekeeping");
  background_.spawn(executors.front(), follow_tenants(), "follow_tenants");
  core_.templates.start(executors.front());
  CO_TRY_VOID(co_await core_.webhooks.start(executors));
  media_worker_.start(executors.front());  // how long files are kept depends on the webhooks
  CO_TRY_VOID(co_await core_.live_dispatch.start(executors));
  core_.sessions.start_tending(executors.front());  // last: it starts processes, which only stop() ends
  serving_ = true;
  co_return Result<void>();
}

Task<void> Gateway::stop() {
  serving_ = false;
  core_.received_feed.close();
  core_.journal_feed.close();  // ends the streams that follow the journal
  co_await server_->stop(config_.shutdown_grace);
  const milliseconds rest(500);
  co_await core_.outbox.finish(rest);
  co_await core_.linked_transport.stop();  // what it has not sent yet is refused, and waits for the next start
  co_await core_.outbox.stop(rest);
  co_await core_.sessions.stop_tending();
  co_await core_.live.stop();
  co_await core_.webhooks.stop();
  co_await core_.live_dispatch.stop();
  co_await media_worker_.stop();
  co_await core_.templates.stop();
  co_await background_.stop();
  auto used = co_await core_.access.flush_usage();
  if (!used) log::warn("key_usage_not_stored", {{"detail", used.error().detail}});
}

// So that an alert on a silent channel works from the first scrape.
Task<Result<void>> Gateway::read_vitals() {
  CO_TRY(auto channels, co_await core_.reports.channel_times());
  auto& vitals = core_.channels.vitals();
  for (const auto& one : channels) {
    if (one.last_sent) vitals.sent(one.channel, *one.last_sent);
    if (one.last_inbound) vitals.received(one.channel, *one.last_inbound);
  }
  co_return Result<void>();
}

Task<void> Gateway::follow_tenants() {
  const milliseconds pause = seconds(5);
  while (true) {
    co_await core_.clock.sleep_for(pause);
    auto swept = co_await core_.live_dispatch.sweep();
    co_await expel_without_key(core_.live, core_.access, core_.clock);
    co_await expel_without_key(core_.streams, core_.access, core_.clock);
    auto dropped = co_await core_.passing_files.sweep();
    if (!dropped) log::warn("passing_files_not_swept", {{"error", to_string(dropped.error().code)}});
    if (!swept) log::warn("live_sweep_failed", {{"error", to_string(swept.error().code)}});
  }
}

// The small recurring work: forgetting what is too old to matter.
Task<void> Gateway::housekeeping() {
  const milliseconds pause = std::chrono::minutes(1);
  int rounds = 0;
  while (true) {
    co_await core_.clock.sleep_for(pause);
    auto settled = co_await core_.outbox.sweep();
    if (!settled) log::warn("outbox_sweep_failed", {{"detail", settled.error().detail}});
    auto used = co_await core_.access.flush_usage();
    if (!used) log::warn("key_usage_not_stored", {{"detail", used.error().detail}});
    if (++rounds % 10 != 0) continue;
    const auto now = core_.clock.now();
    const auto before = now - std::chrono::days(8);
    auto forgotten = co_await core_.inbound_store.forget_seen(before);
    auto swept = co_await core_.media.sweep();
    auto dropped = co_await retention_.sweep();
    auto tries = co_await core_.webhook_store.forget_dropped();
    auto keys = co_await core_.idempotency.sweep();
    auto bytes = co_await core_.session_store.forget_bytes(now - std::chrono::days(7));
    if (!forgotten || !swept || !dropped || !tries || !keys || !bytes) {
      log::warn("housekeeping_failed", {{"seen", forgotten.has_value()}, {"media", swept.has_value()}, {"journal", dropped.has_value()}});
    }
  }
}

std::uint16_t Gateway::port() const { return server_->port(); }

std::string Gateway::base_url() const {
  const bool any = config_.address == "0.0.0.0" || config_.address == "::";
  const auto host = any ? std::string("127.0.0.1") : config_.address;
  const bool v6 = host.find(':') != std::string::npos;
  return "http://" + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port());
}

}  // namespace wherry::app

#include "app/core.h"

#include <boost/asio/ip/address.hpp>
#include <charconv>

#include "api/pipes/ws_message.h"
#include "app/linked_options.h"

namespace wherry::app {

namespace {

constexpr milliseconds webhook_pin_lifetime = seconds(60);

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  std::size_t at = 0;
  while (at < list.size()) {
    const auto comma = std::min(list.find(',', at), list.size());
    auto part = list.substr(at, comma - at);
    std::erase(part, ' ');
    if (!part.empty()) parts.push_back(std::move(part));
    at = comma + 1;
  }
  return parts;
}

http::EgressPolicy egress_policy(const Config& config) {
  http::EgressPolicy policy;
  policy.https_only = config.media_urls_https_only;
  policy.ports.clear();
  for (const auto& port : split(config.egress_ports)) policy.ports.insert(static_cast<std::uint16_t>(std::stoi(port)));
  policy.allow = split(config.egress_allow);
  return policy;
}

OutboxOptions outbox_options(const Config& config) {
  OutboxOptions options;
  options.answer_within = config.answer_within;
  options.max_waiting = config.max_waiting;
  options.linked_budget = {config.default_rate_per_min, config.default_rate_per_hour};
  return options;
}

}  // namespace

// What can fail, done before the parts that need it are put together.
struct Core::Parts {
  DataDirKeys keys;
  SecretBox secrets;
  std::unique_ptr<store::Database> database;
  std::unique_ptr<http::Client> client;
  std::unique_ptr<http::EgressGuard> egress;
  std::unique_ptr<http::EgressGuard> webhook_egress;
  std::unique_ptr<BlobStore> blobs;
  linked::LinkedOptions linked;
};

Result<std::unique_ptr<Core>> Core::open(const Config& config, Clock& clock, Executor executor) {
  TRY(auto keys, open_data_dir(config));
  TRY(auto secrets, SecretBox::create(keys.master_key.reveal()));
  store::SqliteOptions sqlite;
  sqlite.directory = config.data_dir;
  sqlite.readers = config.store_readers;
  TRY(auto database, store::open_sqlite(std::move(sqlite), clock));
  http::ClientOptions client_options;
  client_options.extra_ca_file = config.ca_file;
  auto client = http::make_client(client_options, clock);
  TRY(auto egress, http::EgressGuard::create(egress_policy(config), http::make_system_resolver()));
  auto webhook_policy = egress_policy(config);
  webhook_policy.https_only = false;
  TRY(auto webhook_egress, http::EgressGuard::create(std::move(webhook_policy), http::make_system_resolver()));
  TRY(auto blobs, FilesystemStore::open(config.data_dir + "/media"));
  TRY(auto linked_devices, linked_options(config, std::move(executor)));
  TRY_VOID(linked::LinkedDevice::prepare(linked_devices));
  Parts parts{std::move(keys),   std::move(secrets),        std::move(database), std::move(client),
              std::move(egress), std::move(webhook_egress), std::move(blobs),    std::move(linked_devices)};
  return std::unique_ptr<Core>(new Core(config, clock, std::move(parts)));
}

Core::Core(const Config& config, Clock& the_clock, Parts parts)
    : clock(the_clock),
      keys(std::move(parts.keys)),
      secrets(std::move(parts.secrets)),
      database(std::move(parts.database)),
      client(std::move(parts.client)),
      egress(std::move(parts.egress)),
      webhook_egress(std::move(parts.webhook_egress)),
      webhook_pins(http::make_pinning_guard(*webhook_egress, clock, webhook_pin_lifetime)),
      blobs(std::move(parts.blobs)),
      fetcher(*client, *egress),
      journal_feed(clock),
      received_feed(clock),
      access_store(*database),
      channel_store(*database, secrets),
      message_store(*database, &journal_feed),
      idempotency_rows(*database),
      inbound_store(*database, &journal_feed, &received_feed),
      media_rows(*database),
      journal(*database, &journal_feed),
      reports(*database),
      history(*database),
      journal_store(*database),
      webhook_store(*database, secrets),
      live_store(*database),
      consent_store(*database, &journal_feed),
      source_store(*database),
      template_store(*database, &journal_feed),
      session_store(*database, secrets, &journal_feed),
      chat_store(*database),
      passing_file_store(*database),
      people_store(*database),
      access(access_store, clock),
      channels(channel_store, access_store, clock, config.graph_url, config.graph_version),
      conversations(message_store),
      consents(consent_store, clock),
      sources(source_store, channels, clock),
      media(media_rows, *blobs, fetcher, secrets, clock),
      passing_files(passing_file_store, media, media_rows),
      inbox(inbound_store, channels, conversations, clock),
      session_states({session_store, channels, session_table, clock}),
      session_keys({session_store, session_table, session_states, clock, SessionsOptions().owner}),
      session_people({people_store, chat_store, clock}),
      session_inbound({session_keys, inbox, message_store, chat_store, session_people, secrets, clock}),
      session_listener({session_table, session_states, session_keys, session_inbound, session_people}),
      linked_transport(std::move(parts.linked), clock, session_listener),
      sessions({session_store, channels, linked_transport, session_table, session_states, clock, sessions_options(config)}),
      cloud_upstream(*client, media_rows, *blobs, clock),
      linked_upstream(linked_transport, session_table, session_store, secrets),
      upstream(cloud_upstream, linked_upstream),
      template_calls(*client),
      templates({template_store, template_calls, channels, clock, std::chrono::hours(config.template_sync_hours)}),
      accounts(*client),
      outbox(message_store, channels, conversations, media, upstream, clock, outbox_options(config)),
      idempotency(idempotency_rows, message_store, clock),
      webhook_sender(*client, *webhook_pins, clock),
      webhooks({webhook_store,
                journal_store,
                journal_feed,
                access_store,
                channels,
                webhook_sender,
                {&pipes_format, &standard_format, &graph_format, &pepipost_format, &magpipe_format, &pipes_format, &sessions_format},
                clock,
                {}}),
      live_dispatch(
          {live_store, journal_store, received_feed, access_store, channels, live, clock, api::pipes::render_whatsapp_message,
           [this](TenantId tenant, std::optional<ChannelId> channel) { return webhooks.takes(WebhookFormat::pipes, tenant, channel); }}) {
  outbox.judge_templates(
      [this](ChannelPtr channel, TemplateContent message) { return templates.check(std::move(channel), std::move(message)); });
}

Core::~Core() = default;

Task<Result<void>> Core::load() {
  CO_TRY_VOID(co_await channels.load());
  CO_TRY_VOID(co_await sessions.load());
  co_return co_await sources.load();
}

}  // namespace wherry::app

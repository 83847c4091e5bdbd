#pragma once

#include <memory>

#include "api/magpipe/webhook_format.h"
#include "api/pepipost/webhook_format.h"
#include "api/pipes/webhook_format.h"
#include "api/sessions/webhook_format.h"
#include "api/webhooks/graph_format.h"
#include "api/webhooks/standard_format.h"
#include "app/config.h"
#include "app/data_dir.h"
#include "media/filesystem_store.h"
#include "media/url_fetcher.h"
#include "net/client.h"
#include "services/access/access.h"
#include "services/channels/channels.h"
#include "services/channels/conversations.h"
#include "services/channels/upstream_by_kind.h"
#include "services/consent/consents.h"
#include "services/idempotency/idempotency.h"
#include "services/inbox/inbox.h"
#include "services/journal/journal_feed.h"
#include "services/live/dispatch.h"
#include "services/live/live.h"
#include "services/live/open_streams.h"
#include "services/media/passing_files.h"
#include "services/outbox/outbox.h"
#include "services/sessions/linked_upstream.h"
#include "services/sessions/session_listener.h"
#include "services/sessions/sessions.h"
#include "services/sources/sources.h"
#include "services/templates/templates.h"
#include "services/webhooks/webhooks.h"
#include "store/access_store.h"
#include "store/channel_store.h"
#include "store/chat_store.h"
#include "store/consent_store.h"
#include "store/database.h"
#include "store/idempotency_rows.h"
#include "store/inbound_store.h"
#include "store/journal_reader.h"
#include "store/journal_store.h"
#include "store/live_store.h"
#include "store/media_rows.h"
#include "store/message_history.h"
#include "store/message_store.h"
#include "store/passing_file_store.h"
#include "store/people_store.h"
#include "store/reports.h"
#include "store/session_store.h"
#include "store/source_store.h"
#include "store/sqlite/open.h"
#include "store/template_store.h"
#include "store/webhook_store.h"
#include "upstream/cloud_api/account_calls.h"
#include "upstream/cloud_api/cloud_api.h"
#include "upstream/cloud_api/template_calls.h"
#include "upstream/linked_device/linked_device.h"
#include "upstream/webhook_endpoint/webhook_post.h"

namespace wherry::app {

/// What works on a data directory, without a server: stores, upstream and services. The order of the members is the order of
/// ownership: each may use those above it.
struct Core {
  /// Opens the data directory and its database. Errors: unavailable (in use by another process, disk), invalid_argument.
  /// `executor`: linked devices run on it; it outlives the core.
  static Result<std::unique_ptr<Core>> open(const Config& config, Clock& clock, Executor executor);
  /// Reads what is kept in memory.
  Task<Result<void>> load();
  /// Closes the database: everything acknowledged is on disk anyway.
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  Clock& clock;
  DataDirKeys keys;
  SecretBox secrets;
  std::unique_ptr<store::Database> database;
  std::unique_ptr<http::Client> client;
  std::unique_ptr<http::EgressGuard> egress;
  std::unique_ptr<http::EgressGuard> webhook_egress;
  std::unique_ptr<http::EgressGuard> webhook_pins;
  std::unique_ptr<BlobStore> blobs;
  GuardedFetcher fetcher;
  JournalFeed journal_feed;   ///< of every row
  JournalFeed received_feed;  ///< of customers' messages only
  store::SqlAccessStore access_store;
  store::SqlChannelStore channel_store;
  store::SqlMessageStore message_store;
  store::SqlIdempotencyStore idempotency_rows;
  store::SqlInboundStore inbound_store;
  store::SqlMediaRows media_rows;
  store::SqlJournalReader journal;
  store::SqlReports reports;
  store::SqlMessageHistory history;
  store::SqlJournalStore journal_store;
  store::SqlWebhookStore webhook_store;
  store::SqlLiveStore live_store;
  store::SqlConsentStore consent_store;
  store::SqlSourceStore source_store;
  store::SqlTemplateStore template_store;
  store::SqlSessionStore session_store;
  store::SqlChatStore chat_store;
  store::SqlPassingFileStore passing_file_store;
  store::SqlPeopleStore people_store;
  Access access;
  Channels channels;
  Conversations conversations;
  Consents consents;
  Sources sources;
  MediaService media;
  PassingFiles passing_files;
  Inbox inbox;
  SessionTable session_table;
  SessionStates session_states;
  SessionKeys session_keys;
  SessionPeople session_people;
  SessionInbound session_inbound;
  SessionListener session_listener;
  linked::LinkedDevice linked_transport;
  Sessions sessions;
  cloud_api::CloudApi cloud_upstream;
  LinkedUpstream linked_upstream;
  UpstreamByKind upstream;
  cloud_api::TemplateCalls template_calls;
  Templates templates;
  cloud_api::AccountCalls accounts;
  Outbox outbox;
  Idempotency idempotency;
  LiveSockets live;
  OpenStreams streams;
  GuardedWebhookSender webhook_sender;
  api::pipes::PipesWebhookFormat pipes_format;
  api::webhooks::StandardFormat standard_format;
  api::webhooks::GraphFormat graph_format;
  api::pepipost::PepipostWebhookFormat pepipost_format;
  api::magpipe::MagpipeWebhookFormat magpipe_format;
  api::sessions::SessionsWebhookFormat sessions_format;
  Webhooks webhooks;
  LiveDispatch live_dispatch;

 private:
  struct Parts;
  Core(const Config& config, Clock& the_clock, Parts parts);
};

}  // namespace wherry::app

#include "app/gateway_metrics.h"

namespace wherry::app {

namespace {

using api::admin::MetricsPage;
using Kind = MetricsPage::Kind;

double value(const std::atomic<std::uint64_t>& counter) { return static_cast<double>(counter.load()); }

void add_upstream(MetricsPage& page, const cloud_api::CloudApi& upstream) {
  const auto& counters = upstream.counters();
  page.begin("wherry_cloud_api_sends_total", Kind::counter, "Calls that send a message, by WhatsApp's answer.");
  page.sample("wherry_cloud_api_sends_total", "answer", "accepted", value(counters.accepted));
  page.sample("wherry_cloud_api_sends_total", "answer", "refused", value(counters.refused));
  page.sample("wherry_cloud_api_sends_total", "answer", "unknown", value(counters.unknown));
  page.add("wherry_cloud_api_uploads_total", Kind::counter, "Files uploaded to WhatsApp.", value(counters.uploads));
  const auto usage = upstream.usage();
  page.begin("wherry_meta_app_usage_percent", Kind::gauge, "Part of the app's Graph allowance that is used, as Meta last said.");
  for (const auto& one : usage) page.sample("wherry_meta_app_usage_percent", "channel", one.channel.text(), one.app_percent);
  page.begin("wherry_meta_business_usage_percent", Kind::gauge, "The same for the business use case.");
  for (const auto& one : usage) page.sample("wherry_meta_business_usage_percent", "channel", one.channel.text(), one.business_percent);
}

void add_templates(MetricsPage& page, const TemplateCounters& counters) {
  page.begin("wherry_template_syncs_total", Kind::counter, "Readings of an account's whole list of templates.");
  page.sample("wherry_template_syncs_total", "outcome", "done", value(counters.syncs));
  page.sample("wherry_template_syncs_total", "outcome", "failed", value(counters.failed_syncs));
  page.add("wherry_template_lookups_total", Kind::counter, "Readings of one name, because a message did not fit what was known.",
           value(counters.lookups));
  page.add("wherry_template_refusals_total", Kind::counter, "Messages that did not fit their template and were not sent.",
           value(counters.refused));
}

void add_sessions(MetricsPage& page, const Core& core) {
  std::map<SessionStatus, double> count;
  for (const auto& session : core.session_table.all()) ++count[status_of(session.state.state)];
  page.begin("wherry_sessions", Kind::gauge, "Linked numbers, by status.");
  for (const auto status :
       {SessionStatus::stopped, SessionStatus::starting, SessionStatus::scan_qr_code, SessionStatus::working, SessionStatus::failed}) {
    page.sample("wherry_sessions", "status", to_string(status), count[status]);
  }
  const auto& counters = core.session_inbound.counters();
  page.begin("wherry_session_passed_over_total", Kind::counter, "What linked numbers received and nobody is told of, by reason.");
  page.sample("wherry_session_passed_over_total", "reason", "history", value(counters.history));
  page.sample("wherry_session_passed_over_total", "reason", "status_post", value(counters.status_posts));
  page.add("wherry_session_undecryptable_total", Kind::counter, "Messages to linked numbers that could not be read at once.",
           value(counters.undecryptable));
}

void add_linked_processes(MetricsPage& page, const linked::LinkedDevice& transport) {
  const auto processes = transport.health();
  std::uint64_t resident = 0;
  milliseconds delay{0};
  for (const auto& process : processes) {
    resident += process.resident_bytes;
    delay = std::max(delay, process.loop_delay);
  }
  page.add("wherry_linked_processes", Kind::gauge, "Sidecar processes of linked numbers.", static_cast<double>(processes.size()));
  page.add("wherry_linked_process_restarts_total", Kind::counter, "Sidecar processes that ended or were replaced, and were started again.",
           static_cast<double>(transport.restarts()));
  page.add("wherry_linked_resident_bytes", Kind::gauge, "Memory of all sidecar processes, as they last said.",
           static_cast<double>(resident));
  page.add("wherry_linked_loop_delay_seconds", Kind::gauge, "How late the busiest sidecar process is with its work.",
           std::chrono::duration<double>(delay).count());
}

constexpr std::size_t most_channels = 1000;
constexpr std::size_t most_tenants = 100;

double unix_seconds(Timestamp at) { return static_cast<double>(to_unix_millis(at)) / 1000; }

void add_times(MetricsPage& page, const std::map<ChannelId, Vitals::Times>& times, std::string_view name, std::string_view help,
               std::optional<Timestamp> Vitals::Times::* which) {
  page.begin(name, Kind::gauge, help);
  std::size_t listed = 0;
  for (const auto& [channel, one] : times) {
    if (one.*which && ++listed <= most_channels) page.sample(name, "channel", channel.text(), unix_seconds(*(one.*which)));
  }
}

void add_vitals(MetricsPage& page, const Vitals& vitals) {
  const auto times = vitals.times();
  add_times(page, times, "wherry_channel_last_sent_timestamp_seconds", "When WhatsApp last took a message from the channel.",
            &Vitals::Times::sent);
  add_times(page, times, "wherry_channel_last_inbound_timestamp_seconds", "WhatsApp's time of the channel's newest inbound message.",
            &Vitals::Times::received);
  page.begin("wherry_meta_errors_total", Kind::counter,
             "Refused sends and failed messages, by Meta's code; 0 is no answer or none of Meta's.");
  for (const auto& [code, count] : vitals.refusals()) page.sample("wherry_meta_errors_total", "code", code, static_cast<double>(count));
}

void add_spans(MetricsPage& page, const std::vector<JournalSpan>& spans) {
  const auto count = std::min(spans.size(), most_tenants);
  page.begin("wherry_journal_last_sequence", Kind::gauge, "Number of the tenant's newest event; the first 100 tenants.");
  for (std::size_t i = 0; i < count; ++i)
    page.sample("wherry_journal_last_sequence", "tenant", spans[i].tenant.text(), static_cast<double>(spans[i].last));
  page.begin("wherry_journal_rows", Kind::gauge, "Events in the tenant's journal; the first 100 tenants.");
  for (std::size_t i = 0; i < count; ++i) {
    const auto rows = spans[i].last == 0 ? 0 : spans[i].last - spans[i].first + 1;
    page.sample("wherry_journal_rows", "tenant", spans[i].tenant.text(), static_cast<double>(rows));
  }
}

}  // namespace

void add_gateway_metrics(MetricsPage& page, const Core& core, const api::meta_webhook::MetaWebhookCounters& webhook,
                         const MediaWorkerCounters& media) {
  add_upstream(page, core.cloud_upstream);
  add_sessions(page, core);
  add_linked_processes(page, core.linked_transport);
  add_vitals(page, core.channels.vitals());
  add_templates(page, core.templates.counters());
  page.add("wherry_webhook_posts_total", Kind::counter, "Webhook requests from Meta.", value(webhook.posts));
  page.begin("wherry_webhook_rejected_total", Kind::counter, "Webhook requests or events that were not taken, by reason.");
  page.sample("wherry_webhook_rejected_total", "reason", "bad_signature", value(webhook.bad_signatures));
  page.sample("wherry_webhook_rejected_total", "reason", "foreign_number", value(webhook.foreign_events));
  page.sample("wherry_webhook_rejected_total", "reason", "unreadable", value(webhook.unreadable));
  page.sample("wherry_webhook_rejected_total", "reason", "busy_or_too_large", value(webhook.refused));
  const auto& hooks = core.webhooks.counters();
  page.begin("wherry_webhook_deliveries_total", Kind::counter, "Calls of tenants' endpoints, by what became of the event.");
  page.sample("wherry_webhook_deliveries_total", "outcome", "acked", value(hooks.acked));
  page.sample("wherry_webhook_deliveries_total", "outcome", "failed", value(hooks.failed));
  page.sample("wherry_webhook_deliveries_total", "outcome", "dead", value(hooks.dead));
  page.add("wherry_webhook_deliveries_running", Kind::gauge, "Calls of tenants' endpoints under way.",
           static_cast<double>(hooks.running.load()));
  page.add("wherry_webhook_circuits_open", Kind::gauge, "Endpoints that are down and only probed.",
           static_cast<double>(hooks.circuits_open.load()));
  page.add("wherry_webhook_set_aside_events", Kind::gauge, "Events that wait because an earlier one of their conversation does.",
           static_cast<double>(hooks.set_aside.load()));
  page.add("wherry_webhook_store_failures_total", Kind::counter, "Reads and writes of the store that deliveries had to repeat.",
           value(hooks.store_failures));
  page.add("wherry_webhook_disabled_total", Kind::counter, "Endpoints turned off because they failed for days or were gone.",
           value(hooks.disabled));
  const auto& live = core.live_dispatch.counters();
  page.begin("wherry_live_messages_total", Kind::counter,
             "Customers' messages for sockets: delivered as they came, queued, drained later, dropped.");
  page.sample("wherry_live_messages_total", "outcome", "delivered", value(live.delivered));
  page.sample("wherry_live_messages_total", "outcome", "queued", value(live.queued));
  page.sample("wherry_live_messages_total", "outcome", "drained", value(live.drained));
  page.sample("wherry_live_messages_total", "outcome", "dropped", value(live.dropped));
  page.begin("wherry_media_fetches_total", Kind::counter, "Customers' files fetched from WhatsApp, by outcome.");
  page.sample("wherry_media_fetches_total", "outcome", "fetched", value(media.fetched));
  page.sample("wherry_media_fetches_total", "outcome", "unavailable", value(media.unavailable));
  page.sample("wherry_media_fetches_total", "outcome", "retried", value(media.retried));
}

Task<void> add_stored_metrics(MetricsPage& page, Core& core, const JournalRetention& retention) {
  page.add("wherry_journal_dropped_total", Kind::counter, "Events that retention took out of the journal.",
           static_cast<double>(retention.dropped()));
  auto unfinished = co_await core.reports.unfinished();
  if (unfinished) {
    const auto age = unfinished->oldest ? core.clock.now() - *unfinished->oldest : milliseconds(0);
    page.add("wherry_outbox_oldest_age_seconds", Kind::gauge,
             "Age of the oldest message that is in line or being sent; 0 when there is none.", std::chrono::duration<double>(age).count());
    page.add("wherry_media_fetches_waiting", Kind::gauge, "Files still to be fetched from WhatsApp.",
             static_cast<double>(unfinished->fetches));
  }
  auto spans = co_await core.journal.spans();
  if (spans) add_spans(page, *spans);
}

}  // namespace wherry::app

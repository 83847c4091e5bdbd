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

}  // namespace

void add_gateway_metrics(MetricsPage& page, const Core& core, const api::meta_webhook::MetaWebhookCounters& webhook,
                         const MediaWorkerCounters& media) {
  add_upstream(page, core.upstream);
  page.add("wherry_webhook_posts_total", Kind::counter, "Webhook requests from Meta.", value(webhook.posts));
  page.begin("wherry_webhook_rejected_total", Kind::counter, "Webhook requests or events that were not taken, by reason.");
  page.sample("wherry_webhook_rejected_total", "reason", "bad_signature", value(webhook.bad_signatures));
  page.sample("wherry_webhook_rejected_total", "reason", "foreign_number", value(webhook.foreign_events));
  page.sample("wherry_webhook_rejected_total", "reason", "unreadable", value(webhook.unreadable));
  page.sample("wherry_webhook_rejected_total", "reason", "busy_or_too_large", value(webhook.refused));
  page.begin("wherry_media_fetches_total", Kind::counter, "Customers' files fetched from WhatsApp, by outcome.");
  page.sample("wherry_media_fetches_total", "outcome", "fetched", value(media.fetched));
  page.sample("wherry_media_fetches_total", "outcome", "unavailable", value(media.unavailable));
  page.sample("wherry_media_fetches_total", "outcome", "retried", value(media.retried));
}

}  // namespace wherry::app

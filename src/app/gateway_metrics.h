#pragma once

#include "api/admin/metrics.h"
#include "api/meta_webhook/routes.h"
#include "app/core.h"
#include "services/inbox/media_worker.h"
#include "services/journal/retention.h"

namespace wherry::app {

/// What only the composition can see: the upstream, the webhook door, the media worker.
void add_gateway_metrics(api::admin::MetricsPage& page, const Core& core, const api::meta_webhook::MetaWebhookCounters& webhook,
                         const MediaWorkerCounters& media);

/// What must be asked of the store. What cannot be had is left out.
Task<void> add_stored_metrics(api::admin::MetricsPage& page, Core& core, const JournalRetention& retention);

}  // namespace wherry::app

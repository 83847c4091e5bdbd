#pragma once

#include "api/admin/metrics.h"
#include "api/meta_webhook/routes.h"
#include "app/core.h"
#include "services/inbox/media_worker.h"

namespace wherry::app {

/// What only the composition can see: the upstream, the webhook door, the media worker.
void add_gateway_metrics(api::admin::MetricsPage& page, const Core& core, const api::meta_webhook::MetaWebhookCounters& webhook,
                         const MediaWorkerCounters& media);

}  // namespace wherry::app

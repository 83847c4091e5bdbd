#pragma once

#include <atomic>
#include <memory>

#include "api/admin/metrics.h"
#include "api/admin/routes.h"
#include "api/magpipe/routes.h"
#include "api/meta_webhook/routes.h"
#include "api/pepipost/routes.h"
#include "api/pipes/routes.h"
#include "api/sessions/routes.h"
#include "app/core.h"
#include "app/io_threads.h"
#include "base/task_group.h"
#include "net/server.h"
#include "services/inbox/media_worker.h"
#include "services/journal/retention.h"

namespace wherry::app {

/// A core that serves: the front doors on one port and the background work.
class Gateway {
 public:
  Gateway(const Config& config, Core& core);
  ~Gateway();

  /// Binds the port. Errors: invalid_argument (address), unavailable (port taken).
  Result<void> bind();
  /// Loads, takes up what was left unfinished, and serves on every thread.
  Task<Result<void>> start(std::vector<Executor> executors);
  /// Two-phase: stops accepting, lets running requests and sends end within the grace, then the background work.
  Task<void> stop();

  std::uint16_t port() const;
  std::string base_url() const;

 private:
  http::Router make_router();
  Task<Result<void>> read_vitals();
  Task<void> housekeeping();
  Task<void> follow_tenants();

  const Config& config_;
  Core& core_;
  Timestamp started_at_;
  std::atomic<bool> serving_{false};
  api::admin::AdminServices admin_;
  api::admin::OperationalServices operational_;
  api::pipes::PipesServices pipes_;
  api::magpipe::MagpipeServices magpipe_;
  api::pepipost::PepipostServices pepipost_;
  api::sessions::SessionsServices sessions_;
  api::meta_webhook::MetaWebhookServices meta_;
  std::shared_ptr<const api::meta_webhook::MetaWebhookCounters> webhook_counters_;  // shared with the door
  http::Router router_;
  std::unique_ptr<http::Server> server_;
  MediaWorker media_worker_;
  JournalRetention retention_;
  TaskGroup background_;
};

}  // namespace wherry::app

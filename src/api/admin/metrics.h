#pragma once

#include <string>
#include <string_view>

#include "api/admin/services.h"
#include "net/router.h"
#include "net/server.h"

namespace wherry::api::admin {

/// Builds a page in Prometheus' text format.
class MetricsPage {
 public:
  enum class Kind { counter, gauge };
  /// One metric without labels.
  void add(std::string_view name, Kind kind, std::string_view help, double value);
  /// The head of a metric with labels, followed by sample() calls.
  void begin(std::string_view name, Kind kind, std::string_view help);
  void sample(std::string_view name, std::string_view label, std::string_view label_value, double value);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

struct OperationalServices {
  const Outbox& outbox;
  const Inbox& inbox;
  const Clock& clock;
  Timestamp started_at;
  std::function<const http::ServerCounters*()> server;  ///< nullptr until the server listens
  std::function<bool()> ready;
  std::function<void(MetricsPage&)> more;               ///< what the composition knows of stores and upstreams; may be empty
  std::function<Task<void>(MetricsPage&)> stored;       ///< the same for what must be asked of the store; may be empty
};

/// Adds GET /healthz (the process answers), /readyz (503 until it serves and while it stops), /metrics. No key needed.
void add_operational_routes(http::Router& router, OperationalServices& services);

}  // namespace wherry::api::admin

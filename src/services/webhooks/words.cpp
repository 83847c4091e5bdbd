#include "services/ports/webhook_store.h"

namespace wherry {

std::string_view to_string(WebhookFormat format) {
  switch (format) {
    case WebhookFormat::pipes: return "pipes";
    case WebhookFormat::graph: return "graph";
    case WebhookFormat::pepipost: return "pepipost";
    case WebhookFormat::magpipe: return "magpipe";
    case WebhookFormat::pipes_app: return "pipes_app";
    case WebhookFormat::sessions: return "sessions";
    case WebhookFormat::standard: break;
  }
  return "standard";
}

std::string_view to_string(RetryPolicy::Growth growth) {
  switch (growth) {
    case RetryPolicy::Growth::linear: return "linear";
    case RetryPolicy::Growth::constant: return "constant";
    case RetryPolicy::Growth::exponential: break;
  }
  return "exponential";
}

std::optional<RetryPolicy::Growth> retry_growth_from(std::string_view text) {
  using enum RetryPolicy::Growth;
  for (const auto growth : {exponential, linear, constant}) {
    if (text == to_string(growth)) return growth;
  }
  return std::nullopt;
}

std::optional<WebhookFormat> webhook_format_from(std::string_view text) {
  for (const auto format : {WebhookFormat::pipes, WebhookFormat::standard, WebhookFormat::graph, WebhookFormat::pepipost,
                            WebhookFormat::magpipe, WebhookFormat::pipes_app, WebhookFormat::sessions}) {
    if (text == to_string(format)) return format;
  }
  return std::nullopt;
}

}  // namespace wherry

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "net/router.h"
#include "services/channels/channels.h"
#include "services/inbox/inbox.h"

namespace wherry::api::meta_webhook {

struct MetaWebhookOptions {
  std::uint64_t max_body = 3ull << 20;             ///< Meta's own limit
  std::uint64_t max_bodies_at_once = 256ull << 20; ///< bytes of bodies in memory; over it 503
};

struct MetaWebhookServices {
  Inbox& inbox;
  Channels& channels;
  const Clock& clock;
  MetaWebhookOptions options{};
};

struct MetaWebhookCounters {
  std::atomic<std::uint64_t> posts{0};
  std::atomic<std::uint64_t> bad_signatures{0};  ///< missing, malformed or wrong
  std::atomic<std::uint64_t> foreign_events{0};  ///< signed with another channel's secret, dropped
  std::atomic<std::uint64_t> unreadable{0};      ///< bodies that were signed and are no webhook
  std::atomic<std::uint64_t> refused{0};         ///< answered 503 or 413
};

/// GET /webhooks/meta
/// Takes:  hub.mode=subscribe, hub.verify_token (any channel's), hub.challenge (1-256 of A-Z a-z 0-9 . _ ~ -); underscores for dots too.
/// Gives:  200 with the challenge as text.
/// Errors: 403 for a wrong mode or token, 400 for a missing or unsafe challenge.
///
/// POST /webhooks/meta
/// Takes:  at most 3 MiB of JSON, signed in X-Hub-Signature-256 with a channel's app secret.
/// Gives:  200 EVENT_RECEIVED once every event is on disk.
/// Errors: 401 bad signature (nothing was parsed), 413 too large, 503 with Retry-After: not stored, send again.
///
/// Gives the door's counters, which live as long as the router or the pointer.
std::shared_ptr<const MetaWebhookCounters> add_meta_webhook_routes(http::Router& router, MetaWebhookServices services);

}  // namespace wherry::api::meta_webhook

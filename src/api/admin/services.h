#pragma once

#include <atomic>

#include "base/clock.h"
#include "base/crypto.h"
#include "services/access/access.h"
#include "services/channels/channels.h"
#include "services/channels/conversations.h"
#include "services/consent/consents.h"
#include "services/idempotency/idempotency.h"
#include "services/inbox/inbox.h"
#include "services/journal/journal_feed.h"
#include "services/outbox/outbox.h"
#include "services/ports/journal_reader.h"
#include "services/ports/reports.h"
#include "services/ports/upstream.h"
#include "services/sources/sources.h"
#include "services/templates/templates.h"
#include "services/webhooks/webhooks.h"

namespace wherry::api::admin {

/// What the admin door works with. Every reference outlives the door.
struct AdminServices {
  Access& access;
  Channels& channels;
  MessageStore& messages;
  Upstream& upstream;
  Outbox& outbox;
  Idempotency& idempotency;
  const Inbox& inbox;
  Webhooks& webhooks;
  Templates& templates;
  const Clock& clock;
  Secret admin_key;
  JournalReader& journal;
  Reports& reports;
  JournalFeed& feed;
  Consents& consents;
  Sources& sources;
  WebhookAttempts* webhook_attempts = nullptr;  ///< nullptr: nobody records them
  std::atomic<bool> audit_running{false};
};

}  // namespace wherry::api::admin

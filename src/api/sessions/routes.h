#pragma once

#include <memory>
#include <string>

#include "api/sessions/tickets.h"
#include "base/clock.h"
#include "net/router.h"
#include "services/access/access.h"
#include "services/idempotency/idempotency.h"
#include "services/journal/journal_feed.h"
#include "services/live/open_streams.h"
#include "services/media/passing_files.h"
#include "services/outbox/outbox.h"
#include "services/ports/chat_store.h"
#include "services/ports/journal_store.h"
#include "services/ports/linked_transport.h"
#include "services/ports/message_history.h"
#include "services/ports/people_store.h"
#include "services/sessions/sessions.h"
#include "services/webhooks/webhooks.h"

namespace wherry::api::sessions {

/// What the door works with. The services outlive the router.
struct SessionsServices {
  Access& access;
  Sessions& sessions;
  Outbox& outbox;
  Idempotency& idempotency;
  MediaService& media;
  MediaRows& media_rows;
  PassingFiles& passing;
  BlobStore& blobs;
  MessageHistory& history;
  ChatStore& chats;
  PeopleStore& people;
  JournalStore& journal;
  JournalFeed& feed;
  linked::LinkedTransport& transport;
  SessionStore& store;
  Webhooks& webhooks;
  OpenStreams& streams;
  Clock& clock;
  std::string gateway_id = "gw-1";
  SendBudget default_budget = {20, 200};  ///< of sessions that have no rates of their own
  std::shared_ptr<Tickets> tickets = std::make_shared<Tickets>();  ///< shared by the copies of this
};

/// Adds the operations of the Sessions door below /api/v1/.
void add_sessions_routes(http::Router& router, SessionsServices services);

}  // namespace wherry::api::sessions

#pragma once

#include <string>

#include "base/clock.h"
#include "net/router.h"
#include "services/access/access.h"
#include "services/access/key_webhooks.h"
#include "services/channels/connect.h"
#include "services/media/media_service.h"
#include "services/outbox/outbox.h"
#include "services/ports/message_history.h"
#include "services/templates/templates.h"

namespace wherry::api::magpipe {

/// What the door works with. The services outlive the router.
struct MagpipeServices {
  Access& access;
  Channels& channels;
  AccountApi& accounts;
  Outbox& outbox;
  MediaService& media;
  MessageHistory& history;
  Templates& templates;
  Webhooks& webhooks;
  Clock& clock;
  /// Codes of Meta's embedded sign-up are exchanged under this app; none: they are refused.
  MetaApp app{};
  /// "https://wherry.example.org": begins links to files. Empty: the Host the caller used.
  std::string public_url{};
};

/// Adds the operations of the Magpipe door and the answer to other paths below /functions/v1/.
void add_magpipe_routes(http::Router& router, MagpipeServices services);

}  // namespace wherry::api::magpipe

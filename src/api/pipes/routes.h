#pragma once

#include <string>

#include "base/clock.h"
#include "net/router.h"
#include "services/access/access.h"
#include "services/channels/connect.h"
#include "services/idempotency/idempotency.h"
#include "services/live/live.h"
#include "services/media/media_service.h"
#include "services/outbox/outbox.h"
#include "services/templates/templates.h"

namespace wherry::api::pipes {

/// What the door works with. The services outlive the router.
struct PipesServices {
  Access& access;
  Outbox& outbox;
  MediaService& media;
  Idempotency& idempotency;
  MessageStore& messages;
  LiveSockets& live;
  Channels& channels;
  Templates& templates;
  AccountApi& accounts;
  const SecretBox& secrets;
  Clock& clock;
  /// "https://wherry.example.org": begins download links. Empty: the Host the caller used.
  std::string public_url{};
  /// Media URLs may begin with http://; for private networks, the contract asks for https.
  bool allow_http_media = false;
  /// The Meta app under which apps' customers sign up, and the configuration of its login; none: nobody can.
  MetaApp app{};
  std::string login_config{};
};

/// Adds the WebSocket, the REST operations of the Pipes door and the answer to unknown paths below /v1/.
void add_pipes_routes(http::Router& router, PipesServices services);

}  // namespace wherry::api::pipes

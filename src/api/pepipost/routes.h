#pragma once

#include "net/router.h"
#include "services/access/access.h"
#include "services/consent/consents.h"
#include "services/media/media_service.h"
#include "services/outbox/outbox.h"
#include "services/sources/sources.h"
#include "services/templates/templates.h"

namespace wherry::api::pepipost {

/// What the door works with. The services outlive the router.
struct PepipostServices {
  Access& access;
  Outbox& outbox;
  Conversations& conversations;
  MediaService& media;
  Consents& consents;
  Sources& sources;
  Templates& templates;
  Clock& clock;
  /// Attachment URLs may begin with http://; for private networks.
  bool allow_http_media = false;
  /// What is refused for its window or its missing opt-in is taken, and told of as a failed status, instead of at once.
  bool late_refusals = false;
};

/// How long a file is kept under its id: as long as WhatsApp keeps one.
inline constexpr milliseconds media_lifetime = std::chrono::days(30);

/// Adds the operations of the Pepipost door below /api/v2/, each with and without its trailing slash.
void add_pepipost_routes(http::Router& router, PepipostServices services);

}  // namespace wherry::api::pepipost

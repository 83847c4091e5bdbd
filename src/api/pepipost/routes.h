#pragma once

#include "net/router.h"
#include "services/access/access.h"
#include "services/consent/consents.h"
#include "services/media/media_service.h"
#include "services/outbox/outbox.h"
#include "services/sources/sources.h"

namespace wherry::api::pepipost {

/// What the door works with. The services outlive the router.
struct PepipostServices {
  Access& access;
  Outbox& outbox;
  Conversations& conversations;
  MediaService& media;
  Consents& consents;
  Sources& sources;
  Clock& clock;
  /// Attachment URLs may begin with http://; for private networks.
  bool allow_http_media = false;
};

/// Adds the operations of the Pepipost door below /api/v2/, each with and without its trailing slash.
void add_pepipost_routes(http::Router& router, PepipostServices services);

}  // namespace wherry::api::pepipost

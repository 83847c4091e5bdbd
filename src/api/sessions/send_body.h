#pragma once

#include "api/sessions/media_body.h"
#include "base/json.h"
#include "domain/content.h"
#include "domain/jid.h"

namespace wherry::api::sessions {

/// A file as it was asked for.
struct MediaPart {
  MediaKind kind = MediaKind::document;
  std::string mime_type;                     ///< given, of the data: URI, sniffed, or application/octet-stream: in this order
  std::string caption, file_name;
  std::vector<std::string> mentions;
};

/// A message as it was asked for: well formed, not yet checked against anything that is stored.
struct SendBody {
  Jid to;
  std::string reply_to;                      ///< empty: none
  std::variant<Content, MediaPart> what;
};

/// Reads the body of a send; `media` has taken the file out of it. Errors: invalid_argument.
Result<SendBody> parse_send(const json::object& body, const MediaBody& media);

}  // namespace wherry::api::sessions

#pragma once

#include "api/pipes/routes.h"
#include "base/json.h"
#include "domain/content.h"
#include "net/message.h"

namespace wherry::api::pipes {

/// A file as WhatsApp's own send names it, before it is one of ours.
struct NamedFile {
  MediaKind kind = MediaKind::document;
  std::string id, link;       ///< exactly one is set
  std::string caption, file_name;
  bool voice = false;
};

/// A message in WhatsApp's own shape.
struct MetaMessage {
  std::variant<Content, NamedFile> what;
  std::string reply_to;       ///< context.message_id
};

/// {"type":…,"<type>":{…},"context"?}: every kind that can be sent. Errors: invalid_argument, which names the member.
Result<MetaMessage> read_meta_message(const json::object& body);

/// Reads a JSON object of at most 256 KiB. Errors: invalid_argument, too_large. `digest`, when given, gets the SHA-256 of its bytes.
Task<Result<json::object>> read_app_body(http::BodyReader& body, Sha256* digest = nullptr);

/// WhatsApp's own answer to a send.
std::string meta_sent_json(std::string_view input, std::string_view wa_id, std::string_view wamid);

/// The tenant's channel by its pool number id. Errors: not_found, permission_denied.
Result<ChannelPtr> find_pool_number(const PipesServices& services, TenantId tenant, std::string_view id);

}  // namespace wherry::api::pipes

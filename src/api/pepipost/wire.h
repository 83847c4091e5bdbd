#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "api/pepipost/fields.h"
#include "domain/content.h"
#include "domain/message_template.h"
#include "domain/wa_id.h"

namespace wherry::api::pepipost {

/// A file that was uploaded before.
struct StoredAttachment {
  std::string id;            ///< as given; need not be one of ours
  std::string caption;
};

/// A file behind a URL, fetched when the message is taken.
struct LinkedAttachment {
  std::string url;
  MediaKind kind = MediaKind::image;
  std::string caption;
};

/// A message as it was asked for: well formed, not yet checked against anything that is stored.
struct OutgoingMessage {
  std::optional<std::string> source;
  WaId recipient;
  std::string api_header;                      ///< empty: none
  std::optional<std::chrono::days> time_to_live;
  std::variant<Content, StoredAttachment, LinkedAttachment> what;
};

inline constexpr std::size_t longest_api_header = 1024;
inline constexpr std::int64_t longest_time_to_live = 30;  ///< days

/// Reads the body of POST /message/, in the contract's order: message, message_type, source, recipient_type, recipient_whatsapp, the
/// member of the type. Refuses with the first that is wrong.
Answer<OutgoingMessage> parse_message(const json::value& body);

/// A number of this door: 10 to 15 digits. Refuses in the name of the field.
WaId read_number(const Fields& fields, std::string_view name);

/// The one object of type_template with, for a media_template, type_media_template beside it.
TemplateContent read_template(const Fields& message);
TemplateContent read_media_template(const Fields& message);
/// Gives each button's value the form that the template's own button has: the link's variable part, what a tap gives back, or a code.
void fit_buttons(TemplateContent& message, const MessageTemplate& known);
/// The one object of type_interactive, in its own or in Meta's shape.
InteractiveContent read_interactive(const Fields& message);

}  // namespace wherry::api::pepipost

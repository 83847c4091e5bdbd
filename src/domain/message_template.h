#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "domain/meta_error.h"
#include "domain/template_content.h"

namespace wherry {

/// A template of a WhatsApp Business account, as WhatsApp describes it. Names of states are WhatsApp's, in upper case; new ones may come.
struct MessageTemplate {
  std::string id;
  std::string name;
  std::string language;
  std::string status;            ///< APPROVED, PENDING, REJECTED, PAUSED, DISABLED …
  std::string category;          ///< AUTHENTICATION, MARKETING or UTILITY
  std::string quality;           ///< GREEN, YELLOW, RED, UNKNOWN; empty when never told
  std::string parameter_format;  ///< POSITIONAL or NAMED
  std::string rejected_reason;   ///< NONE or a reason
  json::array components;        ///< HEADER, BODY, FOOTER, BUTTONS …
  Timestamp updated_at;          ///< when we learned it
};

/// WhatsApp was told to delete it: it cannot be sent any more, and its name is taken for a while.
inline bool is_deleted(const MessageTemplate& known) { return known.status == "PENDING_DELETION" || known.status == "DELETED"; }

/// The words of the BODY component, with their variables; empty when there is none.
std::string template_body(const MessageTemplate& known);

/// The message as its reader sees it: header, body and footer, one under the other, with the values filled in.
std::string template_preview(const MessageTemplate& known, const TemplateContent& message);

/// What WhatsApp would refuse about sending this message: a template that is not approved, paused or disabled, or values that do not fit
/// the variables of header, body and buttons. nullopt when there is nothing. Carousels and offers are left to WhatsApp.
/// Source: Cloud API "Template messages", error codes 132000 to 132018.
std::optional<UpstreamError> template_fault(const MessageTemplate& known, const TemplateContent& message);
/// The refusal of a name or translation that does not exist.
UpstreamError unknown_template(const TemplateContent& message);

}  // namespace wherry

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/message_template.h"

namespace wherry {

/// What one webhook says about a template. Empty members were not told.
struct TemplateNotice {
  std::string id, name, language;
  std::string status, quality, category;
  std::string reason;
  bool words_changed = false;  ///< they have to be read anew

  /// The template after it.
  MessageTemplate applied_to(MessageTemplate known) const;
};

/// Reads the value of message_template_status_update, message_template_quality_update, message_template_components_update and
/// template_category_update; nullopt for any other field, and when it names no template.
/// Source: Cloud API webhooks of those names.
std::optional<TemplateNotice> read_template_notice(std::string_view field, std::string_view value);

}  // namespace wherry

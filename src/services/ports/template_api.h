#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "domain/message_template.h"
#include "services/ports/models.h"

namespace wherry {

struct TemplatePage {
  std::vector<MessageTemplate> templates;
  std::string next;                ///< where the next page begins; empty at the end
};

/// What WhatsApp made of a new template.
struct CreatedTemplate {
  std::string id;
  std::string status;
  std::string category;
};

/// WhatsApp's own list of an account's templates. Every call speaks with the channel's token. Errors of all calls: rejected (WhatsApp said no: its
/// words in the message and in peer_answer), upstream_unavailable (not reached, or it may pass), outcome_unknown (no usable answer).
class TemplateApi {
 public:
  virtual ~TemplateApi() = default;
  /// One page; `name`, when given, narrows to names that contain it.
  virtual Task<Result<TemplatePage>> list_templates(std::shared_ptr<const Channel> channel, std::string name, std::string after) = 0;
  /// `definition` is Meta's own object: name, category, language, components …
  virtual Task<Result<CreatedTemplate>> create_template(std::shared_ptr<const Channel> channel, json::object definition) = 0;
  /// `change` is Meta's own object: category, components, message_send_ttl_seconds.
  virtual Task<Result<void>> edit_template(std::shared_ptr<const Channel> channel, std::string id, json::object change) = 0;
  /// One translation when an id is given, else every one of the name.
  virtual Task<Result<void>> remove_template(std::shared_ptr<const Channel> channel, std::string name, std::string id) = 0;
};

}  // namespace wherry

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "domain/message_template.h"
#include "services/ports/models.h"

namespace wherry {

/// What is learned of an account's templates, to be stored all or nothing.
struct TemplateUpdate {
  std::string waba_id;
  std::vector<MessageTemplate> put;     ///< new, or in the place of those with the same id
  std::vector<std::string> removed;     ///< ids
  std::vector<JournalEvent> events;
  std::optional<Timestamp> synced_at;   ///< set when all of the account's templates were read
};

struct TemplateFilter {
  std::string name, language, status, category;  ///< empty: any
  std::string after;                             ///< id to page on from
  std::uint32_t limit = 100;
};

/// The templates of business accounts (WABAs), as WhatsApp last described them. Errors of all calls: unavailable.
class TemplateStore {
 public:
  virtual ~TemplateStore() = default;
  /// Durable when it returns.
  virtual Task<Result<void>> apply(TemplateUpdate update) = 0;
  /// When a name was deleted and made anew there may be two: an approved one wins, then the one with the greater id.
  virtual Task<Result<std::optional<MessageTemplate>>> find(std::string waba_id, std::string name, std::string language) = 0;
  virtual Task<Result<std::optional<MessageTemplate>>> find_by_id(std::string waba_id, std::string id) = 0;
  /// By id.
  virtual Task<Result<std::vector<MessageTemplate>>> list(std::string waba_id, TemplateFilter filter) = 0;
  /// When all of the account's templates were last read; nullopt when they never were.
  virtual Task<Result<std::optional<Timestamp>>> synced_at(std::string waba_id) = 0;
};

}  // namespace wherry

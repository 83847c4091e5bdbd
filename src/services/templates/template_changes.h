#pragma once

#include <string>
#include <vector>

#include "services/ports/template_store.h"

namespace wherry {

/// Who is told of an account's templates: each tenant on it, through one of its channels.
struct TemplateHearer {
  TenantId tenant;
  ChannelId channel;
};

/// Collects what differs between what was known of an account's templates and what is.
class TemplateChanges {
 public:
  TemplateChanges(std::string waba_id, std::vector<TemplateHearer> hearers, Timestamp now);

  /// `before` is nullptr for a template nobody knew. `reason` is WhatsApp's, where it gave one. Whether anything differs.
  bool saw(const MessageTemplate* before, MessageTemplate after, std::string_view reason = {});
  void lost(const MessageTemplate& before);
  /// All of the account's templates were looked at. `first`: never before, so none of it is news.
  void read_all(bool first);

  std::size_t changed() const { return update_.put.size(); }
  std::size_t removed() const { return update_.removed.size(); }
  TemplateUpdate take() { return std::move(update_); }

 private:
  void tell(std::string_view kind, const MessageTemplate& about, std::string_view previous, std::string_view reason);

  TemplateUpdate update_;
  std::vector<TemplateHearer> hearers_;
  Timestamp now_;
};

}  // namespace wherry

#include "services/templates/template_changes.h"

namespace wherry {

TemplateChanges::TemplateChanges(std::string waba_id, std::vector<TemplateHearer> hearers, Timestamp now)
    : hearers_(std::move(hearers)), now_(now) {
  update_.waba_id = std::move(waba_id);
}

void TemplateChanges::tell(std::string_view kind, const MessageTemplate& about, std::string_view previous, std::string_view reason) {
  json::object body{{"templateId", about.id}, {"name", about.name},         {"language", about.language},
                    {"status", about.status}, {"category", about.category}, {"quality", about.quality}};
  if (!previous.empty()) body["previous"] = previous;
  if (!reason.empty()) body["reason"] = reason;
  for (const auto& hearer : hearers_) {
    JournalEvent event;
    event.tenant = hearer.tenant;
    event.channel = hearer.channel;
    event.kind = kind;
    event.at = now_;
    event.body = json::serialize(body);
    update_.events.push_back(std::move(event));
  }
}

bool TemplateChanges::saw(const MessageTemplate* before, MessageTemplate after, std::string_view reason) {
  after.updated_at = now_;
  if (before == nullptr) {
    tell("template.added", after, {}, reason);
    update_.put.push_back(std::move(after));
    return true;
  }
  if (after.quality.empty()) after.quality = before->quality;
  const bool words = after.components != before->components || after.parameter_format != before->parameter_format ||
                     after.name != before->name || after.language != before->language;
  const bool differs = words || after.status != before->status || after.category != before->category || after.quality != before->quality ||
                       after.rejected_reason != before->rejected_reason;
  if (!differs) return false;
  if (after.status != before->status) tell("template.status", after, before->status, reason);
  if (after.category != before->category) tell("template.category", after, before->category, reason);
  if (after.quality != before->quality) tell("template.quality", after, before->quality, reason);
  if (words) tell("template.changed", after, {}, reason);
  update_.put.push_back(std::move(after));
  return true;
}

void TemplateChanges::lost(const MessageTemplate& before) {
  tell("template.removed", before, {}, {});
  update_.removed.push_back(before.id);
}

void TemplateChanges::read_all(bool first) {
  update_.synced_at = now_;
  if (first) update_.events.clear();
}

}  // namespace wherry

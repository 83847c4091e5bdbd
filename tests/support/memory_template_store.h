#pragma once

#include <map>
#include <vector>

#include "services/ports/template_store.h"

namespace wherry::test {

/// TemplateStore in memory, with every journal event it was given. `broken` makes every call fail with `unavailable`.
class MemoryTemplateStore final : public TemplateStore {
 public:
  std::map<std::pair<std::string, std::string>, MessageTemplate> templates;  ///< by account and id
  std::map<std::string, Timestamp> syncs;
  std::vector<JournalEvent> events;
  bool broken = false;

  Task<Result<void>> apply(TemplateUpdate update) override {
    if (broken) co_return outage();
    for (const auto& id : update.removed) templates.erase({update.waba_id, id});
    for (auto& one : update.put) templates[{update.waba_id, one.id}] = one;
    for (auto& event : update.events) events.push_back(event);
    if (update.synced_at) syncs[update.waba_id] = *update.synced_at;
    co_return Result<void>();
  }
  Task<Result<std::optional<MessageTemplate>>> find(std::string waba_id, std::string name, std::string language) override {
    if (broken) co_return outage();
    std::optional<MessageTemplate> best;
    for (const auto& [key, one] : templates) {
      if (key.first != waba_id || one.name != name || one.language != language) continue;
      if (!best || best->status != "APPROVED" || one.status == "APPROVED") best = one;
    }
    co_return best;
  }
  Task<Result<std::optional<MessageTemplate>>> find_by_id(std::string waba_id, std::string id) override {
    if (broken) co_return outage();
    const auto found = templates.find({waba_id, id});
    co_return found == templates.end() ? std::nullopt : std::optional(found->second);
  }
  Task<Result<std::vector<MessageTemplate>>> list(std::string waba_id, TemplateFilter filter) override {
    if (broken) co_return outage();
    std::vector<MessageTemplate> page;
    const auto fits = [](const std::string& wanted, const std::string& value) { return wanted.empty() || wanted == value; };
    for (const auto& [key, one] : templates) {
      const bool wanted = key.first == waba_id && key.second > filter.after && fits(filter.name, one.name) &&
                          fits(filter.language, one.language) && fits(filter.status, one.status) && fits(filter.category, one.category);
      if (wanted && page.size() < filter.limit) page.push_back(one);
    }
    co_return page;
  }
  Task<Result<std::optional<Timestamp>>> synced_at(std::string waba_id) override {
    if (broken) co_return outage();
    const auto found = syncs.find(waba_id);
    co_return found == syncs.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  static Error outage() { return {ErrorCode::unavailable, "the store is down"}; }
};

}  // namespace wherry::test

#pragma once

#include <map>
#include <vector>

#include "services/ports/consent_store.h"
#include "services/ports/source_store.h"

namespace wherry::test {

/// ConsentStore in memory. `outage` makes every call fail; `on_find` is called after a look-up has decided its answer.
class MemoryConsentStore final : public ConsentStore {
 public:
  std::map<std::pair<TenantId, std::string>, Consent> rows;
  bool outage = false;
  int finds = 0;
  std::function<void()> on_find;

  Task<Result<std::optional<Consent>>> find_consent(TenantId tenant, std::string contact_key) override {
    if (outage) co_return down();
    ++finds;
    const auto found = rows.find({tenant, contact_key});
    auto answer = found == rows.end() ? std::optional<Consent>() : std::optional(found->second);
    if (on_find) on_find();
    co_return answer;
  }
  Task<Result<std::vector<Consent>>> list_consents(ConsentFilter filter) override {
    if (outage) co_return down();
    std::vector<Consent> page;
    for (const auto& [key, row] : rows) {
      if (key.first != filter.tenant || key.second <= filter.after || page.size() >= filter.limit) continue;
      if (filter.opted_in.value_or(row.opted_in) == row.opted_in) page.push_back(row);
    }
    co_return page;
  }
  Task<Result<void>> put_consents(std::vector<Consent> consents, RepeatedOptIn repeated) override {
    if (outage) co_return down();
    auto changed = rows;
    for (const auto& one : consents) {
      auto& row = changed[{one.tenant, contact_key(one.recipient)}];
      if (repeated == RepeatedOptIn::refused && row.opted_in && one.opted_in)
        co_return Error{ErrorCode::already_exists, "opted in already"};
      row = one;
    }
    rows = std::move(changed);
    co_return Result<void>();
  }
  Task<Result<void>> remove_consent(TenantId tenant, WaId recipient, Timestamp) override {
    if (outage) co_return down();
    if (rows.erase({tenant, contact_key(recipient)}) == 0) co_return Error{ErrorCode::not_found, "nothing is known"};
    co_return Result<void>();
  }

 private:
  static Error down() { return {ErrorCode::unavailable, "the store is down"}; }
};

/// SourceStore in memory. `outage` makes every call fail.
class MemorySourceStore final : public SourceStore {
 public:
  std::vector<Source> rows;
  bool outage = false;

  Task<Result<void>> add_source(Source source) override {
    if (outage) co_return down();
    for (const auto& row : rows) {
      if (row.id == source.id) co_return Error{ErrorCode::already_exists, "the id is taken"};
    }
    rows.push_back(std::move(source));
    co_return Result<void>();
  }
  Task<Result<void>> remove_source(RawId id) override {
    if (outage) co_return down();
    if (std::erase_if(rows, [&](const Source& row) { return row.id == id; }) == 0) co_return Error{ErrorCode::not_found, "no such source"};
    co_return Result<void>();
  }
  Task<Result<std::vector<Source>>> list_sources() override {
    if (outage) co_return down();
    co_return rows;
  }

 private:
  static Error down() { return {ErrorCode::unavailable, "the store is down"}; }
};

}  // namespace wherry::test

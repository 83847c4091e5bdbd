#include "services/consent/consents.h"

#include "base/bytes.h"

namespace wherry {

namespace {

Error invalid(std::string text) { return {ErrorCode::invalid_argument, std::move(text)}; }

Result<void> check(const ConsentChange& change) {
  if (change.recipients.empty()) return invalid("no recipient is named");
  if (change.recipients.size() > Consents::most_at_once) return invalid("at most 1000 recipients may be changed at once");
  for (const auto& one : change.recipients) {
    if (one.source.empty()) return invalid("a consent needs a source");
    if (!is_clean_utf8(one.source) || count_code_points(one.source) > Consents::longest_source) {
      return invalid("a consent's source has at most 25 characters");
    }
    if (!is_clean_utf8(one.user_agent) || one.user_agent.size() > Consents::longest_user_agent) {
      return invalid("a user agent has at most 512 bytes");
    }
    if (!is_clean_utf8(one.ip) || one.ip.size() > Consents::longest_ip) return invalid("an ip has at most 64 bytes");
  }
  return {};
}

}  // namespace

Consents::Consents(ConsentStore& store, const Clock& clock, std::size_t capacity)
    : store_(store), clock_(clock), shard_capacity_(capacity / 16 + 1) {}

Task<Result<bool>> Consents::is_opted_in(TenantId tenant, WaId recipient) {
  const Who who{tenant, contact_key(recipient)};
  auto& home = shard(who);
  std::uint64_t changes_before = 0;
  {
    std::lock_guard lock(home.mutex);
    const auto known = home.known.find(who);
    if (known != home.known.end()) co_return known->second;
    changes_before = home.changes;
  }
  CO_TRY(const auto stored, co_await store_.find_consent(tenant, who.contact_key));
  const bool opted_in = stored && stored->opted_in;
  std::lock_guard lock(home.mutex);
  if (home.changes == changes_before) {
    if (home.known.size() >= shard_capacity_) home.known.erase(home.known.begin());  // any one: it is only a cache
    home.known[who] = opted_in;
  }
  co_return opted_in;
}

Task<Result<std::optional<Consent>>> Consents::find(TenantId tenant, WaId recipient) {
  co_return co_await store_.find_consent(tenant, contact_key(recipient));
}

Task<Result<std::vector<Consent>>> Consents::list(TenantId tenant, std::optional<bool> opted_in, std::optional<WaId> after,
                                                  std::uint32_t limit) {
  ConsentStore::ConsentFilter filter{tenant, opted_in, after ? contact_key(*after) : std::string(), limit};
  co_return co_await store_.list_consents(std::move(filter));
}

Task<Result<void>> Consents::change(ConsentChange change) {
  CO_TRY_VOID(check(change));
  const auto now = clock_.now();
  std::vector<Consent> consents;
  for (auto& one : change.recipients) {
    consents.push_back(
        {change.tenant, std::move(one.number), change.opted_in, std::move(one.source), std::move(one.user_agent), std::move(one.ip), now});
  }
  auto stored = co_await store_.put_consents(consents, change.repeated);
  // Also after a failure: a store that failed may have written.
  for (const auto& one : consents) forget(one.tenant, one.recipient);
  if (stored) co_return stored;
  co_return co_await name_repeated(std::move(consents), std::move(stored).error());
}

/// Says who it was that had opted in already.
Task<Result<void>> Consents::name_repeated(std::vector<Consent> consents, Error error) {
  if (error.code != ErrorCode::already_exists) co_return error;
  const WaId* who = &consents.back().recipient;  // somebody who is named twice is in nobody's books yet
  for (const auto& one : consents) {
    CO_TRY(const auto found, co_await find(one.tenant, one.recipient));
    if (!found || !found->opted_in) continue;
    who = &one.recipient;
    break;
  }
  error.message = who->digits + " has opted in already";
  co_return error;
}

Task<Result<void>> Consents::remove(TenantId tenant, WaId recipient) {
  auto removed = co_await store_.remove_consent(tenant, recipient, clock_.now());
  forget(tenant, recipient);
  co_return removed;
}

void Consents::forget(TenantId tenant, const WaId& recipient) {
  const Who who{tenant, contact_key(recipient)};
  auto& home = shard(who);
  std::lock_guard lock(home.mutex);
  ++home.changes;
  home.known.erase(who);
}

}  // namespace wherry

// Who is calling, and may they? Everything else about keys: keys.cpp.
#include "services/access/access.h"

namespace wherry {

namespace {

constexpr int most_look_ups = 8;
constexpr std::size_t most_uses_at_once = 500;

const Error& unknown_key() {
  static const Error error{ErrorCode::unauthenticated, "Invalid or missing API key"};
  return error;
}

std::string_view view(const Sha256& hash) { return {reinterpret_cast<const char*>(hash.data()), hash.size()}; }

}  // namespace

Result<void> require(const Principal& caller, Scope scope) {
  if (caller.scopes.allow(scope)) return {};
  return Error{ErrorCode::permission_denied, "The API key lacks the scope '" + std::string(to_string(scope)) + "'"};
}

Access::Access(AccessStore& store, const Clock& clock) : store_(store), clock_(clock) {}

Task<Result<Admission>> Access::admit(std::string presented_key, std::string style) {
  co_return co_await with_key(std::move(presented_key), std::move(style), Counting::counted);
}

Task<Result<Principal>> Access::identify(std::string presented_key, std::string style) {
  CO_TRY(auto admission, co_await with_key(std::move(presented_key), std::move(style), Counting::free));
  co_return std::move(admission.principal);
}

Task<Result<Admission>> Access::with_key(std::string presented_key, std::string style, Counting counting) {
  const auto* form = find_key_style(style);
  if (form == nullptr || !form->matches(presented_key)) co_return unknown_key();
  const auto hash = sha256(presented_key);
  for (int look_ups = 0; look_ups < most_look_ups; ++look_ups) {
    std::uint64_t changes_before = 0;
    {
      std::lock_guard lock(mutex_);
      auto known = keys_.find(hash);
      if (known != keys_.end() && known->second.record) co_return use(known->second, style, counting);
      changes_before = changes_;
    }
    CO_TRY(auto found, co_await look_up(hash, form->prefix_of(presented_key)));
    std::lock_guard lock(mutex_);
    if (changes_ != changes_before) continue;  // what was found may be what it was before
    if (!found) {
      keys_.erase(hash);
      co_return unknown_key();
    }
    co_return use(keep(hash, std::move(*found)), style, counting);
  }
  co_return Error{ErrorCode::unavailable, "The service is busy"};
}

Task<Result<std::optional<Access::Found>>> Access::look_up(Sha256 hash, std::string prefix) {
  CO_TRY(auto candidates, co_await store_.find_keys_by_prefix(std::move(prefix)));
  std::optional<Found> match;
  for (auto& candidate : candidates) {
    if (constant_time_equal(view(candidate.hash), view(hash))) match = Found{std::move(candidate), {}};
  }
  const auto* style = match ? find_key_style(match->record.style) : nullptr;
  if (style == nullptr || match->record.revoked_at) co_return std::optional<Found>();
  CO_TRY(auto limits, co_await store_.tenant_limits(match->record.tenant));
  const auto own = limits.find(match->record.style);
  match->tenant_limits = own != limits.end() ? own->second : style->tenant_limits;
  co_return match;
}

// Counts that were begun go on under the limits that hold now.
Access::Cached& Access::keep(const Sha256& hash, Found found) {
  tenants_[{found.record.tenant, found.record.style}].configure(found.tenant_limits);
  auto& cached = keys_[hash];
  cached.windows.configure(found.record.limits);
  cached.record = std::move(found.record);
  return cached;
}

Result<Admission> Access::use(Cached& cached, const std::string& style, Counting counting) {
  const auto now = clock_.now();
  const auto& record = *cached.record;
  if (record.style != style || !record.active_at(now)) return unknown_key();
  cached.used = now;
  Admission admission;
  admission.principal = {record.tenant, record.id, record.style, record.scopes};
  if (counting == Counting::free) return admission;
  auto& tenant = tenants_[{record.tenant, record.style}];
  admission.allowed = cached.windows.has_room(now) && tenant.has_room(now);
  if (admission.allowed) {
    cached.windows.count(now);
    tenant.count(now);
  }
  auto states = cached.windows.states(now);
  const auto shared = tenant.states(now);
  states.insert(states.end(), shared.begin(), shared.end());
  admission.rate = most_telling(states);
  return admission;
}

Task<Result<void>> Access::flush_usage() {
  std::vector<AccessStore::KeyUse> uses;
  {
    std::lock_guard lock(mutex_);
    for (auto& [hash, cached] : keys_) {
      if (uses.size() == most_uses_at_once) break;
      if (!cached.used || !cached.record) continue;
      cached.record->last_used_at = std::exchange(cached.used, std::nullopt);
      uses.push_back({cached.record->id, *cached.record->last_used_at});
    }
  }
  if (uses.empty()) co_return Result<void>();
  co_return co_await store_.note_used(std::move(uses));
}

}  // namespace wherry

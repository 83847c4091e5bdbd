// Tenants and keys as their operator sees them.
#include <algorithm>

#include "services/access/access.h"

namespace wherry {

namespace {

Error invalid(std::string text) { return {ErrorCode::invalid_argument, std::move(text)}; }

bool is_short_text(std::string_view text) { return count_code_points(text) <= 100 && is_clean_utf8(text); }

Result<void> check_label(std::string_view label) {
  if (!is_short_text(label)) return invalid("a key's label has at most 100 characters");
  return {};
}

Result<void> check_expiry(const std::optional<Timestamp>& expires_at, Timestamp now) {
  if (expires_at && *expires_at <= now) return invalid("expires_at is over already");
  return {};
}

std::string known_styles() {
  std::string names;
  for (const auto& style : key_styles()) names += (names.empty() ? "" : ", ") + std::string(style.name);
  return names;
}

Result<const KeyStyle*> style_named(std::string_view name) {
  const auto* style = find_key_style(name);
  if (style == nullptr) return invalid("unknown key style; known: " + known_styles());
  return style;
}

// A key with a text of its own; everything else is the caller's to fill in.
std::pair<ApiKey, Secret> make_key(const KeyStyle& style, Timestamp now) {
  auto text = style.make();
  ApiKey record;
  record.id = KeyId::make(now);
  record.style = style.name;
  record.prefix = style.prefix_of(text);
  record.hash = sha256(text);
  record.created_at = now;
  return {std::move(record), Secret(std::move(text))};
}

Error no_such_key() { return {ErrorCode::not_found, "no such key"}; }
Error key_is_over() { return {ErrorCode::conflict, "the key does not work any more, or was replaced already"}; }
Error no_such_tenant() { return {ErrorCode::not_found, "no such tenant"}; }

}  // namespace

Task<Result<Tenant>> Access::create_tenant(std::string name) {
  if (name.empty() || !is_short_text(name)) co_return invalid("a tenant's name has 1 to 100 characters");
  const auto now = clock_.now();
  Tenant tenant{TenantId::make(now), std::move(name), now};
  CO_TRY_VOID(co_await store_.add_tenant(tenant));
  co_return tenant;
}

Task<Result<std::vector<Tenant>>> Access::list_tenants() { co_return co_await store_.list_tenants(); }

Task<Result<Tenant>> Access::find_tenant(TenantId id) {
  CO_TRY(auto tenant, co_await store_.find_tenant(id));
  if (!tenant) co_return no_such_tenant();
  co_return std::move(*tenant);
}

Task<Result<IssuedKey>> Access::create_key(NewKey request) {
  CO_TRY(const auto* style, style_named(request.style));
  const auto now = clock_.now();
  CO_TRY_VOID(check_label(request.label));
  CO_TRY_VOID(check_expiry(request.expires_at, now));
  CO_TRY(auto limits, checked(request.limits.value_or(style->key_limits)));
  CO_TRY_VOID(co_await find_tenant(request.tenant));

  auto [record, key] = make_key(*style, now);
  record.tenant = request.tenant;
  record.label = std::move(request.label);
  record.scopes = request.scopes;
  record.limits = std::move(limits);
  record.expires_at = request.expires_at;
  auto added = co_await store_.add_key(record, style->most_active);
  if (!added && added.error().code == ErrorCode::conflict) {
    co_return Error{ErrorCode::already_exists, "Maximum of " + std::to_string(style->most_active) + " active API keys allowed"};
  }
  if (!added) co_return added.error();
  co_return IssuedKey{std::move(record), std::move(key)};
}

// What is not on disk yet is known here.
void Access::add_recent_use(ApiKey& key) const {
  std::lock_guard lock(mutex_);
  const auto known = keys_.find(key.hash);
  if (known == keys_.end()) return;
  const auto& cached = known->second;
  const auto recent = cached.used || !cached.record ? cached.used : cached.record->last_used_at;
  if (recent) key.last_used_at = recent;
}

Task<Result<std::vector<ApiKey>>> Access::list_keys(std::optional<TenantId> tenant) {
  CO_TRY(auto keys, co_await store_.list_keys(tenant));
  for (auto& key : keys) add_recent_use(key);
  co_return keys;
}

Task<Result<ApiKey>> Access::find_key(KeyId id) {
  CO_TRY(auto key, co_await store_.find_key(id));
  if (!key) co_return no_such_key();
  add_recent_use(*key);
  co_return std::move(*key);
}

// Their next use reads them again, under the limits of then; counts go on.
template <class Which>
void Access::read_again(Which which) {
  std::lock_guard lock(mutex_);
  ++changes_;
  for (auto& [hash, cached] : keys_) {
    if (cached.record && which(*cached.record)) cached.record.reset();
  }
}

Task<Result<ApiKey>> Access::change_key(KeyId id, KeyChange change) {
  CO_TRY(auto key, co_await find_key(id));
  if (change.label) {
    CO_TRY_VOID(check_label(*change.label));
    key.label = std::move(*change.label);
  }
  if (change.limits) {
    CO_TRY(key.limits, checked(std::move(*change.limits)));
  }
  if (change.expires_at) {
    CO_TRY_VOID(check_expiry(*change.expires_at, clock_.now()));
    key.expires_at = *change.expires_at;
  }
  if (change.scopes) key.scopes = *change.scopes;
  if (change.webhook) key.webhook = *change.webhook;
  auto stored = co_await store_.update_key(key);
  if (!stored && stored.error().code == ErrorCode::conflict) co_return key_is_over();
  if (!stored) co_return stored.error();
  read_again([&](const ApiKey& one) { return one.id == id; });
  if (on_key_change_) on_key_change_();
  co_return key;
}

Task<Result<IssuedKey>> Access::rotate_key(KeyId id, seconds overlap, std::optional<Timestamp> expires_at) {
  if (overlap < seconds(0) || overlap > longest_overlap) co_return invalid("the overlap is 0 seconds to 90 days");
  const auto now = clock_.now();
  CO_TRY_VOID(check_expiry(expires_at, now));
  CO_TRY(auto old, co_await find_key(id));
  if (!old.active_at(now)) co_return key_is_over();
  const auto* style = find_key_style(old.style);
  if (style == nullptr) co_return Error{ErrorCode::internal, "the key's style is gone"};
  auto [record, key] = make_key(*style, now);
  record.tenant = old.tenant;
  record.label = old.label;
  record.scopes = old.scopes;
  record.limits = old.limits;
  record.webhook = old.webhook;
  record.expires_at = expires_at;
  const Timestamp until = now + overlap;
  auto replaced = co_await store_.replace_key(id, std::min(old.expires_at.value_or(until), until), record);
  if (!replaced && replaced.error().code == ErrorCode::conflict) co_return key_is_over();
  if (!replaced) co_return replaced.error();
  read_again([&](const ApiKey& one) { return one.id == id; });
  if (on_key_change_) on_key_change_();
  co_return IssuedKey{std::move(record), std::move(key)};
}

Task<Result<void>> Access::revoke_key(KeyId id) {
  const auto now = clock_.now();
  CO_TRY_VOID(co_await store_.revoke_key(id, now));
  read_again([&](const ApiKey& one) { return one.id == id; });
  if (on_key_change_) on_key_change_();
  co_return Result<void>();
}

Task<Result<AccessStore::TenantLimits>> Access::tenant_limits(TenantId tenant) {
  CO_TRY(auto limits, co_await store_.tenant_limits(tenant));
  for (const auto& style : key_styles()) {
    if (!style.tenant_limits.empty()) limits.try_emplace(std::string(style.name), style.tenant_limits);
  }
  co_return limits;
}

Task<Result<void>> Access::set_tenant_limits(TenantId tenant, std::string style, std::optional<RateLimits> limits) {
  CO_TRY_VOID(style_named(style));
  if (limits) {
    CO_TRY(limits, checked(std::move(*limits)));
  }
  CO_TRY_VOID(co_await find_tenant(tenant));
  CO_TRY_VOID(co_await store_.set_tenant_limits(tenant, style, limits));
  read_again([&](const ApiKey& one) { return one.tenant == tenant && one.style == style; });
  co_return Result<void>();
}

}  // namespace wherry

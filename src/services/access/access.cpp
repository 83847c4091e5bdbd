#include "services/access/access.h"

#include "base/random.h"

namespace wherry {

namespace {

constexpr std::size_t prefix_length = 11;
constexpr std::string_view pipes_start = "pk_";
constexpr std::size_t pipes_random_characters = 32;

// The form of each front door's keys; a text that cannot be a key never reaches the store.
bool has_form(std::string_view key, std::string_view style) {
  if (style != "pipes") return false;
  return key.size() == pipes_start.size() + pipes_random_characters && key.starts_with(pipes_start) &&
         key.find_first_not_of(alphanumeric, pipes_start.size()) == std::string_view::npos;
}

const Error& unknown_key() {
  static const Error error{ErrorCode::unauthenticated, "Invalid or missing API key"};
  return error;
}

std::string_view view(const Sha256& hash) { return {reinterpret_cast<const char*>(hash.data()), hash.size()}; }

}  // namespace

Access::Access(AccessStore& store, const Clock& clock) : store_(store), clock_(clock) {}

Task<Result<Admission>> Access::admit(std::string presented_key, std::string style) {
  co_return co_await with_key(std::move(presented_key), std::move(style), count);
}

Task<Result<Principal>> Access::identify(std::string presented_key, std::string style) {
  CO_TRY(auto admission, co_await with_key(std::move(presented_key), std::move(style), only_name));
  co_return std::move(admission.principal);
}

Task<Result<Admission>> Access::with_key(std::string presented_key, std::string style, Use use) {
  if (!has_form(presented_key, style)) co_return unknown_key();
  const auto hash = sha256(presented_key);
  const auto now = clock_.now();
  std::uint64_t revocations_before = 0;
  {
    std::lock_guard lock(mutex_);
    auto known = keys_.find(hash);
    if (known != keys_.end()) co_return use(known->second, now);
    revocations_before = revocations_;
  }
  CO_TRY(auto record, co_await look_up(hash, presented_key.substr(0, prefix_length)));
  if (!record || record->revoked_at || record->style != style) co_return unknown_key();
  std::lock_guard lock(mutex_);
  if (revocations_ != revocations_before) co_return unknown_key();  // it may be the one that was revoked meanwhile
  auto& cached = keys_.try_emplace(hash, Cached{std::move(*record), {}}).first->second;
  co_return use(cached, now);
}

Task<Result<std::optional<ApiKey>>> Access::look_up(Sha256 hash, std::string prefix) {
  CO_TRY(auto candidates, co_await store_.find_keys_by_prefix(std::move(prefix)));
  std::optional<ApiKey> match;
  for (auto& candidate : candidates) {
    if (constant_time_equal(view(candidate.hash), view(hash))) match = std::move(candidate);
  }
  co_return match;
}

Admission Access::only_name(Cached& cached, Timestamp) {
  Admission admission;
  admission.principal = {cached.record.tenant, cached.record.id, cached.record.style};
  return admission;
}

Admission Access::count(Cached& cached, Timestamp now) {
  auto admission = only_name(cached, now);
  const auto& record = cached.record;
  if (record.rate_limit == 0) return admission;
  auto& window = cached.window;
  const bool over = window.used == 0 || now >= window.opened + record.rate_window || now < window.opened;
  if (over) window = {now, 0};
  admission.allowed = window.used < record.rate_limit;
  if (admission.allowed) ++window.used;
  admission.rate = RateState{record.rate_limit, record.rate_limit - window.used, window.opened + record.rate_window};
  return admission;
}

Task<Result<Tenant>> Access::create_tenant(std::string name) {
  if (name.empty() || count_code_points(name) > 100 || !is_clean_utf8(name)) {
    co_return Error{ErrorCode::invalid_argument, "a tenant's name has 1 to 100 characters"};
  }
  const auto now = clock_.now();
  Tenant tenant{TenantId::make(now), std::move(name), now};
  CO_TRY_VOID(co_await store_.add_tenant(tenant));
  co_return tenant;
}

Task<Result<std::vector<Tenant>>> Access::list_tenants() { co_return co_await store_.list_tenants(); }

Task<Result<IssuedKey>> Access::create_key(NewKey request) {
  if (request.style != "pipes") co_return Error{ErrorCode::invalid_argument, "unknown key style; known: pipes"};
  if (request.rate_window < seconds(1) || request.rate_window > std::chrono::hours(24)) {
    co_return Error{ErrorCode::invalid_argument, "the rate window is 1 second to 24 hours"};
  }
  if (count_code_points(request.label) > 100 || !is_clean_utf8(request.label)) {
    co_return Error{ErrorCode::invalid_argument, "a key's label has at most 100 characters"};
  }
  CO_TRY(auto tenant, co_await store_.find_tenant(request.tenant));
  if (!tenant) co_return Error{ErrorCode::not_found, "no such tenant"};

  const auto now = clock_.now();
  auto text = std::string(pipes_start) + random_text(pipes_random_characters, alphanumeric);
  ApiKey record;
  record.id = KeyId::make(now);
  record.tenant = request.tenant;
  record.style = request.style;
  record.prefix = text.substr(0, prefix_length);
  record.hash = sha256(text);
  record.label = std::move(request.label);
  record.rate_limit = request.rate_limit;
  record.rate_window = request.rate_window;
  record.created_at = now;
  CO_TRY_VOID(co_await store_.add_key(record));
  co_return IssuedKey{std::move(record), Secret(std::move(text))};
}

Task<Result<std::vector<ApiKey>>> Access::list_keys(std::optional<TenantId> tenant) { co_return co_await store_.list_keys(tenant); }

Task<Result<void>> Access::revoke_key(KeyId id) {
  const auto now = clock_.now();
  CO_TRY_VOID(co_await store_.revoke_key(id, now));
  std::lock_guard lock(mutex_);
  ++revocations_;
  std::erase_if(keys_, [&](const auto& entry) { return entry.second.record.id == id; });
  co_return Result<void>();
}

}  // namespace wherry

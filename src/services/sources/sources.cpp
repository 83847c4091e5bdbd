#include "services/sources/sources.h"

#include <algorithm>
#include <mutex>
#include <tuple>

#include "base/bytes.h"

namespace wherry {

namespace {
constexpr std::size_t longest_name = 100;
}

Task<Result<void>> Sources::load() {
  CO_TRY(auto stored, co_await store_.list_sources());
  std::unique_lock lock(mutex_);
  for (auto& source : stored) sources_[source.id] = std::move(source);
  co_return Result<void>();
}

ChannelPtr Sources::find(TenantId tenant, const RawId& id) const {
  std::shared_lock lock(mutex_);
  const auto found = sources_.find(id);
  if (found == sources_.end() || found->second.tenant != tenant) return nullptr;
  return channels_.find(found->second.channel);
}

ChannelPtr Sources::only_channel(TenantId tenant) const { return channels_.only_of(tenant); }

std::vector<Source> Sources::list(std::optional<TenantId> tenant) const {
  std::vector<Source> list;
  {
    std::shared_lock lock(mutex_);
    for (const auto& [id, source] : sources_) {
      if (!tenant || source.tenant == *tenant) list.push_back(source);
    }
  }
  std::sort(list.begin(), list.end(),
            [](const Source& a, const Source& b) { return std::tie(a.created_at, a.id) < std::tie(b.created_at, b.id); });
  return list;
}

Task<Result<Source>> Sources::add(NewSource request) {
  if (request.name.empty() || !is_clean_utf8(request.name) || count_code_points(request.name) > longest_name) {
    co_return Error{ErrorCode::invalid_argument, "a source's name has 1 to 100 characters"};
  }
  const auto channel = request.channel ? channels_.find(*request.channel) : only_channel(request.tenant);
  if (!channel && !request.channel) {
    co_return Error{ErrorCode::invalid_argument, "the tenant has not exactly one channel: name the one that is meant"};
  }
  if (!channel || channel->tenant != request.tenant) co_return Error{ErrorCode::not_found, "no such channel"};
  if (list(request.tenant).size() >= most_per_tenant) {
    co_return Error{ErrorCode::already_exists, "a tenant has at most 1000 sources"};
  }
  const auto now = clock_.now();
  Source source{request.id.value_or(make_raw_id(now)), request.tenant, channel->id, std::move(request.name), now};
  auto stored = co_await store_.add_source(source);
  if (!stored && stored.error().code == ErrorCode::already_exists) {
    co_return Error{ErrorCode::already_exists, "a source with this id exists"};
  }
  if (!stored) co_return std::move(stored).error();
  std::unique_lock lock(mutex_);
  sources_[source.id] = source;
  co_return source;
}

Task<Result<void>> Sources::remove(RawId id) {
  CO_TRY_VOID(co_await store_.remove_source(id));
  std::unique_lock lock(mutex_);
  sources_.erase(id);
  co_return Result<void>();
}

}  // namespace wherry

#pragma once

#include <map>
#include <optional>
#include <shared_mutex>

#include "services/channels/channels.h"
#include "services/ports/source_store.h"

namespace wherry {

struct NewSource {
  TenantId tenant;
  std::optional<ChannelId> channel;  ///< nullopt: the tenant's only one
  std::string name;                  ///< 1 to 100 characters
  std::optional<RawId> id;           ///< nullopt: a fresh one
};

/// The names applications use for channels, in memory. Threads: any.
class Sources {
 public:
  static constexpr std::size_t most_per_tenant = 1000;

  Sources(SourceStore& store, Channels& channels, const Clock& clock) : store_(store), channels_(channels), clock_(clock) {}

  /// Reads all of them from the store; call before serving.
  Task<Result<void>> load();
  /// The channel behind a source; nullptr when the source is unknown, another tenant's, or its channel was removed.
  ChannelPtr find(TenantId tenant, const RawId& id) const;
  /// The tenant's channel when it has exactly one: what is meant when no source is named.
  ChannelPtr only_channel(TenantId tenant) const;
  /// In order of creation.
  std::vector<Source> list(std::optional<TenantId> tenant) const;

  /// Errors: invalid_argument (name; several channels and none named), not_found (channel), already_exists (id; too many), unavailable.
  Task<Result<Source>> add(NewSource request);
  /// Errors: not_found, unavailable.
  Task<Result<void>> remove(RawId id);

 private:
  SourceStore& store_;
  Channels& channels_;
  const Clock& clock_;
  mutable std::shared_mutex mutex_;
  std::map<RawId, Source> sources_;
};

}  // namespace wherry

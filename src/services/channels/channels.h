#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "services/channels/vitals.h"
#include "services/ports/access_store.h"
#include "services/ports/upstream.h"

namespace wherry {

/// What an operator gives for a new Cloud API number. Empty graph_url and graph_version take the configured defaults.
struct NewChannel {
  TenantId tenant;
  std::string name;
  std::string phone_number_id;
  std::string waba_id;
  std::string display_number;
  Secret access_token;
  Secret app_secret;
  Secret verify_token;
  std::string graph_url;
  std::string graph_version;
  std::uint32_t messages_per_second = 80;
  bool pair_limit = true;
  UncertainPolicy uncertain_policy = UncertainPolicy::fail;
  seconds uncertain_after{600};            ///< a minute to a day
  std::optional<RawId> agent;
  bool subscribed = false;
};

struct ChannelChange {
  std::optional<std::string> name;
  std::optional<std::string> display_number;  ///< linked numbers only
  std::optional<std::string> waba_id;
  std::optional<Secret> access_token;
  std::optional<Secret> app_secret;      ///< the old one stays valid for webhooks until the next change
  std::optional<Secret> verify_token;
  std::optional<std::string> graph_url;
  std::optional<std::string> graph_version;
  std::optional<std::uint32_t> messages_per_second;
  std::optional<bool> pair_limit;
  std::optional<UncertainPolicy> uncertain_policy;
  std::optional<seconds> uncertain_after;
  std::optional<std::optional<RawId>> agent;  ///< of nullopt: none any more
  std::optional<bool> subscribed;
  std::optional<std::optional<std::uint32_t>> rate_per_min, rate_per_hour;  ///< of nullopt: the gateway's default again
};

using ChannelPtr = std::shared_ptr<const Channel>;  // shared with requests in flight; replaced, never changed

/// Every channel, in memory. Threads: any.
class Channels {
 public:
  Channels(ChannelStore& store, AccessStore& access, const Clock& clock, std::string default_graph_url, std::string default_graph_version);

  /// Reads all channels from the store; call before serving.
  Task<Result<void>> load();
  ChannelPtr find(ChannelId id) const;                                    ///< nullptr when unknown
  ChannelPtr find_by_phone_number_id(std::string_view phone_number_id) const;
  /// The tenant's newest channel with this agent; nullptr when there is none.
  ChannelPtr find_by_agent(TenantId tenant, const RawId& agent) const;
  ChannelPtr find_by_waba_id(std::string_view waba_id) const;             ///< any one of that account
  std::vector<ChannelPtr> all() const;
  /// The tenant's only Cloud number, or, when it has none, its only linked one; nullptr when there are several.
  ChannelPtr only_of(TenantId tenant) const;
  std::vector<ChannelPtr> of(TenantId tenant) const;                      ///< its channels, in order of creation

  /// Errors: invalid_argument (says which field), already_exists, not_found (no such tenant).
  Task<Result<ChannelPtr>> add(NewChannel request);
  /// A number that is to be linked as a device. Errors: invalid_argument, not_found (no such tenant).
  Task<Result<ChannelPtr>> add_linked(TenantId tenant, std::string name);
  /// Of a linked number what belongs to the Cloud API cannot be given. Errors: not_found, invalid_argument.
  Task<Result<ChannelPtr>> change(ChannelId id, ChannelChange change);
  /// Errors: not_found; conflict when it is of another kind: a linked number is removed with its session.
  Task<Result<void>> remove(ChannelId id, ChannelKind kind = ChannelKind::cloud);

  /// Whether these are Meta's ids in form: they become part of addresses. Errors: invalid_argument.
  static Result<void> check_ids(std::string_view phone_number_id, std::string_view waba_id);
  const std::string& default_graph_url() const { return default_graph_url_; }
  const std::string& default_graph_version() const { return default_graph_version_; }

  Vitals& vitals() { return vitals_; }
  const Vitals& vitals() const { return vitals_; }

 private:
  Task<Result<ChannelPtr>> add(Channel channel);
  void put(ChannelPtr channel);

  ChannelStore& store_;
  AccessStore& access_;
  const Clock& clock_;
  std::string default_graph_url_;
  std::string default_graph_version_;
  Vitals vitals_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<ChannelId, ChannelPtr, IdHash> by_id_;
  std::unordered_map<std::string, ChannelPtr> by_number_;
};

}  // namespace wherry

#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "services/webhooks/runner.h"

namespace wherry {

struct NewSubscription {
  TenantId tenant;
  std::optional<ChannelId> channel;
  WebhookFormat format = WebhookFormat::standard;
  std::string url;
  std::string secret;              ///< empty: one is made (standard, graph) or none is used (pipes)
  std::vector<std::string> kinds;
  bool asymmetric = false;         ///< standard: sign with Ed25519 too (v1a)
  std::uint32_t edition = 1;
  std::string header_name;         ///< sent with every call; empty: none
  Secret header_value;
  std::optional<RetryPolicy> retry;
};

struct SubscriptionChange {
  std::optional<std::string> url;
  std::optional<std::optional<ChannelId>> channel;   ///< of nullopt: every channel
  std::optional<std::string> secret;   ///< the old one goes on signing too, until forget_previous_secret
  bool forget_previous_secret = false;
  std::optional<std::vector<std::string>> kinds;
  std::optional<std::uint32_t> edition;
  std::optional<std::string> header_name;   ///< "" takes the header away
  std::optional<Secret> header_value;
  std::optional<RetryPolicy> retry;
  std::optional<bool> enabled;
};

/// Every webhook subscription and its deliveries. Threads: any.
class Webhooks {
 public:
  static constexpr std::size_t most_per_tenant = 50;
  using Renderers = std::array<const WebhookRenderer*, 7>;  ///< by WebhookFormat

  struct Parts {
    WebhookStore& store;
    JournalStore& journal;
    JournalFeed& feed;
    AccessStore& access;
    Channels& channels;
    WebhookSender& sender;
    Renderers renderers;
    Clock& clock;
    webhooks::RunnerLimits limits{};
  };
  explicit Webhooks(Parts parts);
  ~Webhooks();

  /// Reads every subscription and begins to deliver on these threads.
  Task<Result<void>> start(std::vector<Executor> executors);
  /// Ends running calls. Close the feed first.
  Task<void> stop();

  /// Whether calls can go there. Errors: invalid_argument.
  static Result<void> check_url(const std::string& url);
  /// Events from now on are for it. Errors: invalid_argument (says what), not_found (tenant, channel), already_exists (too many).
  Task<Result<Subscription>> add(NewSubscription request);
  Task<Result<Subscription>> change(SubscriptionId id, SubscriptionChange change);
  Task<Result<void>> remove(SubscriptionId id);
  Task<Result<std::vector<Subscription>>> list(std::optional<TenantId> tenant);
  Task<Result<Subscription>> find(SubscriptionId id);
  /// Sends a made-up message that is not journaled, waits for the answer, changes nothing.
  Task<Result<WebhookAnswer>> test(SubscriptionId id);
  Task<Result<std::vector<DeadLetter>>> dead_letters(SubscriptionId id, std::uint64_t after, std::uint32_t limit);
  /// Sends events again, `replay_apart` from each other. Gives how many.
  Task<Result<std::uint64_t>> replay(SubscriptionId id, WebhookStore::Replay what);
  Task<Result<DeliveryCounts>> counts(SubscriptionId id);

  /// Whether an enabled subscription in that format is told of this channel's messages (nullopt: of any).
  bool takes(WebhookFormat format, TenantId tenant, std::optional<ChannelId> channel) const;

  const webhooks::WebhookCounters& counters() const { return counters_; }

 private:
  static constexpr milliseconds replay_apart{20};

  Result<void> check_channel(TenantId tenant, std::optional<ChannelId> id) const;
  const WebhookRenderer& renderer_of(const Subscription& subscription) const;
  Task<Result<void>> restart(Subscription subscription);
  void run(Subscription subscription);
  std::shared_ptr<webhooks::Runner> take(SubscriptionId id);

  Parts parts_;
  webhooks::WebhookCounters counters_;
  mutable std::mutex mutex_;
  std::vector<Executor> executors_;
  std::size_t next_executor_ = 0;
  bool stopping_ = false;
  std::unordered_map<SubscriptionId, std::shared_ptr<webhooks::Runner>, IdHash> runners_;  // shared with stop() of a running change
  struct Target {
    WebhookFormat format = WebhookFormat::standard;
    TenantId tenant;
    std::optional<ChannelId> channel;
  };
  std::unordered_map<SubscriptionId, Target, IdHash> targets_;  ///< of runners_
};

}  // namespace wherry

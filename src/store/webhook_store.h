#pragma once

#include "base/crypto.h"
#include "services/ports/journal_reader.h"
#include "services/ports/webhook_store.h"
#include "store/database.h"

namespace wherry::store {

/// WebhookStore in SQL; secrets are sealed before they reach the disk. webhook_deliveries.cpp has the part about single events.
class SqlWebhookStore final : public WebhookStore, public WebhookAttempts {
 public:
  SqlWebhookStore(Database& database, const SecretBox& secrets) : database_(database), secrets_(secrets) {}

  Task<Result<Subscription>> add_subscription(Subscription subscription) override;
  Task<Result<std::vector<Subscription>>> list_subscriptions() override;
  Task<Result<void>> update_subscription(Subscription subscription) override;
  Task<Result<void>> remove_subscription(SubscriptionId id, Timestamp at) override;

  Task<Result<DeliveryProgress>> progress(SubscriptionId id) override;
  Task<Result<void>> record(Subscription subscription, std::vector<std::uint64_t> set_aside, std::vector<DeliveryOutcome> outcomes,
                            std::uint64_t cursor) override;
  Task<Result<void>> disable(Subscription subscription, std::string reason, Timestamp at) override;

  Task<Result<std::vector<DeadLetter>>> dead_letters(SubscriptionId id, std::uint64_t after, std::uint32_t limit) override;
  Task<Result<std::uint64_t>> replay(Subscription subscription, Replay what, Timestamp first_at, milliseconds apart) override;
  Task<Result<DeliveryCounts>> counts(Subscription subscription, bool only_moves) override;

  Task<Result<std::uint64_t>> forget_dropped() override;

  Task<Result<std::vector<WebhookAttempt>>> attempts_of(TenantId tenant, std::vector<std::uint64_t> sequences) override;

 private:
  Value sealed(const std::optional<Secret>& secret) const;
  Value sealed_header(const Subscription& subscription) const;
  Result<Subscription> to_subscription(const Row& row) const;

  Database& database_;
  const SecretBox& secrets_;
};

}  // namespace wherry::store

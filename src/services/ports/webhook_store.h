#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services/ports/journal_store.h"

namespace wherry {

/// What the body and the signature of a webhook look like.
enum class WebhookFormat { pipes, standard, graph, pepipost, magpipe, pipes_app, sessions };
std::string_view to_string(WebhookFormat format);
std::optional<WebhookFormat> webhook_format_from(std::string_view text);

/// How an endpoint is tried again, where its owner chose so.
struct RetryPolicy {
  enum class Growth { exponential, linear, constant };
  Growth growth = Growth::exponential;     ///< of the wait, from one try to the next
  seconds delay{2};                        ///< before the second try
  std::uint32_t attempts = 15;             ///< in all
  bool operator==(const RetryPolicy&) const = default;
};
std::string_view to_string(RetryPolicy::Growth growth);
std::optional<RetryPolicy::Growth> retry_growth_from(std::string_view text);

/// An endpoint of a tenant that is told what happens.
struct Subscription {
  SubscriptionId id;
  TenantId tenant;
  std::optional<ChannelId> channel;        ///< nullopt: every channel
  WebhookFormat format = WebhookFormat::standard;
  std::string url;
  Secret secret;                           ///< empty: not signed (pipes only)
  std::optional<Secret> previous_secret;   ///< signs beside the new one during a rotation
  std::optional<Secret> signing_seed;      ///< Ed25519, 32 bytes: standard's v1a signatures
  std::vector<std::string> kinds;          ///< journal kinds, or the format's names of them; empty: all that the format can tell
  std::uint32_t edition = 1;               ///< of a format that has several
  std::string header_name;                 ///< a header of the tenant's own, sent with every call; empty: none; "*": several
  Secret header_value;                     ///< of several: a JSON object of names and values
  std::optional<RetryPolicy> retry;        ///< nullopt: as its format has it
  std::string disabled_reason;             ///< empty: enabled
  std::optional<Timestamp> failing_since;  ///< the first failure since the last success
  std::uint64_t first_sequence = 0;        ///< events after this one are for it; set by the store
  Timestamp created_at;
  Timestamp updated_at;                    ///< when its settings were last changed

  bool enabled() const { return disabled_reason.empty(); }
};

/// One try, and where it leaves the event.
struct DeliveryOutcome {
  std::uint64_t sequence = 0;
  std::uint32_t attempt = 0;               ///< 1 is the first; of a replay it goes on counting
  Timestamp at;                            ///< when it began
  milliseconds took{0};
  int status = 0;                          ///< HTTP; 0: no answer
  std::string error;                       ///< why it failed; empty when acknowledged
  enum class State {
    acked,
    pending,    ///< to be tried again, and nothing waits for it (a replay)
    set_aside,  ///< to be tried again before the later events of its conversation
    dead,
  } state = State::acked;
  bool was_set_aside = false;              ///< before this try
  std::optional<Timestamp> next_attempt_at;  ///< of a pending one and one that is set aside
  bool to_offline_queue = false;           ///< of a dead one: the Pipes socket's queue takes it
};

/// An event that was tried and is neither acknowledged nor given up, or that is to be sent again.
struct PendingDelivery {
  std::uint64_t sequence = 0;
  std::uint32_t attempts = 0;
  Timestamp next_attempt_at;
};

struct DeadLetter {
  std::uint64_t sequence = 0;
  std::uint32_t attempts = 0;
  Timestamp at;
  int status = 0;
  std::string error;
};

/// An event that waits with its conversation.
struct SetAsideDelivery {
  RawId lane;                              ///< the conversation, or the channel of an event that has none
  std::uint64_t sequence = 0;
  std::uint32_t attempts = 0;
  std::optional<Timestamp> next_attempt_at;  ///< nullopt: not tried yet
};

/// Where a subscription stands. Every event up to `cursor` is acknowledged, dead, pending, set aside or not for it.
struct DeliveryProgress {
  std::uint64_t cursor = 0;
  std::vector<PendingDelivery> pending;      ///< by sequence
  std::vector<SetAsideDelivery> set_aside;   ///< by sequence
  std::set<std::uint64_t> settled_beyond;    ///< acknowledged or dead although after the cursor
};

struct DeliveryCounts {
  std::uint64_t journaled = 0, acked = 0, pending = 0, dead = 0;
};

/// Whether the event is a status that moved no message (store: the end of its body).
inline bool is_idle_status(const JournalEvent& event) {
  return event.kind == "message.status" && !event.body.ends_with(R"(,"moved":true})");
}

/// Subscriptions and their deliveries. Every write is durable when it returns. Errors of all calls: unavailable.
class WebhookStore {
 public:
  virtual ~WebhookStore() = default;
  virtual Task<Result<Subscription>> add_subscription(Subscription subscription) = 0;
  virtual Task<Result<std::vector<Subscription>>> list_subscriptions() = 0;
  /// Errors: not_found.
  virtual Task<Result<void>> update_subscription(Subscription subscription) = 0;
  virtual Task<Result<void>> remove_subscription(SubscriptionId id, Timestamp at) = 0;

  virtual Task<Result<DeliveryProgress>> progress(SubscriptionId id) = 0;
  /// Stores which events wait with their conversation and what became of tries, and moves the cursor, all at once.
  virtual Task<Result<void>> record(Subscription subscription, std::vector<std::uint64_t> set_aside, std::vector<DeliveryOutcome> outcomes,
                                    std::uint64_t cursor) = 0;
  /// Turns the subscription off and says so in the tenant's journal ("webhook.disabled").
  virtual Task<Result<void>> disable(Subscription subscription, std::string reason, Timestamp at) = 0;

  virtual Task<Result<std::vector<DeadLetter>>> dead_letters(SubscriptionId id, std::uint64_t after, std::uint32_t limit) = 0;
  struct Replay {
    std::uint64_t from = 0, to = 0;        ///< sequences, both included
    bool only_dead = false;
    std::string kind;                      ///< empty: every kind
    std::optional<ConversationId> conversation;
    std::uint32_t limit = 1000;
  };
  /// Marks events up to the cursor to be sent again from `first_at` on, `apart` from each other, and says so in the journal
  /// ("webhook.replayed"). Gives how many.
  virtual Task<Result<std::uint64_t>> replay(Subscription subscription, Replay what, Timestamp first_at, milliseconds apart) = 0;
  /// Counts rows, for the audit and not for every request. An empty `subscription.kinds` counts every kind.
  /// Nothing is lost when journaled = acked + pending + dead.
  /// `only_moves`: statuses that moved no message are not for it.
  virtual Task<Result<DeliveryCounts>> counts(Subscription subscription, bool only_moves) = 0;

  /// Forgets tries and dead letters of events that are no longer in the journal. Gives how many rows went.
  virtual Task<Result<std::uint64_t>> forget_dropped() = 0;
};

}  // namespace wherry

#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "base/random.h"
#include "base/task_group.h"
#include "services/journal/journal_feed.h"
#include "services/ports/webhook_endpoint.h"
#include "services/webhooks/set_aside.h"
#include "services/webhooks/window.h"

namespace wherry::webhooks {

struct RunnerLimits {
  std::size_t concurrency = 32;                 ///< calls of one subscription at once
  std::size_t window = 512;                     ///< events read and not settled
  std::size_t window_bytes = 8u << 20;
  std::size_t lane = 64;                        ///< of one conversation; what is over it is set aside
  std::size_t set_aside = 50'000;               ///< events set aside; over it nothing more is read
  std::uint32_t page = 128;                     ///< rows read at once
  std::uint32_t failures_to_open = 8;           ///< in a row: then one probe at a time
  milliseconds media_patience{60'000};          ///< an event waits so long for its file
  milliseconds disable_after = std::chrono::hours(24 * 5);
  milliseconds store_pause{1'000};              ///< before a failed read or write is tried again
};

struct WebhookCounters {
  std::atomic<std::uint64_t> acked{0}, failed{0}, dead{0}, disabled{0};
  std::atomic<std::uint64_t> store_failures{0};
  std::atomic<std::int64_t> running{0}, circuits_open{0}, set_aside{0};
};

/// What a runner needs; all outlive it.
struct RunnerParts {
  WebhookStore& store;
  JournalStore& journal;
  JournalFeed& feed;
  WebhookSender& sender;
  const WebhookRenderer& renderer;
  Channels& channels;
  Clock& clock;
  WebhookCounters& counters;
  RunnerLimits limits;
};

/// Delivers the events of one subscription: in order per conversation, at least once, each try on disk. It reads ahead no
/// further than its window, so an endpoint that is down costs no memory; after several failures in a row it only probes. A
/// conversation whose event has failed is set aside, so that it holds up no other. Where the format lets events share a call, heads of
/// different conversations are gathered for a moment; each is settled by itself.
/// Threads: wake() and stop() from any; everything else happens on the executor given to start().
/// Close the feed before stop().
class Runner {
 public:
  Runner(RunnerParts parts, Subscription subscription);
  ~Runner();

  void start(Executor executor);
  /// There may be something new.
  void wake();
  /// Ends running calls without waiting for answers; what was not acknowledged is sent again after the next start.
  Task<void> stop();

 private:
  // runner.cpp: the pump
  Task<void> listen();
  void wake_at(Timestamp at);
  Task<void> wait_and_wake(Timestamp at);
  Task<void> pump();
  Task<Result<void>> load();
  Task<Result<void>> fill();
  Task<Result<void>> fill_replays();
  Task<Result<void>> fill_set_aside();
  Task<Result<bool>> fetch(std::uint64_t sequence, Window::Entry entry);
  std::vector<SetAside::Due> due_set_aside();
  void note_store(const Result<void>& done);
  void add(JournalItem item);
  bool is_for_us(const JournalItem& item) const;

  // what goes, alone or with others: runner_calls.cpp
  struct Call;
  void start_due();
  bool may_share(const Window::Entry& entry) const;
  std::size_t start_shared(std::vector<std::uint64_t> due, std::size_t room, Timestamp now);
  void start_call(std::vector<std::uint64_t> sequences);
  Task<void> deliver(std::vector<std::uint64_t> sequences, bool held_up);
  Task<std::vector<std::uint64_t>> ready_ones(std::vector<std::uint64_t> sequences);
  std::optional<WebhookCall> render(const std::vector<std::uint64_t>& sequences, Timestamp now);

  // what becomes of it: runner_delivery.cpp
  Task<Result<bool>> refresh_file(std::uint64_t sequence);
  void settle(const Window::Entry& entry, const WebhookAnswer& answer, Timestamp begun);
  void give_up(const Window::Entry& entry, Timestamp now);
  void finish(const Window::Entry& entry, DeliveryOutcome outcome);
  void postpone(const Window::Entry& entry, DeliveryOutcome outcome);
  void note_health(const WebhookAnswer& answer);
  void close_circuit();
  Task<Result<void>> commit();
  bool is_failing_too_long(Timestamp now) const;

  RunnerParts parts_;
  Subscription subscription_;
  Window window_;
  SeededRandom random_;
  TaskGroup group_;
  std::optional<Executor> executor_;
  std::atomic<bool> wanted_{false}, stopping_{false};
  // The rest is touched on the executor only.
  bool loaded_ = false;
  bool pumping_ = false;
  std::optional<Timestamp> armed_for_;
  std::map<std::uint64_t, PendingDelivery> known_pending_;  ///< from the last run, not read yet
  std::map<std::uint64_t, SetAsideDelivery> known_set_aside_;  ///< likewise
  std::set<std::uint64_t> known_settled_;
  SetAside set_aside_;
  std::size_t calls_ = 0;                                   ///< on their way
  std::size_t held_up_calls_ = 0;                           ///< of those, of one event that was set aside
  std::vector<std::uint64_t> newly_set_aside_;              ///< not on disk yet
  std::vector<DeliveryOutcome> outcomes_;                   ///< not on disk yet
  std::size_t counted_set_aside_ = 0;                       ///< in the counters
  std::uint32_t store_failures_ = 0;                        ///< in a row
  std::uint64_t stored_cursor_ = 0;
  std::optional<Timestamp> stored_failing_since_;
  std::uint32_t failures_in_row_ = 0;
  std::uint32_t failed_probes_ = 0;
  bool open_ = false;                                        ///< the circuit
  Timestamp next_probe_;
  std::string gone_;                                         ///< why the endpoint is to be turned off
};

}  // namespace wherry::webhooks

#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <set>

#include "base/clock.h"
#include "base/task_group.h"
#include "services/channels/channels.h"
#include "services/media/media_service.h"
#include "services/ports/message_store.h"
#include "services/ports/upstream.h"

namespace wherry {

struct MediaWorkerOptions {
  std::size_t concurrency = 8;
  milliseconds poll{5'000};               ///< how often retries are looked for
  milliseconds lifetime = std::chrono::hours(48);  ///< of a fetched file
};

struct MediaWorkerCounters {
  std::atomic<std::uint64_t> fetched{0}, unavailable{0}, retried{0};
  std::atomic<std::int64_t> running{0};
};

/// Fetches customers' files from WhatsApp, at most `concurrency` at once, each tried up to six times over some four hours.
/// A file that WhatsApp says it does not have is given up after the third such answer, an oversized one at once.
/// What could not be had ends as an `unavailable` media row.
/// Threads: start() and stop() once each; wake() from any; the work runs on the executor given to start().
class MediaWorker {
 public:
  static constexpr std::uint32_t max_attempts = 6;
  static constexpr std::uint32_t max_attempts_when_missing = 3;

  MediaWorker(InboundStore& store, MediaService& media, Upstream& upstream, Channels& channels, Clock& clock,
              MediaWorkerOptions options = {});

  /// How long what a channel's customers send is kept; without it, or when it gives nothing, as long as the options say.
  using Lifetime = std::function<std::optional<milliseconds>(TenantId, ChannelId)>;
  void keep_for(Lifetime lifetime) { lifetime_ = std::move(lifetime); }

  void start(Executor executor);
  /// Looks for new work soon. Does nothing before start() and after stop().
  void wake();
  /// Cancels running fetches and waits for them; they stay on disk for the next start.
  Task<void> stop();

  const MediaWorkerCounters& counters() const { return counters_; }

  /// How long to wait before the try after the one numbered `attempt` (1 = the first).
  static milliseconds delay_after(std::uint32_t attempt);

 private:
  struct Fetched {
    Media media;
    BlobGate::Pending protection;  ///< of the bytes, until the row is written
  };

  Task<void> tick();
  Task<void> pump();
  Task<Result<void>> start_due();
  Task<void> run(PendingFetch pending);
  Task<void> settle(PendingFetch pending);
  Task<Result<Fetched>> fetch(PendingFetch pending);
  Task<void> finish(Media media);
  milliseconds lifetime_of(const PendingFetch& pending) const;
  Task<void> try_later(PendingFetch pending, Error why);
  void pause_after(const Error& error, MediaId media);

  InboundStore& store_;
  MediaService& media_;
  Upstream& upstream_;
  Channels& channels_;
  Clock& clock_;
  MediaWorkerOptions options_;
  Lifetime lifetime_;
  MediaWorkerCounters counters_;
  TaskGroup group_;
  std::atomic<bool> started_{false}, stopping_{false}, wanted_{false};
  std::optional<Executor> executor_;
  // The rest is touched on the executor only.
  bool pumping_ = false;
  Timestamp paused_until_{};
  std::set<MediaId> running_;
  std::set<MediaId> ended_meanwhile_;  ///< ended while a query was out: its answer may still list them
};

}  // namespace wherry

#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/task_group.h"
#include "services/channels/channels.h"
#include "services/journal/journal_feed.h"
#include "services/live/live.h"
#include "services/ports/access_store.h"
#include "services/ports/live_store.h"

namespace wherry {

struct LiveCounters {
  std::atomic<std::uint64_t> delivered{0};  ///< messages handed to at least one socket as they came
  std::atomic<std::uint64_t> queued{0};     ///< nobody was there
  std::atomic<std::uint64_t> drained{0};    ///< handed out of the queue
  std::atomic<std::uint64_t> dropped{0};    ///< too many of one customer, or older than a day
};

class LiveTenant;

/// Hands customers' messages to applications' sockets: to whoever is connected, else into the offline queue, which the next
/// user-scoped connection gets, oldest first and at its pace. In order per conversation and at least once: a durable cursor per
/// tenant follows the journal. Threads: any.
class LiveDispatch {
 public:
  static constexpr milliseconds drain_pace{750};
  /// One text frame of a message; `channel` may be nullptr when it was removed.
  using Render = std::function<std::string(const Channel* channel, const JournalItem& item)>;
  /// Whether a webhook takes the messages of this channel (nullopt: of any), so that sockets get only what it gives up.
  using TakenByWebhook = std::function<bool(TenantId, std::optional<ChannelId>)>;

  struct Parts {
    LiveStore& store;
    JournalStore& journal;
    JournalFeed& received;  ///< told of customers' messages
    AccessStore& access;
    Channels& channels;
    LiveSockets& sockets;
    Clock& clock;
    Render render;
    TakenByWebhook taken_by_webhook;
  };
  explicit LiveDispatch(Parts parts);
  ~LiveDispatch();

  /// Follows every tenant's journal on these threads. Call before serving.
  Task<Result<void>> start(std::vector<Executor> executors);
  /// Looks for tenants that came meanwhile and forgets what waited too long: call every few seconds.
  Task<Result<void>> sweep();
  /// Close the feed first.
  Task<void> stop();

  const LiveCounters& counters() const { return counters_; }

 private:
  std::shared_ptr<LiveTenant> tenant(TenantId id);

  Parts parts_;
  LiveCounters counters_;
  std::mutex mutex_;
  bool stopping_ = false;
  std::vector<Executor> executors_;
  std::size_t next_executor_ = 0;
  std::unordered_map<TenantId, std::shared_ptr<LiveTenant>, IdHash> tenants_;  // shared with the hooks that run
};

}  // namespace wherry

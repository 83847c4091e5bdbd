#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "domain/inbound.h"
#include "services/channels/channels.h"
#include "services/channels/conversations.h"
#include "services/ports/message_store.h"

namespace wherry {

struct InboxCounters {
  std::atomic<std::uint64_t> messages{0}, statuses{0}, others{0}, duplicates{0}, unknown_numbers{0};
};

/// Everything WhatsApp tells us. Threads: any.
class Inbox {
 public:
  Inbox(InboundStore& store, Channels& channels, Conversations& conversations, Clock& clock);

  /// Stores all events, in order; when it returns without an error they are on disk. Events for a number that is no channel
  /// of ours are counted and logged. Errors: unavailable (nothing was stored, or a part that a repeat will complete).
  Task<Result<void>> receive(std::vector<InboundEvent> events);

  /// Awaited, after it was stored, for each event that is neither message nor status. When it fails, receive() does. Set it before the
  /// first receive().
  using Listener = std::function<Task<Result<void>>(OtherEvent)>;
  void on_other(Listener listener) { listener_ = std::move(listener); }

  /// Called, from any thread, whenever a stored message waits for its file. Set it before the first receive().
  void on_media(std::function<void()> wake) { wake_ = std::move(wake); }

  const InboxCounters& counters() const { return counters_; }

 private:
  std::optional<NewInboundEvent> prepare(InboundEvent event, Timestamp now);
  ChannelPtr channel_of(const OtherEvent& event) const;
  void note(const NewInboundEvent& event, const StoredInboundEvent& stored, bool& has_media);

  InboundStore& store_;
  Channels& channels_;
  Conversations& conversations_;
  Clock& clock_;
  InboxCounters counters_;
  std::function<void()> wake_;
  Listener listener_;
};

}  // namespace wherry

#pragma once

#include <array>
#include <deque>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/completion.h"
#include "base/result.h"
#include "services/ports/models.h"

namespace wherry {

struct SendReceipt {
  MessageId id;
  std::string wamid;
};

/// Answers a waiting caller exactly once; dropped without an answer it says that the server is stopping.
class Responder {
 public:
  Responder() = default;  ///< nobody waits
  explicit Responder(Completion<Result<SendReceipt>> waiter) : waiter_(std::move(waiter)) {}
  /// The answer is put there; it outlives the responder.
  explicit Responder(std::optional<Result<SendReceipt>>& place) : place_(&place) {}
  Responder(Responder&&) noexcept = default;
  Responder& operator=(Responder&&) noexcept = default;
  ~Responder();
  void answer(Result<SendReceipt> result);
  /// Whether somebody waits for the answer.
  bool awaited() const { return place_ != nullptr || waiter_; }

 private:
  Completion<Result<SendReceipt>> waiter_;
  std::optional<Result<SendReceipt>>* place_ = nullptr;
};

/// One accepted message on its way.
struct OutboxJob {
  Message message;
  Responder responder;
  std::optional<Timestamp> attempt_started_at = std::nullopt;  ///< of the request under way
};

/// First in, first out per conversation: a conversation has at most one runner. Threads: any.
class Lanes {
 public:
  enum class Entry { idle_lane, running_lane };
  /// Puts a job at the end of its lane. idle_lane: the caller must start a runner for the conversation.
  Entry push(OutboxJob job);
  /// Makes the caller the runner of an idle lane, before it has a job; it then calls next() when it is done.
  bool hold(ConversationId conversation);
  /// The runner puts its own job back, before all others.
  void put_back(OutboxJob job);
  /// The runner's next job; nullopt ends the runner and the lane.
  std::optional<OutboxJob> next(ConversationId conversation);
  /// Drops every job; their callers are answered.
  void clear();

 private:
  struct Shard {
    std::mutex mutex;
    std::unordered_map<ConversationId, std::deque<OutboxJob>, IdHash> lanes;  ///< present = has a runner
  };
  Shard& shard(ConversationId id) { return shards_[IdHash{}(id) % shards_.size()]; }
  std::array<Shard, 16> shards_;
};

}  // namespace wherry

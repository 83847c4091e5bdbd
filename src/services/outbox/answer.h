#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/completion.h"
#include "base/result.h"
#include "services/outbox/lane_id.h"
#include "services/ports/models.h"

namespace wherry {

struct SendReceipt {
  MessageId id;
  std::string wamid;
};

/// Where one caller waits for the outcome of its message. The first answer counts. Threads: any.
class Answer {
 public:
  void give(Result<SendReceipt> result);
  bool given() const;
  /// Waits for the answer, if it is not there yet. Once.
  Task<Result<SendReceipt>> wait();

 private:
  mutable std::mutex mutex_;
  bool given_ = false;
  std::optional<Result<SendReceipt>> result_;  ///< until it is waited for
  Completion<Result<SendReceipt>> waiter_;
};

/// The lane's end of an Answer; dropped without an answer it says that the server is stopping.
class Responder {
 public:
  Responder() = default;                                                                   ///< nobody waits
  explicit Responder(std::shared_ptr<Answer> answer) : answer_(std::move(answer)) {}  ///< shared with the caller
  Responder(Responder&&) noexcept = default;
  Responder& operator=(Responder&&) noexcept = default;
  ~Responder();
  void answer(Result<SendReceipt> result);
  /// Whether somebody still waits for the answer.
  bool awaited() const { return answer_ && !answer_->given(); }
  /// The other ends' view of it; null when nobody waits.
  const std::shared_ptr<Answer>& shared() const { return answer_; }

 private:
  std::shared_ptr<Answer> answer_;
};

/// One accepted message on its way.
struct OutboxJob {
  Message message;
  Responder responder;
  LaneId lane;
  bool has_budget = false;                                     ///< a send of its number's budget was taken for the next try
  std::optional<Timestamp> attempt_started_at = std::nullopt;  ///< of the request under way
};

}  // namespace wherry

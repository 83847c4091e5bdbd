#include "services/outbox/answer.h"

namespace wherry {

void Answer::give(Result<SendReceipt> result) {
  Completion<Result<SendReceipt>> waiter;
  {
    std::lock_guard lock(mutex_);
    if (given_) return;
    given_ = true;
    if (!waiter_) {
      result_ = std::move(result);
      return;
    }
    waiter = std::move(waiter_);
  }
  waiter.complete(std::move(result));
}

bool Answer::given() const {
  std::lock_guard lock(mutex_);
  return given_;
}

Task<Result<SendReceipt>> Answer::wait() {
  {
    std::lock_guard lock(mutex_);
    if (result_) co_return std::move(*result_);
  }
  auto begin = [this](Completion<Result<SendReceipt>> waiter) {
    {
      std::lock_guard lock(mutex_);
      if (!result_) {
        waiter_ = std::move(waiter);
        return;
      }
    }
    waiter.complete(std::move(*result_));
  };
  co_return co_await await_completion<Result<SendReceipt>>(std::move(begin));
}

Responder::~Responder() {
  if (answer_) answer_->give(Error{ErrorCode::cancelled, "The server is stopping; the outcome of the message is not known yet"});
}

void Responder::answer(Result<SendReceipt> result) {
  if (answer_) answer_->give(std::move(result));
}

}  // namespace wherry

#pragma once

#include <vector>

#include "base/completion.h"

namespace wherry::linked {

/// Something that happens once. Threads: one.
class Gate {
 public:
  bool is_open() const { return open_; }
  void open() {
    open_ = true;
    auto waiters = std::move(waiters_);
    waiters_.clear();
    for (auto& waiter : waiters) waiter.complete(0);
  }
  /// Waits until it has happened.
  Task<void> wait() {
    if (open_) co_return;
    auto start = [this](Completion<int> done) { waiters_.push_back(std::move(done)); };
    co_await await_completion<int>(start);
  }

 private:
  bool open_ = false;
  std::vector<Completion<int>> waiters_;
};

}  // namespace wherry::linked

#pragma once

#include <boost/asio/post.hpp>
#include <vector>

#include "base/completion.h"

namespace wherry::store {

/// Answers gathered on a database thread, handed over with one post per executor: a group of hundreds wakes each I/O thread once.
/// What was asked goes back along with its answer, to be freed by the thread that made it: threads that free each other's memory
/// wait for each other in malloc.
template <class T, class Asked>
class Answers {
 public:
  void add(Completion<T> done, T value, Asked asked) {
    const auto executor = done.executor();
    auto* home = find(executor);
    if (home == nullptr) home = &groups_.emplace_back(Group{executor, {}});
    home->answers.push_back({std::move(done), std::move(value), std::move(asked)});
  }

  void post() {
    for (auto& group : groups_) {
      auto give = [answers = std::move(group.answers)]() mutable {
        for (auto& answer : answers) answer.done.complete_here(std::move(answer.value));
      };
      boost::asio::post(group.executor, std::move(give));
    }
    groups_.clear();
  }

 private:
  struct Answer {
    Completion<T> done;
    T value;
    Asked asked;
  };
  struct Group {
    Executor executor;
    std::vector<Answer> answers;
  };
  Group* find(const Executor& executor) {
    for (auto& group : groups_) {
      if (group.executor == executor) return &group;
    }
    return nullptr;
  }
  std::vector<Group> groups_;
};

}  // namespace wherry::store

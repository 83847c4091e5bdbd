#include "base/task_group.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <list>
#include <mutex>
#include <vector>

#include "base/completion.h"
#include "base/log.h"

namespace wherry {

namespace asio = boost::asio;

namespace {
struct Entry {
  explicit Entry(Executor e) : executor(e) {}
  Executor executor;
  asio::cancellation_signal signal;
  std::list<std::shared_ptr<Entry>>::iterator place;
};

bool is_cancellation(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    return error.code() == asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

std::string describe(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "unknown exception";
  }
}
}  // namespace

struct TaskGroup::State {
  mutable std::mutex mutex;
  std::list<std::shared_ptr<Entry>> running;
  std::vector<Completion<int>> waiters;
  bool closed = false;

  void finished(const std::shared_ptr<Entry>& entry) {
    std::vector<Completion<int>> wake;
    {
      std::lock_guard lock(mutex);
      running.erase(entry->place);
      if (running.empty()) wake.swap(waiters);
    }
    for (auto& waiter : wake) waiter.complete(0);
  }
};

TaskGroup::TaskGroup() : state_(std::make_shared<State>()) {}
TaskGroup::~TaskGroup() = default;

std::size_t TaskGroup::size() const {
  std::lock_guard lock(state_->mutex);
  return state_->running.size();
}

void TaskGroup::spawn(Executor executor, Task<void> task, std::string_view name) {
  auto entry = std::make_shared<Entry>(executor);
  {
    std::lock_guard lock(state_->mutex);
    if (state_->closed) return;
    entry->place = state_->running.insert(state_->running.end(), entry);
  }
  auto on_end = [state = state_, entry, name = std::string(name)](std::exception_ptr failure) {
    if (failure && !is_cancellation(failure)) log::error("task_failed", {{"task", name}, {"error", describe(failure)}});
    state->finished(entry);
  };
  asio::co_spawn(executor, std::move(task), asio::bind_cancellation_slot(entry->signal.slot(), std::move(on_end)));
}

Task<void> TaskGroup::drain() {
  auto start = [state = state_](Completion<int> done) {
    {
      std::lock_guard lock(state->mutex);
      state->closed = true;
      if (!state->running.empty()) {
        state->waiters.push_back(std::move(done));
        return;
      }
    }
    done.complete(0);
  };
  co_await await_completion<int>(start);
}

Task<void> TaskGroup::stop() {
  {
    std::lock_guard lock(state_->mutex);
    state_->closed = true;
    for (auto& entry : state_->running) {
      asio::post(entry->executor, [entry] { entry->signal.emit(asio::cancellation_type::terminal); });
    }
  }
  co_await drain();
}

}  // namespace wherry

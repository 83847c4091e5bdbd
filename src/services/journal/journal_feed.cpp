#include "services/journal/journal_feed.h"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "base/completion.h"

namespace wherry {

namespace asio = boost::asio;

/// One waiting coroutine. The signal ends its sleep and is touched on its executor only. Shared by the coroutine, its sleep, the
/// line it stands in and a ring under way.
struct JournalFeed::Waiter {
  explicit Waiter(Executor its) : executor(its) {}
  Executor executor;
  asio::cancellation_signal signal;
  Completion<int> done;
};

namespace {

Task<void> sleep(Clock& clock, milliseconds timeout) { co_await clock.sleep_for(timeout); }

}  // namespace

JournalFeed::JournalFeed(Clock& clock) : clock_(clock) {}
JournalFeed::~JournalFeed() = default;

void JournalFeed::ring(const std::vector<std::shared_ptr<Waiter>>& waiters) {
  for (const auto& waiter : waiters) {
    asio::post(waiter->executor, [waiter] { waiter->signal.emit(asio::cancellation_type::terminal); });
  }
}

void JournalFeed::notify(TenantId tenant) {
  std::vector<std::shared_ptr<Waiter>> own;
  std::vector<std::shared_ptr<Waiter>> of_all;
  {
    std::lock_guard lock(mutex_);
    auto& line = lines_[tenant];
    ++line.generation;
    own.swap(line.waiters);
    auto& all = lines_[TenantId{}];
    ++all.generation;
    of_all.swap(all.waiters);
  }
  ring(own);
  ring(of_all);
}

std::uint64_t JournalFeed::generation(TenantId tenant) const {
  std::lock_guard lock(mutex_);
  const auto line = lines_.find(tenant);
  return line == lines_.end() ? 0 : line->second.generation;
}

bool JournalFeed::enlist(TenantId tenant, std::uint64_t seen, const std::shared_ptr<Waiter>& waiter) {
  std::lock_guard lock(mutex_);
  auto& line = lines_[tenant];
  if (closed_ || line.generation != seen) return false;
  line.waiters.push_back(waiter);
  return true;
}

void JournalFeed::leave(TenantId tenant, const std::shared_ptr<Waiter>& waiter) {
  std::lock_guard lock(mutex_);
  std::erase(lines_[tenant].waiters, waiter);
}

Task<void> JournalFeed::wait(TenantId tenant, std::uint64_t seen, milliseconds timeout) {
  auto executor = co_await asio::this_coro::executor;
  auto state = co_await asio::this_coro::cancellation_state;
  auto waiter = std::make_shared<Waiter>(executor);
  if (!enlist(tenant, seen, waiter)) co_return;
  // The sleep has a signal of its own, which also passes on the cancellation of this coroutine.
  if (state.slot().is_connected()) state.slot().assign([waiter](asio::cancellation_type type) { waiter->signal.emit(type); });
  auto start = [&](Completion<int> done) {
    waiter->done = std::move(done);
    auto awake = [waiter](std::exception_ptr) { waiter->done.complete(0); };
    asio::co_spawn(executor, sleep(clock_, timeout), asio::bind_cancellation_slot(waiter->signal.slot(), std::move(awake)));
  };
  co_await await_completion<int>(std::move(start));
  state.slot().clear();
  leave(tenant, waiter);
}

void JournalFeed::close() {
  std::vector<std::shared_ptr<Waiter>> all;
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    for (auto& [tenant, line] : lines_) {
      all.insert(all.end(), line.waiters.begin(), line.waiters.end());
      line.waiters.clear();
    }
  }
  ring(all);
}

bool JournalFeed::closed() const {
  std::lock_guard lock(mutex_);
  return closed_;
}

}  // namespace wherry

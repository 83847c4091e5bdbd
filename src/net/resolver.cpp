#include "net/resolver.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace wherry::http {

namespace {

namespace asio = boost::asio;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
using Addresses = std::vector<IpAddress>;

Error unresolved(std::string detail) {
  return Error(ErrorCode::upstream_unavailable, "The host name could not be resolved", std::move(detail));
}

Result<Addresses> system_lookup(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int status = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (status != 0) return unresolved(::gai_strerror(status));
  std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, ::freeaddrinfo);
  Addresses out;
  for (const addrinfo* at = list; at != nullptr; at = at->ai_next) {
    asio::ip::tcp::endpoint endpoint;
    if (at->ai_addrlen > endpoint.capacity()) continue;
    std::copy_n(reinterpret_cast<const char*>(at->ai_addr), at->ai_addrlen, reinterpret_cast<char*>(endpoint.data()));
    endpoint.resize(at->ai_addrlen);
    if (std::find(out.begin(), out.end(), endpoint.address()) == out.end()) out.push_back(endpoint.address());
  }
  if (out.empty()) return unresolved("no address");
  return out;
}

/// One caller. Shared by its coroutine, the job it waits for and the wake-up on its way.
struct Waiter {
  explicit Waiter(Executor executor) : timer(executor) {}
  Timer timer;
  std::optional<Result<Addresses>> answer;
};

struct Job {
  std::string host;
  std::vector<std::shared_ptr<Waiter>> waiters;
};

/// Outlives the resolver while a look-up hangs, hence shared with the threads.
struct State {
  ResolverOptions options;
  std::mutex mutex;
  std::condition_variable work;
  std::condition_variable ended;
  std::deque<std::shared_ptr<Job>> queue;
  std::unordered_map<std::string, std::shared_ptr<Job>> by_host;
  std::size_t threads = 0;
  std::size_t idle = 0;
  bool closed = false;

  void run();
  void run_one(std::unique_lock<std::mutex>& lock);
};

void State::run_one(std::unique_lock<std::mutex>& lock) {
  auto job = std::move(queue.front());
  queue.pop_front();
  if (job->waiters.empty()) {  // all gave up while it was queued
    by_host.erase(job->host);
    return;
  }
  lock.unlock();
  Result<Addresses> answer = unresolved("the look-up failed");
  try {
    answer = options.lookup(job->host);
  } catch (const std::exception& error) {
    answer = unresolved(error.what());
  }
  lock.lock();
  by_host.erase(job->host);
  for (auto& waiter : job->waiters) {
    waiter->answer = answer;
    // Posted under the lock: a waiter that is still listed has a living executor.
    asio::post(waiter->timer.get_executor(), [waiter] { waiter->timer.cancel(); });
  }
  job->waiters.clear();
}

void State::run() {
  std::unique_lock lock(mutex);
  while (true) {
    ++idle;
    work.wait(lock, [this] { return closed || !queue.empty(); });
    --idle;
    if (closed) break;
    run_one(lock);
  }
  --threads;
  ended.notify_all();
}

/// Takes the waiter off its job, also when the coroutine is destroyed with its io_context.
class Listing {
 public:
  Listing(State& state, std::shared_ptr<Job> job, std::shared_ptr<Waiter> waiter)
      : state_(state), job_(std::move(job)), waiter_(std::move(waiter)) {}
  Listing(const Listing&) = delete;
  Listing& operator=(const Listing&) = delete;
  ~Listing() {
    std::lock_guard lock(state_.mutex);
    std::erase(job_->waiters, waiter_);
  }

 private:
  State& state_;
  std::shared_ptr<Job> job_;
  std::shared_ptr<Waiter> waiter_;
};

class ThreadedResolver final : public Resolver {
 public:
  explicit ThreadedResolver(ResolverOptions options) : state_(std::make_shared<State>()) {
    if (!options.lookup) options.lookup = system_lookup;
    state_->options = std::move(options);
  }

  ~ThreadedResolver() override {
    std::unique_lock lock(state_->mutex);
    state_->closed = true;
    state_->work.notify_all();
    state_->ended.wait_for(lock, milliseconds(200), [this] { return state_->threads == 0; });
  }

  Task<Result<Addresses>> resolve(std::string host) override;

 private:
  std::shared_ptr<Job> enlist(const std::string& host, const std::shared_ptr<Waiter>& waiter);

  std::shared_ptr<State> state_;  // shared with the threads
};

std::shared_ptr<Job> ThreadedResolver::enlist(const std::string& host, const std::shared_ptr<Waiter>& waiter) {
  std::lock_guard lock(state_->mutex);
  if (auto found = state_->by_host.find(host); found != state_->by_host.end()) {
    found->second->waiters.push_back(waiter);
    return found->second;
  }
  if (state_->queue.size() >= state_->options.queue) return nullptr;
  auto job = std::make_shared<Job>(Job{host, {waiter}});
  state_->queue.push_back(job);
  state_->by_host.emplace(host, job);
  if (state_->idle < state_->queue.size() && state_->threads < state_->options.threads) {
    ++state_->threads;
    // Not joined: a getaddrinfo that hangs must not hold up the end of the process. The thread keeps the state alive.
    std::thread([state = state_] { state->run(); }).detach();
  }
  state_->work.notify_one();
  return job;
}

Task<Result<Addresses>> ThreadedResolver::resolve(std::string host) {
  auto executor = co_await asio::this_coro::executor;
  auto state = state_;
  auto waiter = std::make_shared<Waiter>(executor);
  waiter->timer.expires_after(state->options.timeout);
  auto job = enlist(host, waiter);
  if (!job) co_return Error(ErrorCode::upstream_unavailable, "Too many host names are being resolved");
  {
    Listing listing(*state, job, waiter);
    boost::system::error_code ignored;
    co_await waiter->timer.async_wait(asio::redirect_error(use_task, ignored));
  }
  if (!waiter->answer) co_return unresolved("timed out or cancelled");
  co_return std::move(*waiter->answer);
}

}  // namespace

std::unique_ptr<Resolver> make_system_resolver(ResolverOptions options) { return std::make_unique<ThreadedResolver>(std::move(options)); }

std::unique_ptr<Resolver> make_system_resolver() { return make_system_resolver(ResolverOptions{}); }

}  // namespace wherry::http

#include <netdb.h>

#include <boost/asio/thread_pool.hpp>
#include <atomic>

#include "base/completion.h"
#include "net/egress.h"

namespace wherry::http {

namespace {

constexpr std::size_t threads = 4;
constexpr int max_waiting = 1'000;

Result<std::vector<IpAddress>> look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (code != 0) return Error{ErrorCode::upstream_unavailable, "the host name does not resolve", ::gai_strerror(code)};
  std::vector<IpAddress> addresses;
  for (const auto* entry = found; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family == AF_INET) {
      const auto* v4 = reinterpret_cast<const sockaddr_in*>(entry->ai_addr);
      addresses.emplace_back(boost::asio::ip::address_v4(ntohl(v4->sin_addr.s_addr)));
    } else if (entry->ai_family == AF_INET6) {
      const auto* v6 = reinterpret_cast<const sockaddr_in6*>(entry->ai_addr);
      boost::asio::ip::address_v6::bytes_type bytes;
      std::copy(std::begin(v6->sin6_addr.s6_addr), std::end(v6->sin6_addr.s6_addr), bytes.begin());
      addresses.emplace_back(boost::asio::ip::address_v6(bytes, v6->sin6_scope_id));
    }
  }
  ::freeaddrinfo(found);
  if (addresses.empty()) return Error{ErrorCode::upstream_unavailable, "the host name does not resolve", "no address"};
  return addresses;
}

// getaddrinfo blocks, for seconds when a name server hangs: it runs on threads of its own and never on an I/O thread.
class SystemResolver final : public Resolver {
 public:
  ~SystemResolver() override { pool_.join(); }

  Task<Result<std::vector<IpAddress>>> resolve(std::string host) override {
    boost::system::error_code failure;
    const auto literal = boost::asio::ip::make_address(host, failure);
    if (!failure) co_return std::vector<IpAddress>{literal};
    auto start = [this, &host](Completion<Result<std::vector<IpAddress>>> done) {
      if (waiting_.fetch_add(1) >= max_waiting) {
        --waiting_;
        done.complete(Error{ErrorCode::upstream_unavailable, "too many host names are being resolved"});
        return;
      }
      auto shared = std::make_shared<Completion<Result<std::vector<IpAddress>>>>(std::move(done));  // post() wants a copyable handler
      boost::asio::post(pool_, [this, shared, host] {
        auto result = look_up(host);
        --waiting_;
        shared->complete(std::move(result));
      });
    };
    co_return co_await await_completion<Result<std::vector<IpAddress>>>(std::move(start));
  }

 private:
  boost::asio::thread_pool pool_{threads};
  std::atomic<int> waiting_{0};
};

}  // namespace

std::unique_ptr<Resolver> make_system_resolver() { return std::make_unique<SystemResolver>(); }

}  // namespace wherry::http

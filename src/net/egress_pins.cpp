#include <mutex>
#include <unordered_map>

#include "net/egress.h"
#include "net/url.h"

namespace wherry::http {

namespace {

constexpr std::size_t most_pins = 10'000;

class PinningGuard final : public EgressGuard {
 public:
  PinningGuard(const EgressGuard& inner, const Clock& clock, milliseconds lifetime) : inner_(inner), clock_(clock), lifetime_(lifetime) {}

  Task<Result<Target>> check(std::string url) const override {
    Target target;
    CO_TRY(target.url, parse_strict_url(url));
    const auto key = (target.url.tls ? "s" : "p") + host_header(target.url);
    if (recall(key, target.addresses)) co_return target;
    CO_TRY(target, co_await inner_.check(std::move(url)));
    remember(key, target.addresses);
    co_return target;
  }

 private:
  struct Pin {
    std::vector<IpAddress> addresses;
    Timestamp until;
  };

  bool recall(const std::string& key, std::vector<IpAddress>& addresses) const {
    std::lock_guard lock(mutex_);
    const auto pin = pins_.find(key);
    if (pin == pins_.end() || clock_.now() >= pin->second.until) return false;
    addresses = pin->second.addresses;
    return true;
  }
  void remember(const std::string& key, const std::vector<IpAddress>& addresses) const {
    std::lock_guard lock(mutex_);
    if (pins_.size() >= most_pins) pins_.clear();
    pins_[key] = {addresses, clock_.now() + lifetime_};
  }

  const EgressGuard& inner_;
  const Clock& clock_;
  milliseconds lifetime_;
  mutable std::mutex mutex_;
  mutable std::unordered_map<std::string, Pin> pins_;
};

}  // namespace

std::unique_ptr<EgressGuard> make_pinning_guard(const EgressGuard& inner, const Clock& clock, milliseconds lifetime) {
  return std::make_unique<PinningGuard>(inner, clock, lifetime);
}

}  // namespace wherry::http

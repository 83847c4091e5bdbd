#include "net/egress.h"

#include <algorithm>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace wherry::http {

namespace {

namespace ip = boost::asio::ip;

Error blocked(std::string why) { return {ErrorCode::url_blocked, "the URL is not allowed", std::move(why)}; }

/// One allowed address or CIDR block.
struct Allowed {
  IpAddress first;
  int length = 0;

  bool holds(const IpAddress& address) const {
    if (address.is_v4() != first.is_v4()) return false;
    if (address.is_v4()) {
      const ip::network_v4 network(first.to_v4(), static_cast<unsigned short>(length));
      return ip::network_v4(address.to_v4(), static_cast<unsigned short>(length)).network() == network.network();
    }
    const ip::network_v6 network(first.to_v6(), static_cast<unsigned short>(length));
    return ip::network_v6(address.to_v6(), static_cast<unsigned short>(length)).network() == network.network();
  }
};

Result<Allowed> parse_allowed(const std::string& text) {
  const Error broken{ErrorCode::invalid_argument, "not an address or CIDR block: " + text};
  boost::system::error_code failure;
  if (text.find('/') == std::string::npos) {
    const auto address = ip::make_address(text, failure);
    if (failure) return broken;
    return Allowed{address, address.is_v4() ? 32 : 128};
  }
  const auto v4 = ip::make_network_v4(text, failure);
  if (!failure) return Allowed{v4.address(), v4.prefix_length()};
  const auto v6 = ip::make_network_v6(text, failure);
  if (failure) return broken;
  return Allowed{v6.address(), v6.prefix_length()};
}

// Names that lead inside by convention, whatever a resolver says about them.
bool is_internal_name(std::string_view host) {
  auto is_or_below = [&](std::string_view name) {
    return host == name || (host.size() > name.size() && host.ends_with(name) && host[host.size() - name.size() - 1] == '.');
  };
  return is_or_below("localhost") || is_or_below("internal") || is_or_below("local") || is_or_below("localdomain");
}

class Guard final : public EgressGuard {
 public:
  Guard(EgressPolicy policy, std::vector<Allowed> allowed, std::shared_ptr<Resolver> resolver)
      : policy_(std::move(policy)), allowed_(std::move(allowed)), resolver_(std::move(resolver)) {}

  Task<Result<Target>> check(std::string url) const override {
    Target target;
    CO_TRY(target.url, parse_strict_url(url));
    if (policy_.https_only && !target.url.tls) co_return blocked("https only");
    if (!policy_.ports.contains(target.url.port)) co_return blocked("port " + std::to_string(target.url.port));
    if (is_internal_name(target.url.host) && allowed_.empty()) co_return blocked("an internal name");
    CO_TRY(target.addresses, co_await resolver_->resolve(target.url.host));
    // One private address among public ones is how rebinding begins: all must be allowed.
    for (const auto& address : target.addresses) {
      if (!permits(address)) co_return blocked("leads to " + address.to_string());
    }
    if (target.addresses.empty()) co_return Error{ErrorCode::upstream_unavailable, "the host name does not resolve"};
    co_return target;
  }

 private:
  bool permits(const IpAddress& address) const {
    return is_public_address(address) || std::any_of(allowed_.begin(), allowed_.end(), [&](const Allowed& a) { return a.holds(address); });
  }

  EgressPolicy policy_;
  std::vector<Allowed> allowed_;
  std::shared_ptr<Resolver> resolver_;  // shared with other guards
};

}  // namespace

Result<std::unique_ptr<EgressGuard>> EgressGuard::create(EgressPolicy policy, std::shared_ptr<Resolver> resolver) {
  std::vector<Allowed> allowed;
  for (const auto& text : policy.allow) {
    TRY(auto one, parse_allowed(text));
    allowed.push_back(one);
  }
  return std::unique_ptr<EgressGuard>(std::make_unique<Guard>(std::move(policy), std::move(allowed), std::move(resolver)));
}

}  // namespace wherry::http

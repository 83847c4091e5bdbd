#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"

namespace wherry::http {

using IpAddress = boost::asio::ip::address;

/// Whether an address is on the public Internet: not loopback, private, link-local, carrier-grade NAT, documentation,
/// multicast, reserved, nor an IPv6 form (mapped, NAT64, 6to4, Teredo) that can lead to any of those; nor a cloud metadata address.
/// Source: IANA special-purpose registries; OWASP SSRF prevention.
bool is_public_address(const IpAddress& address);

/// Name resolution, replaceable in tests.
class Resolver {
 public:
  virtual ~Resolver() = default;
  /// Every A and AAAA address of a host name. Errors: upstream_unavailable. Must not stall other coroutines.
  virtual Task<Result<std::vector<IpAddress>>> resolve(std::string host) = 0;
};
/// getaddrinfo on threads of its own (net/resolver.h tunes it).
std::unique_ptr<Resolver> make_system_resolver();

struct EgressPolicy {
  bool https_only = false;
  std::set<std::uint16_t> ports{80, 443, 8080, 8443};  ///< empty: any port
  /// Addresses or CIDR blocks that are allowed although they are not public: for tests and private networks, set by the operator.
  /// Names that mean the own machine or network (localhost, *.internal) pass only when all their addresses are listed here.
  std::vector<std::string> allow;
};

/// A URL taken apart after all syntax checks.
struct CheckedUrl {
  bool tls = false;
  std::string host;        ///< lower case, without brackets or a trailing dot
  std::uint16_t port = 0;
  std::string target;      ///< path and query
};

/// Stands between user-given URLs and the network: strict syntax, resolve once, refuse if any address is not public,
/// and give the addresses to connect to. Applied again on each redirect by the client.
class EgressGuard {
 public:
  /// Errors: invalid_argument when `policy.allow` holds something that is no address or block.
  static Result<std::unique_ptr<EgressGuard>> create(EgressPolicy policy, std::shared_ptr<Resolver> resolver);
  virtual ~EgressGuard() = default;
  struct Target {
    CheckedUrl url;
    std::vector<IpAddress> addresses;
  };
  /// Errors: url_blocked; upstream_unavailable when the name does not resolve.
  virtual Task<Result<Target>> check(std::string url) const = 0;

  /// Differs for every guard that ever lived: connections opened under one guard are never used under another.
  std::uint64_t id() const { return id_; }

 protected:
  EgressGuard();

 private:
  std::uint64_t id_;
};

/// A guard that asks `inner` once per scheme, host and port and keeps to the addresses it gave for `lifetime`: for endpoints that are
/// called thousands of times a second. What was refused is asked again each time. `inner` must outlive it.
std::unique_ptr<EgressGuard> make_pinning_guard(const EgressGuard& inner, const Clock& clock, milliseconds lifetime);

/// Parses an absolute http(s) URL strictly: no user info, no control characters, backslashes, non-ASCII or escaped hosts,
/// no numeric host that is not a plain dotted quad or a bracketed IPv6 address without zone. Errors: url_blocked.
Result<CheckedUrl> parse_strict_url(std::string_view url);

}  // namespace wherry::http

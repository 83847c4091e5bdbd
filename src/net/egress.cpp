#include "net/egress.h"

#include <atomic>
#include <charconv>

#include "net/url.h"

namespace wherry::http {

namespace {

std::uint64_t next_guard_id() {
  static std::atomic<std::uint64_t> counter{0};
  return ++counter;
}

Error blocked(std::string_view why, std::string detail = {}) {
  return Error(ErrorCode::url_blocked, "The URL is not allowed: " + std::string(why), std::move(detail));
}

/// An address block, IPv4 as IPv6-mapped so that one comparison serves both.
struct Block {
  boost::asio::ip::address_v6::bytes_type prefix{};
  unsigned bits = 128;

  bool holds(const IpAddress& address) const;
};

boost::asio::ip::address_v6::bytes_type as_v6_bytes(const IpAddress& address) {
  if (address.is_v6()) return address.to_v6().to_bytes();
  return boost::asio::ip::make_address_v6(boost::asio::ip::v4_mapped, address.to_v4()).to_bytes();
}

bool Block::holds(const IpAddress& address) const {
  const auto bytes = as_v6_bytes(address);
  for (unsigned i = 0; i < bits; ++i) {
    const unsigned mask = 0x80u >> (i % 8);
    if ((bytes[i / 8] & mask) != (prefix[i / 8] & mask)) return false;
  }
  return true;
}

Result<Block> parse_block(std::string_view text) {
  const Error malformed(ErrorCode::invalid_argument, "Not an address or CIDR block: " + std::string(text));
  const auto slash = text.find('/');
  boost::system::error_code failed;
  const auto address = boost::asio::ip::make_address(std::string(text.substr(0, slash)), failed);
  if (failed) return malformed;
  const unsigned widest = address.is_v4() ? 32 : 128;
  unsigned bits = widest;
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (digits.empty() || parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() || bits > widest) return malformed;
  }
  return Block{as_v6_bytes(address), address.is_v4() ? bits + 96 : bits};
}

/// Names that stand for this machine, its network or its cloud's metadata service, whatever they resolve to.
bool is_inside_name(std::string_view host) {
  static constexpr std::string_view names[] = {"localhost", "internal", "local", "localdomain", "home.arpa"};
  for (auto name : names) {
    if (host == name) return true;
    if (host.size() > name.size() && host.ends_with(name) && host[host.size() - name.size() - 1] == '.') return true;
  }
  return host == "ip6-localhost" || host == "ip6-loopback";
}

class TableGuard final : public EgressGuard {
 public:
  TableGuard(EgressPolicy policy, std::vector<Block> allowed, std::shared_ptr<Resolver> resolver)
      : policy_(std::move(policy)), allowed_(std::move(allowed)), resolver_(std::move(resolver)) {}

  Task<Result<Target>> check(std::string url) const override;

 private:
  bool is_listed(const IpAddress& address) const {
    for (const auto& block : allowed_) {
      if (block.holds(address)) return true;
    }
    return false;
  }

  EgressPolicy policy_;
  std::vector<Block> allowed_;
  std::shared_ptr<Resolver> resolver_;  // shared with other guards
};

Task<Result<EgressGuard::Target>> TableGuard::check(std::string url) const {
  Target target;
  CO_TRY(target.url, parse_strict_url(url));
  if (policy_.https_only && !target.url.tls) co_return blocked("it is not https");
  if (!policy_.ports.empty() && !policy_.ports.contains(target.url.port)) co_return blocked("its port is closed");
  const bool inside = is_inside_name(target.url.host);
  if (inside && allowed_.empty()) co_return blocked("its host is not public");

  if (auto literal = literal_address(target.url.host)) {
    target.addresses.push_back(*literal);
  } else {
    CO_TRY(target.addresses, co_await resolver_->resolve(target.url.host));
    if (target.addresses.empty()) co_return Error(ErrorCode::upstream_unavailable, "The host has no address");
  }
  for (const auto& address : target.addresses) {
    if (is_listed(address)) continue;
    if (inside || !is_public_address(address)) co_return blocked("its host is not public", address.to_string());
  }
  co_return target;
}

}  // namespace

EgressGuard::EgressGuard() : id_(next_guard_id()) {}

Result<std::unique_ptr<EgressGuard>> EgressGuard::create(EgressPolicy policy, std::shared_ptr<Resolver> resolver) {
  std::vector<Block> allowed;
  for (const auto& text : policy.allow) {
    TRY(auto block, parse_block(text));
    allowed.push_back(block);
  }
  return std::unique_ptr<EgressGuard>(std::make_unique<TableGuard>(std::move(policy), std::move(allowed), std::move(resolver)));
}

}  // namespace wherry::http

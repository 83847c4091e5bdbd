#include "net/url.h"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>

namespace wherry::http {

namespace {

constexpr std::size_t longest_url = 8 * 1024;

Error blocked(std::string why) { return {ErrorCode::url_blocked, "the URL is not allowed", std::move(why)}; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

// A name whose last label is a number would be read as an address by some resolvers (127.1, 0x7f.1, 2130706433).
bool looks_numeric(std::string_view host) {
  const auto dot = host.rfind('.');
  const auto last = dot == std::string_view::npos ? host : host.substr(dot + 1);
  if (last.empty()) return true;
  const bool digits = last.find_first_not_of("0123456789") == std::string_view::npos;
  const bool hex = last.starts_with("0x") && last.find_first_not_of("0123456789abcdef", 2) == std::string_view::npos;
  return digits || hex;
}

bool is_host_name(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  std::size_t label = 0;
  for (std::size_t i = 0; i <= host.size(); ++i) {
    if (i == host.size() || host[i] == '.') {
      if (label == 0 || label > 63) return false;
      label = 0;
      continue;
    }
    const char c = host[i];
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!allowed) return false;
    ++label;
  }
  return true;
}

Result<std::string> check_host(std::string_view written) {
  auto host = lower(written);
  boost::system::error_code failure;
  if (host.starts_with('[')) {
    if (!host.ends_with(']')) return blocked("broken IPv6 address");
    auto inner = host.substr(1, host.size() - 2);
    if (inner.find('%') != std::string::npos) return blocked("IPv6 zone");
    boost::asio::ip::make_address_v6(inner, failure);
    if (failure) return blocked("broken IPv6 address");
    return inner;
  }
  if (host.ends_with('.')) host.pop_back();
  if (!is_host_name(host)) return blocked("not a host name");
  if (looks_numeric(host)) {
    const auto address = boost::asio::ip::make_address_v4(host, failure);
    if (failure || address.to_string() != host) return blocked("an address in an odd form");
  }
  return host;
}

}  // namespace

Result<CheckedUrl> parse_strict_url(std::string_view url) {
  if (url.size() > longest_url) return blocked("too long");
  for (const char c : url) {
    if (c <= 0x20 || c >= 0x7f || c == '\\') return blocked("a character that does not belong into a URL");
  }
  CheckedUrl out;
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return blocked("no scheme");
  const auto scheme = lower(url.substr(0, scheme_end));
  if (scheme != "http" && scheme != "https") return blocked("scheme is not http or https");
  out.tls = scheme == "https";
  auto rest = url.substr(scheme_end + 3);
  const auto authority_end = std::min(rest.find_first_of("/?#"), rest.size());
  auto authority = rest.substr(0, authority_end);
  if (authority.find_first_of("@%") != std::string_view::npos) return blocked("user information or an escaped host");
  const auto colon = authority.starts_with('[') ? authority.find(':', std::min(authority.find(']'), authority.size())) : authority.find(':');
  out.port = out.tls ? 443 : 80;
  if (colon != std::string_view::npos) {
    const auto digits = authority.substr(colon + 1);
    unsigned port = 0;
    if (digits.empty() || digits.size() > 5) return blocked("broken port");
    for (const char c : digits) {
      if (c < '0' || c > '9') return blocked("broken port");
      port = port * 10 + static_cast<unsigned>(c - '0');
    }
    if (port == 0 || port > 65535) return blocked("broken port");
    out.port = static_cast<std::uint16_t>(port);
    authority = authority.substr(0, colon);
  }
  TRY(out.host, check_host(authority));
  auto target = rest.substr(authority_end);
  target = target.substr(0, target.find('#'));
  out.target = std::string(target);
  if (out.target.empty() || out.target.front() != '/') out.target.insert(out.target.begin(), '/');
  return out;
}

Result<CheckedUrl> parse_url(std::string_view url) {
  auto parsed = parse_strict_url(url);
  if (!parsed) return Error{ErrorCode::invalid_argument, "not an http(s) URL", parsed.error().detail};
  return parsed;
}

Result<std::string> resolve_location(const CheckedUrl& base, std::string_view location) {
  const Error broken{ErrorCode::invalid_argument, "the redirect leads nowhere"};
  for (const char c : location) {
    if (c <= 0x20 || c >= 0x7f || c == '\\') return broken;
  }
  const auto base_text = (base.tls ? "https://" : "http://") + host_header(base) + base.target;
  auto base_url = boost::urls::parse_uri(base_text);
  auto reference = boost::urls::parse_uri_reference(boost::core::string_view(location.data(), location.size()));
  if (!base_url || !reference) return broken;
  boost::urls::url out;
  auto resolved = boost::urls::resolve(*base_url, *reference, out);
  if (!resolved) return broken;
  return std::string(out.buffer().data(), out.buffer().size());
}

std::string host_header(const CheckedUrl& url) {
  std::string host = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
  if (url.port != (url.tls ? 443 : 80)) host += ":" + std::to_string(url.port);
  return host;
}

}  // namespace wherry::http

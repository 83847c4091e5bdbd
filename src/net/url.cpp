#include "net/url.h"

#include <array>
#include <charconv>
#include <vector>

#include "base/bytes.h"

namespace wherry::http {

namespace {

constexpr std::size_t max_url_length = 8192;
constexpr std::size_t max_host_length = 253;
constexpr std::size_t max_label_length = 63;

Error blocked(std::string_view why) { return Error(ErrorCode::url_blocked, "The URL is not allowed: " + std::string(why)); }

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; }

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

bool all_digits(std::string_view text) {
  for (char c : text) {
    if (!is_digit(c)) return false;
  }
  return !text.empty();
}

/// Four decimal numbers without leading zeros: the one spelling of an IPv4 address that every parser reads alike.
bool is_dotted_quad(std::string_view host) {
  int parts = 0;
  while (true) {
    const auto dot = host.find('.');
    const auto part = host.substr(0, dot);
    if (part.size() > 3 || !all_digits(part) || (part.size() > 1 && part[0] == '0')) return false;
    int value = 0;
    std::from_chars(part.data(), part.data() + part.size(), value);
    if (value > 255) return false;
    ++parts;
    if (dot == std::string_view::npos) return parts == 4;
    host.remove_prefix(dot + 1);
  }
}

/// Whether some resolver would read the host as a number: its last label is digits or 0x….
bool ends_in_number(std::string_view host) {
  const auto dot = host.rfind('.');
  auto last = dot == std::string_view::npos ? host : host.substr(dot + 1);
  if (all_digits(last)) return true;
  if (!last.starts_with("0x")) return false;
  last.remove_prefix(2);
  for (char c : last) {
    if (!is_hex(c)) return false;
  }
  return true;
}

Result<std::string> check_name(std::string_view text) {
  auto host = lower_case(text);
  if (host.ends_with('.')) host.pop_back();
  if (host.empty()) return blocked("it has no host");
  if (host.size() > max_host_length) return blocked("its host is too long");
  std::size_t label = 0;
  for (std::size_t i = 0; i <= host.size(); ++i) {
    if (i < host.size() && host[i] != '.') {
      const char c = host[i];
      if (!is_digit(c) && !(c >= 'a' && c <= 'z') && c != '-' && c != '_') return blocked("its host holds a forbidden character");
      ++label;
      continue;
    }
    if (label == 0 || label > max_label_length || host[i - 1] == '-' || host[i - label] == '-') return blocked("its host is malformed");
    label = 0;
  }
  if (ends_in_number(host) && !is_dotted_quad(host)) return blocked("its host is an unusual spelling of an address");
  return host;
}

Result<std::string> check_bracketed(std::string_view inside) {
  for (char c : inside) {
    if (!is_hex(c) && c != ':' && c != '.') return blocked("its address is malformed");
  }
  boost::system::error_code failed;
  const auto address = boost::asio::ip::make_address_v6(std::string(inside), failed);
  if (failed) return blocked("its address is malformed");
  return address.to_string();
}

Result<std::uint16_t> check_port(std::string_view text) {
  unsigned value = 0;
  if (text.size() > 5 || !all_digits(text)) return blocked("its port is malformed");
  std::from_chars(text.data(), text.data() + text.size(), value);
  if (value == 0 || value > 65535) return blocked("its port is malformed");
  return static_cast<std::uint16_t>(value);
}

Result<std::string> check_target(std::string_view tail) {
  tail = tail.substr(0, tail.find('#'));
  if (!is_clean_utf8(tail)) return blocked("it is not UTF-8");
  std::string target;
  target.reserve(tail.size() + 1);
  if (!tail.starts_with('/')) target += '/';
  for (char c : tail) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      target += c;
    } else {
      constexpr std::string_view hex = "0123456789ABCDEF";
      target += '%';
      target += hex[byte >> 4];
      target += hex[byte & 15];
    }
  }
  return target;
}

/// RFC 3986 section 5.2.4.
std::string remove_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  bool directory = false;
  path.remove_prefix(1);
  while (true) {
    const auto slash = path.find('/');
    const auto segment = path.substr(0, slash);
    directory = segment == "." || segment == "..";
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (segment != ".") {
      kept.push_back(segment);
    }
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  std::string out;
  for (auto segment : kept) out.append("/").append(segment);
  if (directory || out.empty()) out += '/';
  return out;
}

}  // namespace

Result<CheckedUrl> parse_strict_url(std::string_view url) {
  if (url.size() > max_url_length) return blocked("it is too long");
  for (char c : url) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f || c == '\\') return blocked("it holds a space, a control character or a backslash");
  }
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return blocked("it is not absolute");
  const auto scheme = lower_case(url.substr(0, scheme_end));
  if (scheme != "http" && scheme != "https") return blocked("its scheme is neither http nor https");

  const auto rest = url.substr(scheme_end + 3);
  const auto authority_end = std::min(rest.find_first_of("/?#"), rest.size());
  const auto authority = rest.substr(0, authority_end);
  if (authority.find('@') != std::string_view::npos) return blocked("it holds a user name");

  CheckedUrl out;
  out.tls = scheme == "https";
  out.port = out.tls ? 443 : 80;
  std::string_view port;
  bool has_port = false;
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return blocked("its address is malformed");
    const auto after = authority.substr(close + 1);
    if (!after.empty() && after[0] != ':') return blocked("its address is malformed");
    has_port = !after.empty();
    if (has_port) port = after.substr(1);
    TRY(out.host, check_bracketed(authority.substr(1, close - 1)));
  } else {
    const auto colon = authority.find(':');
    has_port = colon != std::string_view::npos;
    if (has_port) port = authority.substr(colon + 1);
    TRY(out.host, check_name(authority.substr(0, colon)));
  }
  if (has_port) {
    TRY(out.port, check_port(port));
  }
  TRY(out.target, check_target(rest.substr(authority_end)));
  return out;
}

std::optional<IpAddress> literal_address(std::string_view host) {
  if (host.find(':') == std::string_view::npos && !is_dotted_quad(host)) return std::nullopt;
  boost::system::error_code failed;
  auto address = boost::asio::ip::make_address(std::string(host), failed);
  if (failed) return std::nullopt;
  return address;
}

std::string host_header(const CheckedUrl& url) {
  std::string out = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
  if (url.port != (url.tls ? 443 : 80)) out += ":" + std::to_string(url.port);
  return out;
}

std::string to_text(const CheckedUrl& url) { return (url.tls ? "https://" : "http://") + host_header(url) + url.target; }

bool same_origin(const CheckedUrl& a, const CheckedUrl& b) { return a.tls == b.tls && a.port == b.port && a.host == b.host; }

std::string resolve_reference(const CheckedUrl& base, std::string_view reference) {
  reference = reference.substr(0, reference.find('#'));
  const auto scheme_end = reference.find(':');
  if (scheme_end != std::string_view::npos && scheme_end < reference.find_first_of("/?")) return std::string(reference);
  if (reference.starts_with("//")) return (base.tls ? "https:" : "http:") + std::string(reference);

  CheckedUrl out = base;
  const std::string_view base_path = std::string_view(base.target).substr(0, base.target.find('?'));
  const auto query_at = std::min(reference.find('?'), reference.size());
  const auto path = reference.substr(0, query_at);
  const auto query = reference.substr(query_at);
  if (path.empty()) {
    out.target = query.empty() ? base.target : std::string(base_path).append(query);
    return to_text(out);
  }
  std::string joined = path.starts_with('/') ? std::string() : std::string(base_path.substr(0, base_path.rfind('/') + 1));
  joined += path;
  out.target = remove_dot_segments(joined).append(query);
  return to_text(out);
}

}  // namespace wherry::http

#include "net/request_target.h"

#include <algorithm>

#include "base/bytes.h"

namespace wherry::http {

namespace {

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// Printable ASCII without the space and without '#': a fragment is never sent.
bool is_target_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
}

bool has_dot_segment(std::string_view path) {
  for (std::size_t at = path.find("/."); at != std::string_view::npos; at = path.find("/.", at + 1)) {
    const auto rest = path.substr(at + 2);
    if (rest.empty() || rest[0] == '/') return true;
    if (rest[0] == '.' && (rest.size() == 1 || rest[1] == '/')) return true;
  }
  return false;
}

bool has_escaped_slash(std::string_view raw) {
  for (std::size_t at = raw.find('%'); at != std::string_view::npos; at = raw.find('%', at + 1)) {
    if (raw.size() - at > 2 && raw[at + 1] == '2' && (raw[at + 2] == 'f' || raw[at + 2] == 'F')) return true;
  }
  return false;
}

bool set_path(Request& request, std::string_view raw) {
  if (raw.find('%') == std::string_view::npos) {
    request.path.assign(raw);
  } else {
    if (has_escaped_slash(raw)) return false;
    auto decoded = percent_decode(raw);
    if (!decoded || !is_clean_utf8(*decoded)) return false;
    const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; };
    if (std::any_of(decoded->begin(), decoded->end(), is_control)) return false;
    request.path = std::move(*decoded);
  }
  return request.path.find('\\') == std::string::npos && !has_dot_segment(request.path);
}

}  // namespace

bool is_valid_authority(std::string_view text) {
  std::size_t host_end = 0;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos || close < 3) return false;
    const auto inside = text.substr(1, close - 1);
    if (!std::all_of(inside.begin(), inside.end(), [](char c) { return is_hex(c) || c == ':' || c == '.'; })) return false;
    host_end = close + 1;
  } else {
    constexpr std::string_view others = "-._~!$&'()*+,;=";
    const auto is_host = [&](char c) { return is_alphanumeric(c) || others.find(c) != std::string_view::npos; };
    host_end = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_host) - text.begin());
    if (host_end == 0) return false;
  }
  const auto port = text.substr(host_end);
  if (port.empty()) return true;
  return port[0] == ':' && port.size() <= 6 && std::all_of(port.begin() + 1, port.end(), is_digit);
}

bool split_target(Request& request, std::string_view& authority) {
  std::string_view rest = request.target;
  authority = {};
  if (!is_target_text(rest)) return false;
  if (rest == "*" && request.method == Method::options) {
    request.path = "*";
    request.query.clear();
    return true;
  }
  if (!rest.starts_with('/')) {
    const auto colon = rest.find("://");
    if (colon == std::string_view::npos) return false;
    const auto scheme = rest.substr(0, colon);
    if (!equal_ignoring_case(scheme, "http") && !equal_ignoring_case(scheme, "https")) return false;
    rest.remove_prefix(colon + 3);
    authority = rest.substr(0, rest.find_first_of("/?"));
    if (!is_valid_authority(authority)) return false;
    rest.remove_prefix(authority.size());
  }
  const auto question = rest.find('?');
  request.query.assign(question == std::string_view::npos ? std::string_view{} : rest.substr(question + 1));
  const auto raw = rest.substr(0, question);
  return set_path(request, raw.empty() ? "/" : raw);
}

}  // namespace wherry::http

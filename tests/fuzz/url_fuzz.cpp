// URLs from users and Location headers: whatever passes the strict parser has one meaning and keeps it.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/url.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check(std::string_view text) {
  using namespace wherry::http;
  auto url = parse_strict_url(text);
  if (!url) return;
  require(!url->host.empty() && url->host.size() <= 253 && url->port != 0);
  require(url->target.starts_with('/'));
  for (const char c : url->host) {
    require((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == ':');
  }
  for (const char c : url->target) require(c > 0x20 && c < 0x7f && c != '\\' && c != '#');
  // No resolver may read a number out of a host that is not plainly an address.
  const bool number = url->host.find_first_not_of("0123456789.") == std::string::npos || url->host.find(':') != std::string::npos;
  require(!number || literal_address(url->host).has_value());
  auto again = parse_strict_url(to_text(*url));
  require(again && same_origin(*url, *again) && again->target == url->target);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(text);
  const wherry::http::CheckedUrl base{true, "a.example", 443, "/x/y?z"};
  check(wherry::http::resolve_reference(base, text));
  return 0;
}

#include "services/webhooks/own_header.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "base/json.h"

namespace wherry::webhooks {

namespace {

constexpr std::size_t longest_name = 64, longest_value = 1024;
constexpr std::string_view token = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t most_headers = 20;
// What HTTP needs, then what formats say with.
constexpr std::array<std::string_view, 8> of_http{"host",    "content-length", "transfer-encoding", "connection", "expect", "te",
                                                  "trailer", "upgrade"};
constexpr std::array<std::string_view, 5> of_formats{"content-type", "user-agent", "x-hub-signature-256", "x-pipes-signature",
                                                     "x-magpipe-signature"};

template <std::size_t Count>
bool holds(const std::array<std::string_view, Count>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Error invalid(std::string text) { return {ErrorCode::invalid_argument, std::move(text)}; }

Result<void> check_name(std::string_view name) {
  if (name.empty() || name.size() > longest_name || name.find_first_not_of(token) != std::string::npos) {
    return invalid("header_name must be the name of a header of at most 64 characters");
  }
  if (holds(of_http, to_lower_ascii(name))) return invalid("header_name: this header is not for you to set");
  return {};
}

Result<void> check_value(std::string_view text) {
  const bool printable = std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (text.empty() || !printable || text.size() > longest_value || text.front() == ' ' || text.back() == ' ') {
    return invalid("header_value has 1 to 1024 printable characters, and no space at either end");
  }
  return {};
}

Result<void> check_several(const Secret& value) {
  const auto parsed = json::parse(value.reveal());
  const auto* headers = parsed ? parsed->if_object() : nullptr;
  if (headers == nullptr || headers->size() > most_headers) return invalid("at most 20 headers can be set");
  for (const auto& [name, text] : *headers) {
    TRY_VOID(check_name(name));
    if (!text.is_string()) return invalid("the value of a header must be a string");
    TRY_VOID(check_value(text.get_string()));
  }
  return {};
}

void set_header(WebhookCall& call, std::string_view name, std::string_view value) {
  std::erase_if(call.headers, [&](const auto& one) { return to_lower_ascii(one.first) == to_lower_ascii(name); });
  call.headers.emplace_back(name, value);
}

}  // namespace

Result<void> check_own_header(const std::string& name, const Secret& value) {
  if (name.empty() && value.empty()) return {};
  if (name.empty() || value.empty()) return invalid("header_name and header_value belong together");
  if (name == several_headers) return check_several(value);
  TRY_VOID(check_name(name));
  const auto lower = to_lower_ascii(name);
  if (lower.starts_with("webhook-") || holds(of_formats, lower)) return invalid("header_name: this header is not for you to set");
  return check_value(value.reveal());
}

void add_own_header(const Subscription& subscription, WebhookCall& call) {
  if (subscription.header_name != several_headers) {
    if (!subscription.header_name.empty()) call.headers.emplace_back(subscription.header_name, subscription.header_value.reveal());
    return;
  }
  const auto headers = json::parse(subscription.header_value.reveal());
  if (!headers || !headers->is_object()) return;
  for (const auto& [name, value] : headers->get_object()) {
    if (value.is_string()) set_header(call, name, value.get_string());
  }
}

}  // namespace wherry::webhooks

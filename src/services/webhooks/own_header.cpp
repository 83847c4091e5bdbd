#include "services/webhooks/own_header.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"

namespace wherry::webhooks {

namespace {

constexpr std::size_t longest_name = 64, longest_value = 1024;
constexpr std::string_view token = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::array<std::string_view, 13> taken{
    "host",    "content-type", "content-length",      "transfer-encoding", "connection",         "expect", "te", "trailer",
    "upgrade", "user-agent",   "x-hub-signature-256", "x-pipes-signature", "x-magpipe-signature"};

Error invalid(std::string text) { return {ErrorCode::invalid_argument, std::move(text)}; }

}  // namespace

Result<void> check_own_header(const std::string& name, const Secret& value) {
  if (name.empty() && value.empty()) return {};
  if (name.empty() || value.empty()) return invalid("header_name and header_value belong together");
  if (name.size() > longest_name || name.find_first_not_of(token) != std::string::npos) {
    return invalid("header_name must be the name of a header of at most 64 characters");
  }
  const auto lower = to_lower_ascii(name);
  if (lower.starts_with("webhook-") || std::find(taken.begin(), taken.end(), lower) != taken.end()) {
    return invalid("header_name: this header is not for you to set");
  }
  const auto& text = value.reveal();
  const bool printable = std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (!printable || text.size() > longest_value || text.front() == ' ' || text.back() == ' ') {
    return invalid("header_value has 1 to 1024 printable characters, and no space at either end");
  }
  return {};
}

void add_own_header(const Subscription& subscription, WebhookCall& call) {
  if (!subscription.header_name.empty()) call.headers.emplace_back(subscription.header_name, subscription.header_value.reveal());
}

}  // namespace wherry::webhooks

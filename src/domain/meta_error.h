#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace wherry {

/// What to do about a refusal by Meta. Source: meta-cloud-api section 7.2 of the design.
enum class RetryClass {
  throttled,   ///< R: rejected before acceptance; replay with back-off
  transient,   ///< T: server trouble; a few tries with back-off
  recipient,   ///< U: this recipient, permanent or their own decision; never retry
  later,       ///< L: this recipient, only after the stated time
  bad_request, ///< B: fix the caller
  account,     ///< A: account, token, number or policy; stop the lane and call a human
  asset,       ///< M: template or flow state; wait for a webhook
};

std::string_view to_string(RetryClass retry_class);

/// A Graph error as we keep it.
struct UpstreamError {
  int code = 0;             ///< Meta's code; 0 with http set when the body was no Graph error
  int subcode = 0;
  int http_status = 0;
  std::string title;        ///< message without the "(#code)" prefix
  std::string details;      ///< error_data.details
  std::string fbtrace_id;
  bool is_transient = false;
  bool operator==(const UpstreamError&) const = default;
};

/// Unknown codes: is_transient or HTTP 5xx is transient, 429 throttled, the rest bad_request.
RetryClass retry_class_of(const UpstreamError& error);

/// How long to wait before try number `attempt` (1 = after the first refusal), without jitter; zero = do not retry.
/// 131056 waits 4^n s, 130429 1, 2, 4 … s, 131057 20 s up to 6 times, T 1, 2, 4 … s (cap 60 s) up to 5 tries.
std::chrono::milliseconds retry_delay(const UpstreamError& error, int attempt);

}  // namespace wherry

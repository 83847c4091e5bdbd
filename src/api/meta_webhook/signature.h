#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/pacing.h"
#include "net/headers.h"
#include "services/channels/channels.h"

namespace wherry::api::meta_webhook {

/// The 64 lower-case hex digits of X-Hub-Signature-256; nullopt unless the header is there exactly once and says
/// "sha256=" and them. The older X-Hub-Signature (SHA-1) is not looked at.
std::optional<std::string> signature_in(const http::Headers& headers);

/// Whether the channel's app secret, or the one before it, is `secret`.
bool has_secret(const Channel& channel, const Secret& secret);

/// The secrets of all channels, each once. Threads: any.
class Secrets {
 public:
  static constexpr std::size_t max_app_secrets = 256;  ///< each costs an HMAC over the body of a forged request

  Secrets(const Channels& channels, const Clock& clock);

  /// The app secret that signed the body; nullopt when none did. A channel added a moment ago counts.
  std::optional<Secret> signer_of(std::string_view body, const std::string& signature);
  /// Whether any channel has this verify token.
  bool knows_verify_token(std::string_view token);

 private:
  struct Snapshot {
    std::vector<Secret> app;
    std::vector<Secret> verify;
  };
  std::shared_ptr<const Snapshot> current();
  /// Reads the channels anew, but not more than 20 times at once and ten times a second; nullptr otherwise.
  std::shared_ptr<const Snapshot> refreshed();
  std::optional<Secret> search(const Snapshot& snapshot, std::string_view body, const std::string& signature);

  const Channels& channels_;
  const Clock& clock_;
  std::atomic<std::size_t> last_hit_{0};
  std::mutex mutex_;
  Gcra refreshes_{std::chrono::milliseconds(100), 20};
  std::shared_ptr<const Snapshot> snapshot_;  // shared with the requests that search it
};

}  // namespace wherry::api::meta_webhook

#pragma once

#include "services/access/access.h"
#include "services/webhooks/webhooks.h"

namespace wherry {

/// The webhook that belongs to a key: made, changed and removed with it. Threads: any.
class KeyWebhooks {
 public:
  KeyWebhooks(Access& access, Webhooks& webhooks) : access_(access), webhooks_(webhooks) {}

  /// nullopt: the key has none. Errors: unavailable.
  Task<Result<std::optional<Subscription>>> of(ApiKey key);
  /// Calls go there from now on; the secret is made with the first URL and stays.
  /// Errors: invalid_argument (the URL), already_exists (too many webhooks), conflict (the key is over), unavailable.
  Task<Result<Subscription>> set(ApiKey key, WebhookFormat format, std::string url);
  /// Errors: conflict (the key is over), unavailable.
  Task<Result<void>> clear(ApiKey key);
  /// Revokes the key. Its webhook goes too, unless another key has taken its place. Errors: not_found, unavailable.
  Task<Result<void>> revoke(KeyId key);

 private:
  Task<Result<void>> link(KeyId key, std::optional<SubscriptionId> webhook);

  Access& access_;
  Webhooks& webhooks_;
};

}  // namespace wherry

#pragma once

#include "services/channels/channels.h"
#include "services/ports/account_api.h"

namespace wherry {

/// A number as its owner connects it: by Meta's ids and a token.
struct ConnectRequest {
  TenantId tenant;
  std::string phone_number_id;
  std::string waba_id;
  Secret access_token;
  Secret app_secret;    ///< empty: as of the tenant's newest channel, which is of the same app then, and at the same Graph address
  Secret verify_token;  ///< likewise
};

/// Makes a channel of a number, or gives the tenant's channel a new token: asks WhatsApp about the number with it first, and has its
/// events sent to us. Threads: any.
class ChannelConnect {
 public:
  ChannelConnect(Channels& channels, AccountApi& accounts) : channels_(channels), accounts_(accounts) {}

  /// The request with what a code of Meta's embedded sign-up stands for: its token, the app's secret and, for a tenant's first number, a
  /// verify token. Errors: invalid_argument (there is no app), rejected, upstream_unavailable.
  Task<Result<ConnectRequest>> exchange(ConnectRequest request, MetaApp app, std::string code);
  /// That events could not be subscribed to is no failure: the channel says so (Channel::subscribed).
  /// Errors: invalid_argument (ids, secrets missing), rejected (WhatsApp does not take the token), already_exists (the number is another
  /// tenant's), upstream_unavailable, unavailable.
  Task<Result<ChannelPtr>> connect(ConnectRequest request);

 private:
  Task<Result<ChannelPtr>> add(ConnectRequest request);
  Task<Result<ChannelPtr>> change(ChannelPtr known, ConnectRequest request);
  Task<bool> subscribe(const Channel& like);

  Channels& channels_;
  AccountApi& accounts_;
};

}  // namespace wherry

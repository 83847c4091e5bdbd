#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "services/ports/models.h"

namespace wherry {

/// What WhatsApp knows of a number.
struct NumberProfile {
  std::string display_number;  ///< digits with the country code
  std::string verified_name;   ///< may be empty
};

/// The app under which customers of ours sign up with Meta.
struct MetaApp {
  std::string id;  ///< empty: there is none
  Secret secret;
};

/// The calls that connect a number. Of the channel only phone_number_id, waba_id, access_token and the graph address are used.
/// Errors of all calls: rejected (WhatsApp refused; the message says why), upstream_unavailable (not reached).
class AccountApi {
 public:
  virtual ~AccountApi() = default;
  /// The token that a code of Meta's embedded sign-up stands for. A code is good once, for some minutes. Of the channel only the graph
  /// address is used.
  virtual Task<Result<Secret>> exchange_code(std::shared_ptr<const Channel> channel, MetaApp app, std::string code) = 0;
  virtual Task<Result<NumberProfile>> read_number(std::shared_ptr<const Channel> channel) = 0;
  /// Has the app of the access token told of the account's events.
  virtual Task<Result<void>> subscribe(std::shared_ptr<const Channel> channel) = 0;
};

}  // namespace wherry

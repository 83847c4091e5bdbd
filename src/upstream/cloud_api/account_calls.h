#pragma once

#include "net/client.h"
#include "services/ports/account_api.h"
#include "upstream/cloud_api/graph_calls.h"

namespace wherry::cloud_api {

/// POST /oauth/access_token, GET /{phone_number_id} and POST /{waba_id}/subscribed_apps. Threads: any.
class AccountCalls final : public AccountApi {
 public:
  explicit AccountCalls(http::Client& client, Timeouts timeouts = {}) : client_(client), timeouts_(timeouts) {}
  Task<Result<Secret>> exchange_code(std::shared_ptr<const Channel> channel, MetaApp app, std::string code) override;
  Task<Result<NumberProfile>> read_number(std::shared_ptr<const Channel> channel) override;
  Task<Result<void>> subscribe(std::shared_ptr<const Channel> channel) override;

 private:
  Task<Result<json::object>> call(std::shared_ptr<const Channel> channel, http::ClientRequest request);

  http::Client& client_;
  Timeouts timeouts_;
};

}  // namespace wherry::cloud_api

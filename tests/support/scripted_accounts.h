#pragma once

#include <vector>

#include "services/ports/account_api.h"

namespace wherry::test {

/// WhatsApp's side of connecting a number: knows every number, unless it is told to refuse.
class ScriptedAccounts final : public AccountApi {
 public:
  NumberProfile profile{"15550107788", "Example Shop"};
  Result<void> reading, subscribing;   ///< what the calls answer
  Result<Secret> exchanging = Secret("EAAexchanged");
  std::vector<std::string> codes;      ///< app and code of the exchanges
  std::vector<std::string> tokens;     ///< of the calls that came
  std::vector<std::string> subscribed; ///< accounts

  Task<Result<Secret>> exchange_code(std::shared_ptr<const Channel>, MetaApp app, std::string code) override {
    codes.push_back(app.id + " " + app.secret.reveal() + " " + code);
    co_return exchanging;
  }
  Task<Result<NumberProfile>> read_number(std::shared_ptr<const Channel> channel) override {
    tokens.push_back(channel->access_token.reveal());
    if (!reading) co_return reading.error();
    co_return profile;
  }
  Task<Result<void>> subscribe(std::shared_ptr<const Channel> channel) override {
    if (!subscribing) co_return subscribing.error();
    subscribed.push_back(channel->waba_id);
    co_return Result<void>();
  }
};

}  // namespace wherry::test

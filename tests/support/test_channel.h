#pragma once

#include "services/channels/channels.h"
#include "tests/support/memory_access_store.h"

namespace wherry::test {

inline constexpr auto test_now = Timestamp(milliseconds(1'795'000'000'000));

/// A Cloud API number with everything set; change what matters.
inline Channel test_channel(std::string phone_number_id = "106540352242922", std::string app_secret = "test_app_secret") {
  Channel channel;
  channel.id = ChannelId::make(test_now);
  channel.tenant = TenantId::make(test_now);
  channel.name = "shop";
  channel.phone_number_id = std::move(phone_number_id);
  channel.waba_id = "102290129340398";
  channel.display_number = "15550107788";
  channel.access_token = Secret("EAAtoken");
  channel.app_secret = Secret(std::move(app_secret));
  channel.verify_token = Secret("verify-me");
  channel.graph_url = "https://graph.facebook.com";
  channel.graph_version = "v23.0";
  channel.created_at = test_now;
  return channel;
}

}  // namespace wherry::test

#pragma once

#include <memory>
#include <vector>

#include "base/json.h"
#include "net/client.h"
#include "services/ports/upstream.h"
#include "upstream/cloud_api/graph_calls.h"

namespace wherry::cloud_api {

/// Asks Graph about the number and its account's webhook subscription. Gives at least one finding; the first about the number.
Task<std::vector<ChannelFinding>> check_channel(http::Client& client, Timeouts timeouts, std::shared_ptr<const Channel> channel);

/// Findings from the number's fields; pure.
std::vector<ChannelFinding> judge_number(const Channel& channel, const json::object& number);
/// A finding from Graph's refusal; pure.
ChannelFinding judge_error(const UpstreamError& error);

}  // namespace wherry::cloud_api

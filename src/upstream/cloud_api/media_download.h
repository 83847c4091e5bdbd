#pragma once

#include <memory>
#include <string_view>

#include "net/client.h"
#include "services/ports/media_store.h"
#include "services/ports/upstream.h"
#include "upstream/cloud_api/graph_calls.h"

namespace wherry::cloud_api {

/// Whether a download address may be given the channel's token: Meta's media hosts over https, or the very origin of the
/// channel's graph_url.
bool may_see_token(std::string_view url, const Channel& channel);

/// Fetches a customer's file: asks Graph for its address, then streams it into `into` and checks size and SHA-256. The caller commits.
/// Errors: not_found (Graph does not know the id), too_large, fetch_failed (anything else of the remote side, an address that
/// may not see the token included), and those of `into`.
Task<Result<void>> fetch_media(http::Client& client, Timeouts timeouts, std::shared_ptr<const Channel> channel, InboundMedia remote,
                               BlobWriter& into);

}  // namespace wherry::cloud_api

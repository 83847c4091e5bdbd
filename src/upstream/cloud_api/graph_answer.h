#pragma once

#include <optional>
#include <string_view>

#include "base/json.h"
#include "net/client.h"
#include "services/ports/upstream.h"

namespace wherry::cloud_api {

/// Graph's error envelope {"error":{…}}; nullopt when the body is none.
std::optional<UpstreamError> parse_graph_error(int http_status, std::string_view body);
/// The same, and for any other body code 0 with the status.
UpstreamError error_of(const http::ClientResponse& response);
/// A JSON object, or nullopt.
std::optional<json::object> parse_object(std::string_view body);

/// What WhatsApp said, for the error of a refusal.
std::shared_ptr<const PeerAnswer> answer_of(const http::ClientResponse& response);

/// What an answer to POST /messages means. Only Graph's own words count as a refusal or an acceptance:
/// 2xx without a message id and 5xx without an error envelope leave the outcome unknown.
SendOutcome decode_send(const http::ClientResponse& response);
/// What the client's failure to send means: unknown unless it is certain that nothing was written.
SendOutcome outcome_of(const Error& error);

/// A refusal as the caller is told it: `upload_failed` in an upload, else `upstream_unavailable` for what may pass
/// and `rejected` for what may not.
enum class Step { upload, send };
SendRefused refusal(UpstreamError error, Step step);

/// Whether a send was refused because WhatsApp no longer has the file `remote_id`.
bool media_is_gone(const UpstreamError& error, std::string_view remote_id);

}  // namespace wherry::cloud_api

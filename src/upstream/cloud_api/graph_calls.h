#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "net/client.h"
#include "services/ports/models.h"

namespace wherry::cloud_api {

struct Timeouts {
  milliseconds send{20'000};      ///< POST /messages: longer than Meta needs, shorter than anybody waits
  milliseconds lookup{15'000};    ///< small GETs
  milliseconds transfer{30'000};  ///< uploads and downloads: longest time without progress
};

/// {graph_url}/{version}/{path}
std::string graph_url(const Channel& channel, std::string_view path);
/// A request to Graph with the channel's bearer token.
http::ClientRequest graph_request(const Channel& channel, http::Method method, std::string_view path, milliseconds timeout);

/// Sends a request made with the channel's token. What comes back does not hold that token: Graph repeats one that it cannot read.
/// Errors: those of the client.
Task<Result<http::ClientResponse>> ask_graph(http::Client& client, std::shared_ptr<const Channel> channel, http::ClientRequest request);
/// Takes the token out of the text, also where only its beginning is repeated. Tokens under 16 characters are left: they could be anything.
void hide_token(std::string& text, std::string_view token);

}  // namespace wherry::cloud_api

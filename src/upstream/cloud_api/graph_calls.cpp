#include "upstream/cloud_api/graph_calls.h"

#include <algorithm>

namespace wherry::cloud_api {

std::string graph_url(const Channel& channel, std::string_view path) {
  std::string url;
  url.reserve(channel.graph_url.size() + channel.graph_version.size() + path.size() + 2);
  url += channel.graph_url;
  url += '/';
  url += channel.graph_version;
  url += '/';
  url += path;
  return url;
}

http::ClientRequest graph_request(const Channel& channel, http::Method method, std::string_view path, milliseconds timeout) {
  http::ClientRequest request;
  request.method = method;
  request.url = graph_url(channel, path);
  request.headers.add("Authorization", "Bearer " + channel.access_token.reveal());
  request.headers.add("User-Agent", "wherry/" WHERRY_VERSION);
  request.timeout = timeout;
  return request;
}

void hide_token(std::string& text, std::string_view token) {
  constexpr std::size_t telling = 16;
  constexpr std::string_view instead = "(token)";
  if (token.size() < telling) return;
  const auto start = token.substr(0, telling);
  for (auto at = text.find(start); at != std::string::npos; at = text.find(start, at + instead.size())) {
    const auto repeated = std::string_view(text).substr(at, token.size());
    const auto end = std::mismatch(repeated.begin(), repeated.end(), token.begin()).first;
    text.replace(at, static_cast<std::size_t>(end - repeated.begin()), instead);
  }
}

Task<Result<http::ClientResponse>> ask_graph(http::Client& client, std::shared_ptr<const Channel> channel, http::ClientRequest request) {
  CO_TRY(auto response, co_await client.send(std::move(request)));
  hide_token(response.body, channel->access_token.reveal());
  co_return response;
}

}  // namespace wherry::cloud_api

#include "upstream/cloud_api/graph_calls.h"

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

}  // namespace wherry::cloud_api

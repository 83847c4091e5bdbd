#include "simulator/webhooks/verify.h"

namespace wherry::sim {

Task<Result<void>> verify_callback(http::Client& client, std::string url, std::string verify_token, std::string challenge) {
  http::ClientRequest request;
  request.url = std::move(url);
  request.url += request.url.find('?') == std::string::npos ? '?' : '&';
  request.url += "hub.mode=subscribe&hub.challenge=" + challenge + "&hub.verify_token=" + http::percent_encode(verify_token);
  request.headers.add("User-Agent", "facebookplatform/1.0 (+http://developers.facebook.com)");
  request.headers.add("Accept", "*/*");
  request.timeout = milliseconds(10'000);
  request.max_response_bytes = 64 * 1024;
  auto response = co_await client.send(std::move(request));
  if (!response) {
    co_return Error{ErrorCode::rejected, "The callback URL couldn't be reached", response.error().message};
  }
  if (response->status != 200) {
    co_return Error{ErrorCode::rejected, "The callback URL answered HTTP status " + std::to_string(response->status) + " instead of 200"};
  }
  if (response->body != challenge) co_return Error{ErrorCode::rejected, "The callback URL did not echo hub.challenge"};
  co_return Result<void>();
}

}  // namespace wherry::sim

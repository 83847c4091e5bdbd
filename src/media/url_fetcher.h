#pragma once

#include "net/client.h"
#include "services/ports/media_store.h"

namespace wherry {

/// Fetches user-given URLs: every hop (at most 3) passes the egress guard, 10 s without progress end it, and 10 minutes whatever comes.
class GuardedFetcher final : public UrlFetcher {
 public:
  GuardedFetcher(http::Client& client, const http::EgressGuard& guard) : client_(client), guard_(guard) {}
  Task<Result<Fetched>> fetch(std::string url, BlobWriter& into, SizeLimit limit) override;

 private:
  http::Client& client_;
  const http::EgressGuard& guard_;
};

/// The name a Content-Disposition header or else the URL's last segment gives the file; empty when neither does.
std::string remote_file_name(std::string_view disposition, std::string_view url);

}  // namespace wherry

#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "net/headers.h"

namespace wherry::cloud_api {

/// How much of Meta's allowances a channel's account has used, as Meta last said.
struct ChannelUsage {
  ChannelId channel;
  int app_percent = 0;                ///< the highest figure of X-App-Usage
  int business_percent = 0;           ///< the highest figure of X-Business-Use-Case-Usage
  int minutes_to_regain_access = 0;   ///< over 0 only while blocked
  Timestamp at;
};

/// Remembers the usage headers of the last answers. Threads: any.
class Usage {
 public:
  void note(ChannelId channel, const http::Headers& headers, Timestamp now);
  /// Every channel that ever had an answer with usage headers.
  std::vector<ChannelUsage> all() const;

 private:
  struct Entry {
    std::string app_text, business_text;  ///< as received: an unchanged header is not parsed again
    ChannelUsage usage;
  };
  mutable std::mutex mutex_;
  std::unordered_map<ChannelId, Entry, IdHash> entries_;
};

}  // namespace wherry::cloud_api

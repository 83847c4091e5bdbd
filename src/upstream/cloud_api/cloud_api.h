#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "net/client.h"
#include "services/ports/media_store.h"
#include "services/ports/upstream.h"
#include "upstream/cloud_api/graph_calls.h"
#include "upstream/cloud_api/media_upload.h"
#include "upstream/cloud_api/usage.h"

namespace wherry::cloud_api {

struct CloudApiOptions {
  Timeouts timeouts;
};

struct CloudApiCounters {
  std::atomic<std::uint64_t> accepted{0}, refused{0}, unknown{0}, uploads{0}, renewed_media{0}, downloads{0};
};

/// WhatsApp through Meta's Cloud API. Threads: any.
class CloudApi final : public Upstream {
 public:
  CloudApi(http::Client& client, MediaRows& rows, BlobStore& blobs, Clock& clock, CloudApiOptions options = {});

  Task<SendOutcome> send(std::shared_ptr<const Channel> channel, Message message, ContactIdentity to,
                         std::vector<OutboundFile> files) override;
  Task<Result<void>> fetch_media(std::shared_ptr<const Channel> channel, InboundMedia remote, BlobWriter& into) override;
  Task<std::vector<ChannelFinding>> check(std::shared_ptr<const Channel> channel) override;

  /// Meta's usage figures per channel, for metrics.
  std::vector<ChannelUsage> usage() const { return usage_.all(); }
  const CloudApiCounters& counters() const { return counters_; }

 private:
  Task<SendOutcome> send_with(std::shared_ptr<const Channel> channel, Message message, ContactIdentity to, std::vector<OutboundFile> files);
  Task<SendOutcome> post(std::shared_ptr<const Channel> channel, std::string body);
  void count(const SendOutcome& outcome);

  http::Client& client_;
  const Clock& clock_;
  CloudApiOptions options_;
  MediaUpload uploads_;
  Usage usage_;
  CloudApiCounters counters_;
};

}  // namespace wherry::cloud_api

#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/completion.h"
#include "net/client.h"
#include "services/ports/media_store.h"
#include "services/ports/upstream.h"
#include "upstream/cloud_api/graph_calls.h"

namespace wherry::cloud_api {

/// Meta's id of one of our files on one channel.
struct RemoteFile {
  std::string id;
  bool fresh = false;  ///< uploaded just now, not taken from the cache
};
using Uploaded = std::variant<RemoteFile, SendRefused>;

/// Gets files of ours to Meta, once per channel and content. Threads: any.
class MediaUpload {
 public:
  /// Meta keeps an upload for 30 days; a day's margin covers clocks and messages that wait in their lane.
  static constexpr milliseconds remembered_for = std::chrono::hours(24 * 29);

  MediaUpload(http::Client& client, MediaRows& rows, BlobStore& blobs, const Clock& clock, Timeouts timeouts);

  /// The remote id of the file, uploading it if need be. Many callers with the same file share one upload.
  Task<Uploaded> obtain(std::shared_ptr<const Channel> channel, OutboundFile file);
  /// After WhatsApp refused `stale`: forgets it and uploads again, unless another sender has already done so.
  Task<Uploaded> renew(std::shared_ptr<const Channel> channel, OutboundFile file, std::string stale);

 private:
  using Shared = std::optional<Uploaded>;  // nullopt: the upload ended without a result, look again
  class Flight;

  Task<std::optional<std::string>> remembered(ChannelId channel, Media media);
  Task<Uploaded> lead(std::shared_ptr<const Channel> channel, OutboundFile file, std::string stale);
  Task<Uploaded> upload(std::shared_ptr<const Channel> channel, OutboundFile file);
  Result<std::unique_ptr<http::BodySource>> open_form(const OutboundFile& file, const std::string& boundary) const;
  bool claim(const std::string& key);
  void join(const std::string& key, Completion<Shared> waiter);
  void land(const std::string& key, const Shared& result);

  http::Client& client_;
  MediaRows& rows_;
  BlobStore& blobs_;
  const Clock& clock_;
  Timeouts timeouts_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::vector<Completion<Shared>>> flights_;
};

}  // namespace wherry::cloud_api

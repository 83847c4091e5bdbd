#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "services/media/blob_gate.h"
#include "services/ports/media_store.h"

namespace wherry {

/// A file on its way in: write its bytes, then finish it. Dropped, it leaves nothing behind.
struct Upload {
  std::unique_ptr<BlobWriter> writer;
  std::string declared_mime;   ///< raw, from the caller or the remote side
  std::string file_name;
  milliseconds keep;           ///< how long it will be there

  /// Errors: too_large, saying which limit it was; unavailable.
  Result<void> write(std::string_view piece);
};

/// Tenants' files: taken in, kept for 48 hours unless their taker says otherwise, handed out by short-lived signed links, swept away. Threads: any.
/// Syncing a file to disk happens on threads of its own; destroy this before the io_contexts that run its callers.
class MediaService {
 public:
  static constexpr milliseconds lifetime = std::chrono::hours(48);
  static constexpr milliseconds tombstone = std::chrono::hours(24 * 7);
  static constexpr milliseconds link_lifetime = std::chrono::minutes(5);

  MediaService(MediaRows& rows, BlobStore& blobs, UrlFetcher& fetcher, const SecretBox& secrets, Clock& clock);
  ~MediaService();

  /// Opens a writer that refuses more than the declared type's limit, or max_media_bytes while the type is unknown (empty).
  Result<Upload> begin(std::string declared_mime, std::string file_name, milliseconds keep = lifetime);
  /// Checks type and size, stores the row. Errors: unsupported_media (empty file, malformed MIME type, content that is not what
  /// an image, audio, video or sticker type claims), too_large (for its kind), unavailable.
  Task<Result<Media>> finish(TenantId tenant, Upload upload);
  /// Fetches a URL through the egress guard and stores it. MIME: the answer's, else by file extension, else octet-stream.
  /// Errors: url_blocked, fetch_failed, and those of finish().
  Task<Result<Media>> fetch(TenantId tenant, std::string url);

  /// Errors: not_found; permission_denied (another tenant's); gone (now >= expires_at, within the tombstone).
  Task<Result<Media>> find(TenantId tenant, MediaId id);
  /// Its life ends now. Messages that are still to be sent with it fail. Errors: unavailable.
  Task<Result<void>> remove(Media media);
  /// As remove(), and the bytes go at once unless another file has the same. Errors: unavailable.
  Task<Result<void>> drop(Media media);
  /// Where the bytes are. Errors: gone, not_found.
  Result<std::string> path_of(const Media& media);

  /// "/v1/media/files/{id}?expires=…&signature=…", good for link_lifetime.
  std::string signed_link(const Media& media) const;
  /// Errors: permission_denied (bad or expired signature), and those of the row.
  Task<Result<Media>> open_link(std::string id, std::string expires, std::string signature);

  /// Deletes rows past their tombstone and files no live row refers to (older than an hour). Gives how many files went.
  Task<Result<std::uint64_t>> sweep();

  /// Syncs the bytes to disk; keep the result until the row that refers to them is written. finish() does both.
  Task<Result<BlobGate::Committed>> commit(std::unique_ptr<BlobWriter> writer);
  /// How many files are being synced right now.
  std::size_t committing() const { return committing_; }

 private:
  std::string link_signature(std::string_view id, std::string_view expires) const;
  Result<Media> alive(std::optional<Media> media) const;

  MediaRows& rows_;
  BlobStore& blobs_;
  UrlFetcher& fetcher_;
  const SecretBox& secrets_;
  Clock& clock_;
  BlobGate gate_;
  std::atomic<std::size_t> committing_{0};
  boost::asio::thread_pool disk_;
};

}  // namespace wherry

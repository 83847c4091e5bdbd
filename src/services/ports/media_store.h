#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "services/ports/models.h"

namespace wherry {

/// Media rows and the cache of Meta's media ids. Errors of all calls: unavailable.
class MediaRows {
 public:
  virtual ~MediaRows() = default;
  virtual Task<Result<void>> add_media(Media media) = 0;
  virtual Task<Result<std::optional<Media>>> find_media(MediaId id) = 0;
  /// Brings the end of its life forward to `at`; later than it is already it stays.
  virtual Task<Result<void>> expire_media(MediaId id, Timestamp at) = 0;
  /// Deletes rows whose tombstone (expires_at + 7 days) is over. Gives how many.
  virtual Task<Result<std::uint64_t>> purge_media(Timestamp tombstones_before) = 0;
  /// Whether a row that is not expired at `now` refers to these bytes.
  virtual Task<Result<bool>> is_referenced(Sha256 sha256, Timestamp now) = 0;

  virtual Task<Result<std::optional<std::string>>> find_remote_id(ChannelId channel, Sha256 sha256, std::string mime_type,
                                                                  Timestamp now) = 0;
  virtual Task<Result<void>> remember_remote_id(ChannelId channel, Sha256 sha256, std::string mime_type, std::string remote_id,
                                                Timestamp expires_at) = 0;
  virtual Task<Result<void>> forget_remote_id(ChannelId channel, Sha256 sha256, std::string mime_type) = 0;
};

/// A file being written. Dropped without commit() it leaves nothing behind.
class BlobWriter {
 public:
  virtual ~BlobWriter() = default;
  /// Appends. Errors: unavailable (disk full), too_large (over the limit it was opened with).
  virtual Result<void> write(std::string_view piece) = 0;
  struct Stored {
    Sha256 sha256{};
    std::uint64_t size = 0;
  };
  /// Syncs the file and makes it findable under its SHA-256. Durable when it returns.
  virtual Result<Stored> commit() = 0;
  /// What the content is, from its first bytes (libmagic), e.g. "image/png"; "" before anything was written.
  virtual std::string sniffed_mime() = 0;
  virtual std::uint64_t size() const = 0;
};

/// Content-addressed bytes: files today, an object store later. Never wholly in memory.
class BlobStore {
 public:
  virtual ~BlobStore() = default;
  virtual Result<std::unique_ptr<BlobWriter>> create(std::uint64_t limit) = 0;
  /// A path that can be opened for reading. Errors: not_found.
  virtual Result<std::string> path_of(const Sha256& sha256) = 0;
  virtual Result<void> remove(const Sha256& sha256) = 0;
  /// Every stored hash with its file's age, for the sweeper; `after` pages on.
  struct Entry {
    Sha256 sha256{};
    Timestamp written_at;
  };
  virtual Result<std::vector<Entry>> list(std::optional<Sha256> after, std::uint32_t limit) = 0;
};

/// Fetches a user-given URL through the egress guard into a blob.
class UrlFetcher {
 public:
  virtual ~UrlFetcher() = default;
  struct Fetched {
    std::string content_type;  ///< the answer's header, raw; may be empty
    std::string file_name;     ///< from Content-Disposition or the URL's last segment; may be empty
  };
  /// How many bytes an answer of this Content-Type (raw, may be empty) may have. Asked once, before the first byte is written.
  using SizeLimit = std::function<std::uint64_t(std::string_view content_type)>;
  /// Errors: url_blocked, fetch_failed, too_large (over `limit`), unavailable.
  virtual Task<Result<Fetched>> fetch(std::string url, BlobWriter& into, SizeLimit limit) = 0;
};

}  // namespace wherry

#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/crypto.h"
#include "base/result.h"
#include "simulator/model.h"
#include "simulator/registry.h"

namespace wherry::sim {

/// The bytes of all media on disk, content-addressed, with expiry and a bound. Threads: any.
class MediaShelf {
 public:
  /// `dir` empty: a fresh directory below the system's temporary one, removed with the shelf.
  MediaShelf(std::string dir, std::uint64_t bytes_limit);
  ~MediaShelf();
  MediaShelf(const MediaShelf&) = delete;
  MediaShelf& operator=(const MediaShelf&) = delete;

  /// One file being written; dropped bytes are removed.
  class Draft {
   public:
    ~Draft();
    Draft(Draft&&) noexcept;
    Draft& operator=(Draft&&) = delete;
    /// Errors: unavailable when the disk or the shelf is full.
    Result<void> write(std::string_view piece);
    std::uint64_t size() const { return size_; }
    /// The first bytes, up to 64.
    const std::string& head() const { return head_; }

   private:
    friend class MediaShelf;
    Draft(MediaShelf& shelf, std::string path, int fd) : shelf_(&shelf), path_(std::move(path)), fd_(fd) {}
    MediaShelf* shelf_;
    std::string path_;
    int fd_;
    std::uint64_t size_ = 0;
    std::string head_;
    Sha256Stream hash_;
  };
  Result<Draft> begin();

  /// Keeps the draft under `item.id`; fills in sha256, size and path.
  Result<MediaItem> keep(Draft draft, MediaItem item);
  /// The same for bytes at hand.
  Result<MediaItem> keep(std::string_view bytes, MediaItem item);

  /// Null when it is unknown or, at `now`, expired.
  Registry<MediaItem>::Ptr find(std::string_view id, Timestamp now) const;
  bool erase(std::string_view id);
  std::vector<Registry<MediaItem>::Ptr> all() const { return items_.all(); }
  /// Removes what has expired; looks at most once an hour.
  void sweep(Timestamp now);
  void clear();
  std::uint64_t bytes() const { return bytes_.load(); }

 private:
  void release(const MediaItem& item);
  void evict_oldest();

  std::string dir_;
  bool own_dir_ = false;
  std::uint64_t bytes_limit_;
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<std::uint64_t> next_{0};
  std::atomic<std::int64_t> swept_at_{0};  // Unix milliseconds
  Registry<MediaItem> items_;
  std::mutex mutex_;
  std::map<std::string, std::size_t, std::less<>> users_of_;  // sha256 -> items that share the file
};

}  // namespace wherry::sim

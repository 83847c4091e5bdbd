#pragma once

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "services/ports/media_store.h"

namespace wherry::test {

/// Media rows in a map. Set `outage` to make every call fail.
class MemoryMediaRows final : public MediaRows {
 public:
  std::map<MediaId, Media> rows;
  std::optional<Timestamp> purged_before;
  bool outage = false;
  std::function<void(const Sha256&)> on_referenced;  ///< called after the answer is decided

  Task<Result<void>> add_media(Media media) override {
    if (outage) co_return down();
    rows[media.id] = media;
    co_return Result<void>();
  }
  Task<Result<std::optional<Media>>> find_media(MediaId id) override {
    if (outage) co_return down();
    const auto found = rows.find(id);
    if (found == rows.end()) co_return std::optional<Media>();
    co_return std::optional<Media>(found->second);
  }
  Task<Result<void>> expire_media(MediaId id, Timestamp at) override {
    if (outage) co_return down();
    const auto found = rows.find(id);
    if (found != rows.end()) found->second.expires_at = std::min(found->second.expires_at, at);
    co_return Result<void>();
  }
  Task<Result<std::uint64_t>> purge_media(Timestamp tombstones_before) override {
    if (outage) co_return down();
    purged_before = tombstones_before;
    co_return std::uint64_t{std::erase_if(rows, [&](const auto& row) { return row.second.expires_at <= tombstones_before; })};
  }
  Task<Result<bool>> is_referenced(Sha256 sha256, Timestamp now) override {
    if (outage) co_return down();
    bool found = false;
    for (const auto& [id, row] : rows) found = found || (row.sha256 == sha256 && row.expires_at > now);
    if (on_referenced) on_referenced(sha256);
    co_return found;
  }
  Task<Result<std::optional<std::string>>> find_remote_id(ChannelId, Sha256, std::string, Timestamp) override {
    co_return std::optional<std::string>();
  }
  Task<Result<void>> remember_remote_id(ChannelId, Sha256, std::string, std::string, Timestamp) override { co_return Result<void>(); }
  Task<Result<void>> forget_remote_id(ChannelId, Sha256, std::string) override { co_return Result<void>(); }

 private:
  static Error down() { return {ErrorCode::unavailable, "the store is down"}; }
};

/// Content-addressed files in a temporary folder that goes with the object; used by the media service from its disk threads too. Knows PNG, JPEG, GIF, PDF, ZIP and HTML by sight.
class TempBlobStore final : public BlobStore {
 public:
  explicit TempBlobStore(const Clock& clock) : clock_(clock) {
    std::string pattern = (std::filesystem::temp_directory_path() / "wherry-blobs-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~TempBlobStore() override { std::filesystem::remove_all(folder_); }
  TempBlobStore(const TempBlobStore&) = delete;
  TempBlobStore& operator=(const TempBlobStore&) = delete;

  std::optional<std::uint64_t> disk_full_after;  ///< bytes of one file
  bool refuse_create = false;
  bool refuse_commit = false;
  int created = 0;
  std::atomic<int> open_writers = 0;
  std::map<Sha256, Timestamp> stored;

  Result<std::unique_ptr<BlobWriter>> create(std::uint64_t limit) override {
    if (refuse_create) return Error{ErrorCode::unavailable, "the disk is full"};
    ++created;
    ++open_writers;
    return std::unique_ptr<BlobWriter>(std::make_unique<Writer>(*this, limit, folder_ / ("part-" + std::to_string(created))));
  }
  Result<std::string> path_of(const Sha256& sha256) override {
    std::lock_guard lock(mutex_);
    if (!stored.contains(sha256)) return Error{ErrorCode::not_found, "no such blob"};
    return path(sha256).string();
  }
  Result<void> remove(const Sha256& sha256) override {
    std::lock_guard lock(mutex_);
    stored.erase(sha256);
    std::filesystem::remove(path(sha256));
    return {};
  }
  Result<std::vector<Entry>> list(std::optional<Sha256> after, std::uint32_t limit) override {
    std::vector<Entry> page;
    std::lock_guard lock(mutex_);
    for (auto at = after ? stored.upper_bound(*after) : stored.begin(); at != stored.end() && page.size() < limit; ++at) {
      page.push_back({at->first, at->second});
    }
    return page;
  }

 private:
  class Writer final : public BlobWriter {
   public:
    Writer(TempBlobStore& store, std::uint64_t limit, std::filesystem::path path)
        : store_(store), limit_(limit), path_(std::move(path)), file_(path_, std::ios::binary) {}
    ~Writer() override {
      --store_.open_writers;
      std::filesystem::remove(path_);
    }
    Result<void> write(std::string_view piece) override {
      if (size_ + piece.size() > limit_) return Error{ErrorCode::too_large, "over the limit"};
      if (store_.disk_full_after && size_ + piece.size() > *store_.disk_full_after) {
        return Error{ErrorCode::unavailable, "the disk is full"};
      }
      if (head_.size() < 64) head_.append(piece.substr(0, 64 - head_.size()));
      size_ += piece.size();
      hash_.update(piece);
      file_.write(piece.data(), static_cast<std::streamsize>(piece.size()));
      return {};
    }
    Result<Stored> commit() override {
      if (store_.refuse_commit) return Error{ErrorCode::unavailable, "the disk is full"};
      file_.close();
      const Stored result{hash_.finish(), size_};
      std::lock_guard lock(store_.mutex_);
      std::filesystem::rename(path_, store_.path(result.sha256));
      store_.stored[result.sha256] = store_.clock_.now();
      return result;
    }
    std::string sniffed_mime() override {
      const std::string_view head = head_;
      if (head.empty()) return "";
      if (head.starts_with("\x89PNG")) return "image/png";
      if (head.starts_with("\xff\xd8\xff")) return "image/jpeg";
      if (head.starts_with("GIF8")) return "image/gif";
      if (head.starts_with("%PDF")) return "application/pdf";
      if (head.starts_with("PK\x03\x04")) return "application/zip";
      if (head.starts_with("<html")) return "text/html";
      return "application/octet-stream";
    }
    std::uint64_t size() const override { return size_; }

   private:
    TempBlobStore& store_;
    std::uint64_t limit_;
    std::filesystem::path path_;
    std::ofstream file_;
    std::string head_;
    std::uint64_t size_ = 0;
    Sha256Stream hash_;
  };

  std::filesystem::path path(const Sha256& sha256) const { return folder_ / to_hex(sha256); }

  const Clock& clock_;
  std::filesystem::path folder_;
  std::mutex mutex_;  ///< guards `stored` and the files
};

/// Gives what the test scripted for a URL; an unscripted URL is a fetch that failed.
class ScriptedFetcher final : public UrlFetcher {
 public:
  struct Answer {
    std::string bytes;
    Fetched fetched;
    std::optional<Error> error;
  };
  std::map<std::string, Answer> answers;
  std::vector<std::string> asked;

  Task<Result<Fetched>> fetch(std::string url, BlobWriter& into, SizeLimit limit) override {
    asked.push_back(url);
    const auto found = answers.find(url);
    if (found == answers.end()) co_return Error{ErrorCode::fetch_failed, "Could not fetch the URL"};
    if (found->second.error) co_return *found->second.error;
    if (found->second.bytes.size() > limit(found->second.fetched.content_type)) co_return Error{ErrorCode::too_large, "too large"};
    CO_TRY_VOID(into.write(found->second.bytes));
    co_return found->second.fetched;
  }
};

}  // namespace wherry::test

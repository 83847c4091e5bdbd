#include "simulator/media_shelf.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace wherry::sim {

namespace fs = std::filesystem;

MediaShelf::MediaShelf(std::string dir, std::uint64_t bytes_limit) : dir_(std::move(dir)), bytes_limit_(bytes_limit) {
  if (!dir_.empty()) {
    fs::create_directories(dir_);
    return;
  }
  std::string pattern = (fs::temp_directory_path() / "wherry-simulator-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no directory for the simulator's media: " + pattern);
  dir_ = pattern;
  own_dir_ = true;
}

MediaShelf::~MediaShelf() {
  clear();
  std::error_code ignored;
  if (own_dir_) fs::remove_all(dir_, ignored);
}

MediaShelf::Draft::Draft(Draft&& other) noexcept
    : shelf_(other.shelf_),
      path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      size_(other.size_),
      head_(std::move(other.head_)),
      hash_(std::move(other.hash_)) {}

MediaShelf::Draft::~Draft() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(path_.c_str());
}

Result<void> MediaShelf::Draft::write(std::string_view piece) {
  constexpr std::size_t head_size = 64;
  if (head_.size() < head_size) head_.append(piece.substr(0, head_size - head_.size()));
  hash_.update(piece);
  size_ += piece.size();
  while (!piece.empty()) {
    const ssize_t written = ::write(fd_, piece.data(), piece.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Error(ErrorCode::unavailable, "The media could not be stored.", std::strerror(errno));
    piece.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<MediaShelf::Draft> MediaShelf::begin() {
  std::string path = dir_ + "/draft-" + std::to_string(next_.fetch_add(1));
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return Error(ErrorCode::unavailable, "The media could not be stored.", std::strerror(errno));
  return Draft(*this, std::move(path), fd);
}

Result<MediaItem> MediaShelf::keep(Draft draft, MediaItem item) {
  const Sha256 digest = draft.hash_.finish();
  item.sha256_hex = to_hex(digest);
  item.size = draft.size_;
  item.path = dir_ + "/" + item.sha256_hex;
  if (item.size > bytes_limit_) return Error(ErrorCode::unavailable, "The media shelf is too small.");
  while (bytes_.load() + item.size > bytes_limit_ && items_.size() > 0) evict_oldest();
  {
    std::lock_guard lock(mutex_);
    std::size_t& users = users_of_[item.sha256_hex];
    if (users == 0) {
      if (::rename(draft.path_.c_str(), item.path.c_str()) != 0) {
        users_of_.erase(item.sha256_hex);
        return Error(ErrorCode::unavailable, "The media could not be stored.", std::strerror(errno));
      }
      ::close(std::exchange(draft.fd_, -1));
      bytes_ += item.size;
    }
    ++users;
  }
  items_.put(item.id, item);
  return item;
}

Result<MediaItem> MediaShelf::keep(std::string_view bytes, MediaItem item) {
  TRY(auto draft, begin());
  TRY_VOID(draft.write(bytes));
  return keep(std::move(draft), std::move(item));
}

Registry<MediaItem>::Ptr MediaShelf::find(std::string_view id, Timestamp now) const {
  auto item = items_.find(id);
  return item && item->expires > now ? item : nullptr;
}

bool MediaShelf::erase(std::string_view id) {
  const auto item = items_.find(id);
  if (!item || !items_.erase(id)) return false;
  release(*item);
  return true;
}

void MediaShelf::release(const MediaItem& item) {
  std::lock_guard lock(mutex_);
  const auto found = users_of_.find(item.sha256_hex);
  if (found == users_of_.end() || --found->second > 0) return;
  users_of_.erase(found);
  bytes_ -= item.size;
  ::unlink(item.path.c_str());
}

void MediaShelf::evict_oldest() {
  const auto items = items_.all();
  const auto oldest = std::min_element(items.begin(), items.end(), [](const auto& a, const auto& b) { return a->created < b->created; });
  if (oldest != items.end()) erase((*oldest)->id);
}

void MediaShelf::sweep(Timestamp now) {
  constexpr std::int64_t hour = 3'600'000;
  std::int64_t before = swept_at_.load();
  if (to_unix_millis(now) - before < hour || !swept_at_.compare_exchange_strong(before, to_unix_millis(now))) return;
  for (const auto& item : items_.all()) {
    if (item->expires <= now) erase(item->id);
  }
}

void MediaShelf::clear() {
  for (const auto& item : items_.all()) erase(item->id);
}

}  // namespace wherry::sim

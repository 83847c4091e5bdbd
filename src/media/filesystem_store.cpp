#include "media/filesystem_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/bytes.h"
#include "media/type_sniffer.h"

namespace wherry {

namespace {

namespace fs = std::filesystem;

Error cannot(const std::string& what, int number = errno) {
  Error error{ErrorCode::unavailable, "the file store cannot be written or read at the moment", what + ": " + std::strerror(number)};
  error.retry_after = seconds(5);
  return error;
}

std::string path_for(const std::string& directory, const Sha256& sha256) {
  const auto hex = to_hex(sha256);
  return directory + "/" + hex.substr(0, 2) + "/" + hex.substr(2);
}

Result<void> sync_directory(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return cannot("open " + path);
  const int synced = ::fsync(fd);
  ::close(fd);
  if (synced != 0) return cannot("sync " + path);
  return {};
}

class FileWriter final : public BlobWriter {
 public:
  FileWriter(std::string directory, std::string temporary, int fd, std::uint64_t limit)
      : directory_(std::move(directory)), temporary_(std::move(temporary)), fd_(fd), limit_(limit) {}
  ~FileWriter() override {
    if (fd_ >= 0) ::close(fd_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }

  Result<void> write(std::string_view piece) override {
    if (size_ + piece.size() > limit_) return Error{ErrorCode::too_large, "the file is larger than " + std::to_string(limit_) + " bytes"};
    hash_.update(piece);
    if (first_.size() < sniff_bytes) first_.append(piece.substr(0, sniff_bytes - first_.size()));
    size_ += piece.size();
    while (!piece.empty()) {
      const auto written = ::write(fd_, piece.data(), piece.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return cannot("write");
      piece.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  // The bytes are on disk before the name is, and the name before anybody is told of it.
  Result<Stored> commit() override {
    const Stored stored{hash_.finish(), size_};
    if (::fsync(fd_) != 0) return cannot("sync");
    const auto path = path_for(directory_, stored.sha256);
    const auto parent = path.substr(0, path.rfind('/'));
    if (::mkdir(parent.c_str(), 0700) == 0) {
      TRY_VOID(sync_directory(directory_));
    } else if (errno != EEXIST) {
      return cannot("create " + parent);
    }
    if (::rename(temporary_.c_str(), path.c_str()) != 0) return cannot("rename");
    temporary_.clear();
    TRY_VOID(sync_directory(parent));
    return stored;
  }

  std::string sniffed_mime() override { return first_.empty() ? std::string() : sniff_type(first_); }
  std::uint64_t size() const override { return size_; }

 private:
  std::string directory_;
  std::string temporary_;
  int fd_;
  std::uint64_t limit_;
  std::uint64_t size_ = 0;
  std::string first_;
  Sha256Stream hash_;
};

std::optional<Sha256> hash_of(const std::string& folder, const std::string& name) {
  const auto bytes = from_hex(folder + name);
  Sha256 hash{};
  if (!bytes || bytes->size() != hash.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return hash;
}

}  // namespace

Result<std::unique_ptr<BlobStore>> FilesystemStore::open(const std::string& directory) {
  std::error_code failure;
  fs::create_directories(directory + "/tmp", failure);
  if (failure) return Error{ErrorCode::unavailable, "cannot create " + directory, failure.message()};
  fs::permissions(directory, fs::perms::owner_all, failure);
  for (const auto& left : fs::directory_iterator(directory + "/tmp", failure)) fs::remove(left.path(), failure);
  return std::unique_ptr<BlobStore>(new FilesystemStore(directory));
}

Result<std::unique_ptr<BlobWriter>> FilesystemStore::create(std::uint64_t limit) {
  auto temporary = directory_ + "/tmp/" + std::to_string(::getpid()) + "-" + std::to_string(next_name_++);
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return cannot("create " + temporary);
  return std::unique_ptr<BlobWriter>(std::make_unique<FileWriter>(directory_, std::move(temporary), fd, limit));
}

Result<std::string> FilesystemStore::path_of(const Sha256& sha256) {
  auto path = path_for(directory_, sha256);
  if (::access(path.c_str(), R_OK) != 0) return Error{ErrorCode::not_found, "the file is not stored", path};
  return path;
}

Result<void> FilesystemStore::remove(const Sha256& sha256) {
  if (::unlink(path_for(directory_, sha256).c_str()) != 0 && errno != ENOENT) return cannot("remove");
  return {};
}

// In order of the hash: folder by folder, names sorted, until the page is full.
Result<std::vector<BlobStore::Entry>> FilesystemStore::list(std::optional<Sha256> after, std::uint32_t limit) {
  std::vector<Entry> entries;
  static constexpr char digits[] = "0123456789abcdef";
  for (unsigned folder = after ? (*after)[0] : 0; folder < 256 && entries.size() < limit; ++folder) {
    const std::string name{digits[folder >> 4], digits[folder & 15]};
    std::error_code failure;
    std::vector<std::string> names;
    for (const auto& file : fs::directory_iterator(directory_ + "/" + name, failure)) names.push_back(file.path().filename().string());
    std::sort(names.begin(), names.end());
    for (const auto& file : names) {
      const auto hash = hash_of(name, file);
      if (!hash || (after && !(*after < *hash)) || entries.size() >= limit) continue;
      struct stat status{};
      if (::stat((directory_ + "/" + name + "/" + file).c_str(), &status) != 0) continue;
      entries.push_back(
          {*hash, from_unix_millis(static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1000 + status.st_mtim.tv_nsec / 1'000'000)});
    }
  }
  return entries;
}

}  // namespace wherry

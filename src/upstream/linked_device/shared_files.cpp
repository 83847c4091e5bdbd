#include "upstream/linked_device/shared_files.h"

#include <sys/stat.h>
#include <sys/un.h>

#include <boost/asio/post.hpp>
#include <filesystem>
#include <fstream>

#include "base/bytes.h"
#include "base/random.h"

namespace wherry::linked {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t piece_size = 256 * 1024;

std::string random_name() { return random_text(16, "abcdefghijklmnopqrstuvwxyz0123456789"); }

Error unusable(const std::string& path, const std::error_code& failure) {
  return {ErrorCode::unavailable, "a directory for linked devices cannot be used", path + ": " + failure.message()};
}

}  // namespace

Result<ProcessDirectory> ProcessDirectory::create(const std::string& parent) {
  ProcessDirectory made(parent + "/" + random_name());
  if (made.socket().size() >= sizeof(sockaddr_un::sun_path))
    return Error{ErrorCode::invalid_argument, "the path of the data directory is too long for the sockets of linked devices: " + parent};
  for (const auto& path : {made.path_, made.temporary(), made.shared(), made.shared() + "/in", made.shared() + "/out"})
    if (::mkdir(path.c_str(), 0700) != 0) return unusable(path, std::error_code(errno, std::generic_category()));
  return made;
}

ProcessDirectory::~ProcessDirectory() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

SharedFile SharedFile::incoming(const std::string& shared) { return {shared, "in/" + random_name()}; }

Result<SharedFile> SharedFile::outgoing(const std::string& shared, const LocalFile& file) {
  SharedFile made(shared, "out/" + random_name());
  std::error_code failure;
  fs::create_hard_link(file.path, made.path(), failure);
  if (failure == std::errc::no_such_file_or_directory) return Error{ErrorCode::not_found, "the file is gone"};
  if (failure) fs::copy_file(file.path, made.path(), failure);
  if (failure) return unusable(made.path(), failure);
  return made;
}

SharedFile::~SharedFile() {
  std::error_code ignored;
  if (!name_.empty()) fs::remove(path(), ignored);
}

SharedFile& SharedFile::operator=(SharedFile&& other) noexcept {
  std::swap(shared_, other.shared_);
  std::swap(name_, other.name_);
  return *this;
}

Task<Result<void>> copy_into(std::string path, std::uint64_t size, std::string sha256, BlobWriter& into) {
  auto executor = co_await boost::asio::this_coro::executor;
  std::ifstream file(path, std::ios::binary);
  if (!file) co_return Error{ErrorCode::fetch_failed, "the file did not arrive"};
  Sha256Stream hash;
  std::uint64_t copied = 0;
  std::string piece(piece_size, '\0');
  while (file && copied <= size) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    const auto read = std::string_view(piece).substr(0, static_cast<std::size_t>(file.gcount()));
    copied += read.size();
    hash.update(read);
    CO_TRY_VOID(into.write(read));
    co_await boost::asio::post(executor, use_task);
  }
  if (copied != size || to_hex(hash.finish()) != sha256)
    co_return Error{ErrorCode::fetch_failed, "the file is not the one that was announced"};
  co_return Result<void>();
}

}  // namespace wherry::linked

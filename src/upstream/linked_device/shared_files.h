#pragma once

#include <string>

#include "base/result.h"
#include "services/ports/linked_content.h"
#include "services/ports/media_store.h"

namespace wherry::linked {

/// The directory of one process: its socket, and files on their way between it and us. All of it is gone with this object.
class ProcessDirectory {
 public:
  /// A new one below `parent`, with mode 0700. Errors: unavailable; invalid_argument (the path is too long for a socket).
  static Result<ProcessDirectory> create(const std::string& parent);
  ~ProcessDirectory();
  ProcessDirectory(ProcessDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ProcessDirectory& operator=(ProcessDirectory&&) = delete;

  std::string socket() const { return path_ + "/s"; }
  std::string temporary() const { return path_ + "/tmp"; }
  std::string shared() const { return path_ + "/shared"; }
  const std::string& path() const { return path_; }

 private:
  explicit ProcessDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

/// A file in the directory that is shared with a process; it goes with this object.
class SharedFile {
 public:
  SharedFile() = default;
  /// A place for a file that the process writes.
  static SharedFile incoming(const std::string& shared);
  /// A file of ours, as a hard link, or a copy where the file system wants it. Errors: not_found, unavailable.
  static Result<SharedFile> outgoing(const std::string& shared, const LocalFile& file);
  ~SharedFile();
  SharedFile(SharedFile&& other) noexcept : shared_(std::move(other.shared_)), name_(std::exchange(other.name_, {})) {}
  SharedFile& operator=(SharedFile&& other) noexcept;

  /// As the process is told: relative to the shared directory.
  const std::string& name() const { return name_; }
  std::string path() const { return shared_ + "/" + name_; }

 private:
  SharedFile(std::string shared, std::string name) : shared_(std::move(shared)), name_(std::move(name)) {}
  std::string shared_, name_;
};

/// Writes a file into a blob, letting others run in between. Errors: fetch_failed (it is not the file of this size and hash), and the writer's.
Task<Result<void>> copy_into(std::string path, std::uint64_t size, std::string sha256, BlobWriter& into);

}  // namespace wherry::linked

#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace wherry::store {

/// Holds the data directory for this process: two writers would each think to be the only one.
class DirectoryLock {
 public:
  /// Makes the directory, for its owner only, when it is missing. Errors: unavailable.
  static Result<std::unique_ptr<DirectoryLock>> take(const std::string& directory);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace wherry::store

#include "store/sqlite/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace wherry::store {

Result<std::unique_ptr<DirectoryLock>> DirectoryLock::take(const std::string& directory) {
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return Error{ErrorCode::unavailable, "cannot create " + directory + ": " + std::strerror(errno)};
  }
  const auto path = directory + "/wherry.lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return Error{ErrorCode::unavailable, "cannot open " + path + ": " + std::strerror(errno)};
  std::unique_ptr<DirectoryLock> lock(new DirectoryLock(fd));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return Error{ErrorCode::unavailable, directory + " is in use by a running server; talk to it with --url and --admin-key"};
  }
  return lock;
}

DirectoryLock::~DirectoryLock() { ::close(fd_); }

}  // namespace wherry::store

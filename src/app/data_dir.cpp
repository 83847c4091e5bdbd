#include "app/data_dir.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/bytes.h"
#include "base/random.h"

namespace wherry::app {

namespace {

Error cannot(const std::string& what, const std::string& path) {
  return {ErrorCode::unavailable, "cannot " + what + " " + path + ": " + std::strerror(errno)};
}

Result<void> write_new(const std::string& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return cannot("create", path);
  const auto written = ::write(fd, text.data(), text.size());
  const bool ok = written == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  ::close(fd);
  if (!ok) {
    ::unlink(path.c_str());
    return cannot("write", path);
  }
  return {};
}

Result<std::string> read_or_create(const std::string& path, const std::string& fresh) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) {
    TRY_VOID(write_new(path, fresh + "\n"));
    return fresh;
  }
  if (fd < 0) return cannot("open", path);
  struct stat status{};
  char buffer[512];
  const bool known = ::fstat(fd, &status) == 0;
  const auto length = ::read(fd, buffer, sizeof buffer);
  ::close(fd);
  if (!known || length < 0) return cannot("read", path);
  if ((status.st_mode & 077) != 0) {
    return Error{ErrorCode::permission_denied, path + " can be read by others; run: chmod 600 " + path};
  }
  std::string text(buffer, static_cast<std::size_t>(length));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

}  // namespace

Result<DataDirKeys> open_data_dir(const Config& config) {
  std::error_code failure;
  const bool made = std::filesystem::create_directories(config.data_dir, failure);
  if (failure) return Error{ErrorCode::unavailable, "cannot create " + config.data_dir + ": " + failure.message()};
  if (made) ::chmod(config.data_dir.c_str(), 0700);

  std::array<std::uint8_t, SecretBox::key_size> random{};
  fill_random(random);
  auto master_hex = config.master_key.reveal();
  if (master_hex.empty()) {
    TRY(master_hex, read_or_create(config.data_dir + "/master.key", to_hex(random)));
  }
  const auto master = from_hex(master_hex);
  if (!master || master->size() != SecretBox::key_size) {
    return Error{ErrorCode::invalid_argument, config.data_dir + "/master.key must hold 64 hex digits"};
  }
  auto admin = config.admin_key.reveal();
  if (admin.empty()) {
    TRY(admin, read_or_create(config.data_dir + "/admin.key", "adm_" + random_text(40, alphanumeric)));
  }
  if (admin.size() < 24) return Error{ErrorCode::invalid_argument, config.data_dir + "/admin.key must hold at least 24 characters"};
  return DataDirKeys{Secret(std::string(master->begin(), master->end())), Secret(std::move(admin))};
}

}  // namespace wherry::app

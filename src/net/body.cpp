#include "net/body.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace wherry::http {

Task<Result<std::string>> read_all(BodyReader& body, std::uint64_t limit) {
  const Error over(ErrorCode::too_large, "The body is too large.");
  const auto declared = body.content_length();
  if (declared && *declared > limit) co_return over;
  std::string text;
  // The declared length is the peer's claim: it buys memory in advance only up to a point.
  constexpr std::uint64_t trusted = 1u << 20;
  if (declared) text.reserve(static_cast<std::size_t>(std::min(*declared, trusted)));
  for (;;) {
    CO_TRY(const auto piece, co_await body.read());
    if (piece.empty()) co_return text;
    if (piece.size() > limit - text.size()) co_return over;
    text.append(piece);
  }
}

Result<std::unique_ptr<FileSource>> FileSource::open(const std::string& path, std::uint64_t offset, std::optional<std::uint64_t> length) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    const int why = errno;
    if (why == ENOENT || why == ENOTDIR) return Error(ErrorCode::not_found, "No such file.");
    return Error(ErrorCode::internal, "The file cannot be read.", std::strerror(why));
  }
  std::unique_ptr<FileSource> source(new FileSource(fd, offset, 0));  // closes fd on every way out
  struct stat status{};
  if (::fstat(fd, &status) != 0) return Error(ErrorCode::internal, "The file cannot be read.", std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return Error(ErrorCode::not_found, "No such file.");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const auto rest = offset < size ? size - offset : 0;
  source->left_ = std::min(rest, length.value_or(rest));
  return source;
}

FileSource::~FileSource() { ::close(fd_); }

Task<Result<std::size_t>> FileSource::read(std::span<char> out) {
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), left_));
  if (wanted == 0) co_return std::size_t{0};
  ssize_t got = 0;
  do {
    got = ::pread(fd_, out.data(), wanted, static_cast<off_t>(offset_));
  } while (got < 0 && errno == EINTR);
  if (got < 0) co_return Error(ErrorCode::internal, "The file cannot be read.", std::strerror(errno));
  if (got == 0) co_return Error(ErrorCode::internal, "The file cannot be read.", "it became shorter while it was sent");
  offset_ += static_cast<std::uint64_t>(got);
  left_ -= static_cast<std::uint64_t>(got);
  co_return static_cast<std::size_t>(got);
}

void JoinedSource::add(std::string text) {
  if (!text.empty()) parts_.push_back(Part{std::move(text), nullptr});
}

void JoinedSource::add(std::unique_ptr<BodySource> source) { parts_.push_back(Part{{}, std::move(source)}); }

Task<Result<std::size_t>> JoinedSource::read(std::span<char> out) {
  if (out.empty()) co_return std::size_t{0};
  while (current_ < parts_.size()) {
    auto& part = parts_[current_];
    if (part.source) {
      CO_TRY(const auto got, co_await part.source->read(out));
      if (got > 0) co_return got;
    } else if (offset_ < part.text.size()) {
      const auto size = part.text.copy(out.data(), out.size(), offset_);
      offset_ += size;
      co_return size;
    }
    ++current_;
    offset_ = 0;
  }
  co_return std::size_t{0};
}

std::optional<std::uint64_t> JoinedSource::length() const {
  std::uint64_t total = 0;
  for (std::size_t i = current_; i < parts_.size(); ++i) {
    const auto& part = parts_[i];
    if (!part.source) {
      total += part.text.size() - (i == current_ ? offset_ : 0);
      continue;
    }
    const auto length = part.source->length();
    if (!length) return std::nullopt;
    total += *length;
  }
  return total;
}

}  // namespace wherry::http

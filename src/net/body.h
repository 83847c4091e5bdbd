#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "net/headers.h"

namespace wherry::http {

/// A body that arrives: read it piece by piece; nothing is held beyond one piece.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  /// The next piece, empty at the end. Valid until the next call.
  /// Errors: too_large (over the server's cap), timeout (peer too slow), invalid_argument (broken framing), cancelled.
  virtual Task<Result<std::string_view>> read() = 0;
  /// The declared length; nullopt when chunked.
  virtual std::optional<std::uint64_t> content_length() const = 0;
};

/// The whole body in memory. Errors: too_large when it is longer than `limit` bytes.
Task<Result<std::string>> read_all(BodyReader& body, std::uint64_t limit);

/// A body that leaves: asked for piece by piece.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// Fills `out` with up to its size; 0 at the end. Errors: internal when the source broke (the message is then cut off).
  virtual Task<Result<std::size_t>> read(std::span<char> out) = 0;
  /// The exact length in bytes; nullopt sends it chunked.
  virtual std::optional<std::uint64_t> length() const = 0;
};

/// A byte range of a file. Errors of open(): not_found, internal.
class FileSource final : public BodySource {
 public:
  static Result<std::unique_ptr<FileSource>> open(const std::string& path, std::uint64_t offset = 0,
                                                  std::optional<std::uint64_t> length = std::nullopt);
  ~FileSource() override;
  Task<Result<std::size_t>> read(std::span<char> out) override;
  std::optional<std::uint64_t> length() const override { return left_; }

 private:
  FileSource(int fd, std::uint64_t offset, std::uint64_t length) : fd_(fd), offset_(offset), left_(length) {}
  int fd_;
  std::uint64_t offset_;
  std::uint64_t left_;
};

/// Several sources one after the other, e.g. a multipart head, a file, a multipart tail.
class JoinedSource final : public BodySource {
 public:
  void add(std::string text);
  void add(std::unique_ptr<BodySource> source);
  Task<Result<std::size_t>> read(std::span<char> out) override;
  std::optional<std::uint64_t> length() const override;

 private:
  struct Part {
    std::string text;
    std::unique_ptr<BodySource> source;
  };
  std::vector<Part> parts_;
  std::size_t current_ = 0;
  std::size_t offset_ = 0;
};

/// Where an arriving response body is put, piece by piece. An error stops the transfer and is what the caller gets.
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// Called once with the head of the answer, before its first piece: the chance to refuse a body by its type or length.
  virtual Result<void> begin(const Headers&) { return {}; }
  virtual Result<void> write(std::string_view piece) = 0;
};

}  // namespace wherry::http

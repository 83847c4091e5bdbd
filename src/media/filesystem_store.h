#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "base/clock.h"
#include "services/ports/media_store.h"

namespace wherry {

/// Files under DIR/ab/cdef…, named by their SHA-256; DIR/tmp holds those still being written.
/// Threads: any; a writer is used by one coroutine.
class FilesystemStore final : public BlobStore {
 public:
  /// Makes the directories (0700) and removes what an earlier run left half written. Errors: unavailable.
  static Result<std::unique_ptr<BlobStore>> open(const std::string& directory);

  Result<std::unique_ptr<BlobWriter>> create(std::uint64_t limit) override;
  Result<std::string> path_of(const Sha256& sha256) override;
  Result<void> remove(const Sha256& sha256) override;
  Result<std::vector<Entry>> list(std::optional<Sha256> after, std::uint32_t limit) override;

 private:
  explicit FilesystemStore(std::string directory) : directory_(std::move(directory)) {}
  std::string directory_;
  std::atomic<std::uint64_t> next_name_{0};
};

}  // namespace wherry

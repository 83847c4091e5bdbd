#pragma once

#include <algorithm>
#include <map>

#include "services/ports/passing_file_store.h"

namespace wherry::test {

/// PassingFileStore in memory; a test says which messages are finished.
class MemoryPassingFiles final : public PassingFileStore {
 public:
  std::map<MediaId, MessageId> files;
  std::vector<MessageId> done;
  bool outage = false;

  Task<Result<void>> keep(MediaId media, MessageId message) override {
    if (outage) co_return Error{ErrorCode::unavailable, "the store is down"};
    files[media] = message;
    co_return Result<void>();
  }
  Task<Result<std::vector<MediaId>>> finished(std::uint32_t limit) override {
    if (outage) co_return Error{ErrorCode::unavailable, "the store is down"};
    std::vector<MediaId> found;
    for (const auto& [media, message] : files) {
      const bool over = std::find(done.begin(), done.end(), message) != done.end();
      if (over && found.size() < limit) found.push_back(media);
    }
    co_return found;
  }
  Task<Result<void>> forget(MediaId media) override {
    if (outage) co_return Error{ErrorCode::unavailable, "the store is down"};
    files.erase(media);
    co_return Result<void>();
  }
};

}  // namespace wherry::test

#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"

namespace wherry {

/// Which files are there only until a message is finished. Errors of all calls: unavailable.
class PassingFileStore {
 public:
  virtual ~PassingFileStore() = default;
  /// Durable when it returns.
  virtual Task<Result<void>> keep(MediaId media, MessageId message) = 0;
  /// Files of messages that are sent, failed, cancelled, or not there any more.
  virtual Task<Result<std::vector<MediaId>>> finished(std::uint32_t limit) = 0;
  virtual Task<Result<void>> forget(MediaId media) = 0;
};

}  // namespace wherry

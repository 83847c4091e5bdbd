#pragma once

#include "services/media/media_service.h"
#include "services/ports/passing_file_store.h"

namespace wherry {

/// Files that are nobody's after the message they came with: their bytes go when it is finished. Threads: any.
class PassingFiles {
 public:
  PassingFiles(PassingFileStore& store, MediaService& media, MediaRows& rows) : store_(store), media_(media), rows_(rows) {}

  /// The file goes when that message is finished. When this cannot be stored it goes when its time is over, which is logged.
  Task<void> keep_until(MediaId media, MessageId message);
  /// Drops files of finished messages, some at a time. Gives how many went. Errors: unavailable.
  Task<Result<std::size_t>> sweep();

 private:
  PassingFileStore& store_;
  MediaService& media_;
  MediaRows& rows_;
};

}  // namespace wherry

#pragma once

#include "services/media/media_service.h"

namespace wherry {

/// A file on its way in for doors whose contract takes any content under any type: nothing but its size was held against anything.
struct BareUpload {
  std::unique_ptr<BlobWriter> writer;
  std::string mime_type;
  std::string file_name;
};

/// Stores the bytes and the row, as MediaService::finish() does. Errors: unsupported_media (a malformed type), unavailable.
Task<Result<Media>> keep_bare(MediaService& media, MediaRows& rows, Clock& clock, TenantId tenant, BareUpload upload);

}  // namespace wherry

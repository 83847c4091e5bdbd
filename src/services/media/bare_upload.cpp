#include "services/media/bare_upload.h"

#include "services/media/file_name.h"

namespace wherry {

Task<Result<Media>> keep_bare(MediaService& media, MediaRows& rows, Clock& clock, TenantId tenant, BareUpload upload) {
  Media row;
  row.mime_type = normalize_mime(upload.mime_type);
  if (row.mime_type.empty()) co_return Error{ErrorCode::unsupported_media, "The MIME type is not valid"};
  CO_TRY(auto committed, co_await media.commit(std::move(upload.writer)));
  const auto now = clock.now();
  row.id = MediaId::make(now);
  row.tenant = tenant;
  row.sha256 = committed.stored.sha256;
  row.size = committed.stored.size;
  row.file_name = clean_file_name(upload.file_name);
  row.created_at = now;
  row.expires_at = now + MediaService::lifetime;
  CO_TRY_VOID(co_await rows.add_media(row));
  co_return row;
}

}  // namespace wherry

#pragma once

#include "services/ports/media_store.h"
#include "store/database.h"

namespace wherry::store {

/// Media rows and remote media ids in SQL.
class SqlMediaRows final : public MediaRows {
 public:
  explicit SqlMediaRows(Database& database) : database_(database) {}
  Task<Result<void>> add_media(Media media) override;
  Task<Result<std::optional<Media>>> find_media(MediaId id) override;
  Task<Result<void>> expire_media(MediaId id, Timestamp at) override;
  Task<Result<std::uint64_t>> purge_media(Timestamp tombstones_before) override;
  Task<Result<bool>> is_referenced(Sha256 sha256, Timestamp now) override;
  Task<Result<std::optional<std::string>>> find_remote_id(ChannelId channel, Sha256 sha256, std::string mime_type, Timestamp now) override;
  Task<Result<void>> remember_remote_id(ChannelId channel, Sha256 sha256, std::string mime_type, std::string remote_id,
                                        Timestamp expires_at) override;
  Task<Result<void>> forget_remote_id(ChannelId channel, Sha256 sha256, std::string mime_type) override;

 private:
  Task<Result<std::uint64_t>> change(Statement statement);
  Database& database_;
};

/// The insert of one media row; a row that is there already stays as it is.
Statement media_row_once(const Media& media);

}  // namespace wherry::store

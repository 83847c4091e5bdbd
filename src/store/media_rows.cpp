#include "store/media_rows.h"

#include "store/values.h"

namespace wherry::store {

namespace {

constexpr const char* insert_media =
    "INSERT INTO media (id, tenant_id, sha256, size, mime_type, file_name, available, created_at, expires_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
constexpr const char* insert_media_once =
    "INSERT INTO media (id, tenant_id, sha256, size, mime_type, file_name, available, created_at, expires_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING";
constexpr const char* select_media =
    "SELECT id, tenant_id, sha256, size, mime_type, file_name, available, created_at, expires_at FROM media WHERE id = $1";
constexpr const char* bring_forward = "UPDATE media SET expires_at = $2 WHERE id = $1 AND expires_at > $2";
// In small portions, because everything else that is to be written waits meanwhile.
constexpr std::uint64_t portion = 2000;
constexpr const char* delete_expired =
    "DELETE FROM media WHERE id IN (SELECT id FROM media WHERE expires_at <= $1 ORDER BY expires_at LIMIT 2000)";
constexpr const char* select_reference = "SELECT 1 FROM media WHERE sha256 = $1 AND expires_at > $2 AND available = 1 LIMIT 1";
constexpr const char* select_remote =
    "SELECT remote_id FROM remote_media WHERE channel_id = $1 AND sha256 = $2 AND mime_type = $3 AND expires_at > $4";
constexpr const char* upsert_remote =
    "INSERT INTO remote_media (channel_id, sha256, mime_type, remote_id, expires_at) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (channel_id, sha256, mime_type) DO UPDATE SET remote_id = excluded.remote_id, expires_at = excluded.expires_at";
constexpr const char* delete_remote = "DELETE FROM remote_media WHERE channel_id = $1 AND sha256 = $2 AND mime_type = $3";

Media to_media(const Row& row) {
  Media media;
  media.id = as_id<MediaId>(row[0]);
  media.tenant = as_id<TenantId>(row[1]);
  media.sha256 = as_sha256(row[2]);
  media.size = static_cast<std::uint64_t>(as_int(row[3]));
  media.mime_type = as_text(row[4]);
  media.file_name = as_text(row[5]);
  media.state = as_int(row[6]) != 0 ? MediaState::available : MediaState::unavailable;
  media.created_at = as_time(row[7]);
  media.expires_at = as_time(row[8]);
  return media;
}

}  // namespace

Statement media_row_once(const Media& media) {
  return {insert_media_once,
          {value_of(media.id), value_of(media.tenant), value_of(media.sha256), number(media.size), media.mime_type, media.file_name,
           number(media.state == MediaState::available ? 1 : 0), value_of(media.created_at), value_of(media.expires_at)},
          {}};
}

Task<Result<std::uint64_t>> SqlMediaRows::change(Statement statement) {
  Batch batch{std::move(statement)};
  CO_TRY(auto results, co_await database_.commit(std::move(batch)));
  co_return results.front().changed;
}

Task<Result<void>> SqlMediaRows::add_media(Media media) {
  auto statement = media_row_once(media);
  statement.sql = insert_media;
  CO_TRY_VOID(co_await change(std::move(statement)));
  co_return Result<void>();
}

Task<Result<std::optional<Media>>> SqlMediaRows::find_media(MediaId id) {
  Statement statement{select_media, {value_of(id)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return first_row(rows, to_media);
}

Task<Result<void>> SqlMediaRows::expire_media(MediaId id, Timestamp at) {
  Statement statement{bring_forward, {value_of(id), value_of(at)}, {}};
  CO_TRY_VOID(co_await change(std::move(statement)));
  co_return Result<void>();
}

Task<Result<std::uint64_t>> SqlMediaRows::purge_media(Timestamp tombstones_before) {
  std::uint64_t purged = 0;
  std::uint64_t last = portion;
  while (last == portion) {
    Statement statement{delete_expired, {value_of(tombstones_before)}, {}};
    CO_TRY(last, co_await change(std::move(statement)));
    purged += last;
  }
  co_return purged;
}

Task<Result<bool>> SqlMediaRows::is_referenced(Sha256 sha256, Timestamp now) {
  Statement statement{select_reference, {value_of(sha256), value_of(now)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return !rows.empty();
}

Task<Result<std::optional<std::string>>> SqlMediaRows::find_remote_id(ChannelId channel, Sha256 sha256, std::string mime_type,
                                                                      Timestamp now) {
  Statement statement{select_remote, {value_of(channel), value_of(sha256), std::move(mime_type), value_of(now)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return first_row(rows, [](const Row& row) { return as_text(row[0]); });
}

Task<Result<void>> SqlMediaRows::remember_remote_id(ChannelId channel, Sha256 sha256, std::string mime_type, std::string remote_id,
                                                    Timestamp expires_at) {
  Statement statement{
      upsert_remote, {value_of(channel), value_of(sha256), std::move(mime_type), std::move(remote_id), value_of(expires_at)}, {}};
  CO_TRY_VOID(co_await change(std::move(statement)));
  co_return Result<void>();
}

Task<Result<void>> SqlMediaRows::forget_remote_id(ChannelId channel, Sha256 sha256, std::string mime_type) {
  Statement statement{delete_remote, {value_of(channel), value_of(sha256), std::move(mime_type)}, {}};
  CO_TRY_VOID(co_await change(std::move(statement)));
  co_return Result<void>();
}

}  // namespace wherry::store

#include "store/passing_file_store.h"

#include "store/values.h"

namespace wherry::store {

namespace {

constexpr const char* insert_file = "INSERT INTO passing_files (media_id, message_id) VALUES ($1, $2)";
// What is accepted, being sent or uncertain may still need its file.
constexpr const char* select_finished =
    "SELECT f.media_id FROM passing_files f LEFT JOIN messages m ON m.id = f.message_id WHERE m.id IS NULL OR m.state NOT IN (0, 1, 7) "
    "LIMIT $1";
constexpr const char* delete_file = "DELETE FROM passing_files WHERE media_id = $1";

}  // namespace

Task<Result<void>> SqlPassingFileStore::keep(MediaId media, MessageId message) {
  Batch batch{{insert_file, {value_of(media), value_of(message)}, {}}};
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  co_return Result<void>();
}

Task<Result<std::vector<MediaId>>> SqlPassingFileStore::finished(std::uint32_t limit) {
  Statement statement{select_finished, {number(limit)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, [](const Row& row) { return MediaId{as_raw_id(row[0])}; });
}

Task<Result<void>> SqlPassingFileStore::forget(MediaId media) {
  Batch batch{{delete_file, {value_of(media)}, {}}};
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  co_return Result<void>();
}

}  // namespace wherry::store

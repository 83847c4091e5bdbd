#include "store/source_store.h"

#include "store/values.h"

namespace wherry::store {

namespace {
constexpr const char* insert_source = "INSERT INTO sources (id, tenant_id, channel_id, name, created_at) VALUES ($1, $2, $3, $4, $5)";
constexpr const char* delete_source = "DELETE FROM sources WHERE id = $1";
constexpr const char* select_sources = "SELECT id, tenant_id, channel_id, name, created_at FROM sources ORDER BY created_at, id";
}  // namespace

Task<Result<void>> SqlSourceStore::add_source(Source source) {
  Batch batch{{insert_source,
               {value_of(source.id), value_of(source.tenant), value_of(source.channel), source.name, value_of(source.created_at)},
               {}}};
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  co_return Result<void>();
}

Task<Result<void>> SqlSourceStore::remove_source(RawId id) {
  Batch batch{{delete_source, {value_of(id)}, 1}};
  auto done = co_await database_.commit(std::move(batch));
  if (!done && done.error().code == ErrorCode::conflict) co_return Error{ErrorCode::not_found, "no such source"};
  if (!done) co_return done.error();
  co_return Result<void>();
}

Task<Result<std::vector<Source>>> SqlSourceStore::list_sources() {
  Statement statement{select_sources, {}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, [](const Row& row) {
    return Source{as_raw_id(row[0]), as_id<TenantId>(row[1]), as_id<ChannelId>(row[2]), as_text(row[3]), as_time(row[4])};
  });
}

}  // namespace wherry::store

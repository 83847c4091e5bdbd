#include "store/template_store.h"

#include <set>

#include "base/json.h"
#include "store/message_rows.h"
#include "store/values.h"

namespace wherry::store {

namespace {

#define WHERRY_TEMPLATE_COLUMNS "id, name, language, status, category, quality, parameter_format, rejected_reason, components, updated_at"
constexpr const char* upsert =
    "INSERT INTO templates (waba_id, " WHERRY_TEMPLATE_COLUMNS
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (waba_id, id) DO UPDATE SET name = excluded.name, "
    "language = excluded.language, status = excluded.status, category = excluded.category, quality = excluded.quality, "
    "parameter_format = excluded.parameter_format, rejected_reason = excluded.rejected_reason, components = excluded.components, "
    "updated_at = excluded.updated_at";
constexpr const char* remove_one = "DELETE FROM templates WHERE waba_id = $1 AND id = $2";
constexpr const char* upsert_sync =
    "INSERT INTO template_syncs (waba_id, synced_at) VALUES ($1, $2) ON CONFLICT (waba_id) DO UPDATE SET synced_at = excluded.synced_at";
constexpr const char* select_sync = "SELECT synced_at FROM template_syncs WHERE waba_id = $1";
constexpr const char* select_named = "SELECT " WHERRY_TEMPLATE_COLUMNS
                                     " FROM templates WHERE waba_id = $1 AND name = $2 AND language = $3 "
                                     "ORDER BY CASE WHEN status = 'APPROVED' THEN 0 ELSE 1 END, id DESC LIMIT 1";
constexpr const char* select_one = "SELECT " WHERRY_TEMPLATE_COLUMNS " FROM templates WHERE waba_id = $1 AND id = $2";
constexpr const char* select_page =
    "SELECT " WHERRY_TEMPLATE_COLUMNS
    " FROM templates WHERE waba_id = $1 AND id > $2 AND ($3 = '' OR name = $3) AND ($4 = '' OR language = $4) "
    "AND ($5 = '' OR status = $5) AND ($6 = '' OR category = $6) ORDER BY id LIMIT $7";

MessageTemplate to_template(const Row& row) {
  MessageTemplate known;
  known.id = as_text(row[0]);
  known.name = as_text(row[1]);
  known.language = as_text(row[2]);
  known.status = as_text(row[3]);
  known.category = as_text(row[4]);
  known.quality = as_text(row[5]);
  known.parameter_format = as_text(row[6]);
  known.rejected_reason = as_text(row[7]);
  if (auto components = json::parse(as_text(row[8])); components && components->is_array()) known.components = components->get_array();
  known.updated_at = as_time(row[9]);
  return known;
}

}  // namespace

Task<Result<void>> SqlTemplateStore::apply(TemplateUpdate update) {
  Batch batch;
  const auto& waba = update.waba_id;
  for (const auto& id : update.removed) batch.push_back({remove_one, {waba, id}, {}});
  for (const auto& one : update.put) {
    batch.push_back({upsert,
                     {waba, one.id, one.name, one.language, one.status, one.category, one.quality, one.parameter_format,
                      one.rejected_reason, json::serialize(one.components), value_of(one.updated_at)},
                     {}});
  }
  std::set<TenantId> told;
  for (auto& event : update.events) {
    told.insert(event.tenant);
    batch.push_back(journal_row(event.tenant, std::move(event.kind), event.channel, event.conversation, event.subject, event.at,
                                std::move(event.body)));
  }
  if (update.synced_at) batch.push_back({upsert_sync, {waba, value_of(*update.synced_at)}, {}});
  if (batch.empty()) co_return Result<void>();
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  for (const auto& tenant : told) {
    if (feed_ != nullptr) feed_->notify(tenant);
  }
  co_return Result<void>();
}

Task<Result<std::optional<MessageTemplate>>> SqlTemplateStore::find(std::string waba_id, std::string name, std::string language) {
  Statement statement{select_named, {std::move(waba_id), std::move(name), std::move(language)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return first_row(rows, to_template);
}

Task<Result<std::optional<MessageTemplate>>> SqlTemplateStore::find_by_id(std::string waba_id, std::string id) {
  Statement statement{select_one, {std::move(waba_id), std::move(id)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return first_row(rows, to_template);
}

Task<Result<std::vector<MessageTemplate>>> SqlTemplateStore::list(std::string waba_id, TemplateFilter filter) {
  Statement statement{
      select_page,
      {std::move(waba_id), filter.after, filter.name, filter.language, filter.status, filter.category, number(filter.limit)},
      {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, to_template);
}

Task<Result<std::optional<Timestamp>>> SqlTemplateStore::synced_at(std::string waba_id) {
  Statement statement{select_sync, {std::move(waba_id)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return first_row(rows, [](const Row& row) { return as_time(row[0]); });
}

}  // namespace wherry::store

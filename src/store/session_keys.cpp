#include <algorithm>

#include "store/session_store.h"
#include "store/values.h"

namespace wherry::store {

namespace {

// Keys are asked for by the dozen: so many at once, the last of them filled up with the first.
constexpr std::size_t asked_at_once = 16;
constexpr const char* select_keys =
    "SELECT id, value FROM linked_keys WHERE channel_id = $1 AND type = $2 "
    "AND id IN ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
constexpr const char* upsert_key =
    "INSERT INTO linked_keys (channel_id, type, id, value) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (channel_id, type, id) DO UPDATE SET value = excluded.value";
constexpr const char* delete_key = "DELETE FROM linked_keys WHERE channel_id = $1 AND type = $2 AND id = $3";
constexpr const char* note_format = "UPDATE linked_sessions SET key_format = $3 WHERE channel_id = $1 AND owner = $2";
#define WHERRY_KEEP_BYTES                                                                                       \
  "INSERT INTO linked_bytes (channel_id, chat, message_id, value, at, author) VALUES ($1, $2, $3, $4, $5, $6) " \
  "ON CONFLICT (channel_id, chat, message_id) "
constexpr const char* keep_first = WHERRY_KEEP_BYTES "DO NOTHING";
constexpr const char* keep_last = WHERRY_KEEP_BYTES "DO UPDATE SET value = excluded.value, at = excluded.at, author = excluded.author";
constexpr const char* select_bytes = "SELECT value FROM linked_bytes WHERE channel_id = $1 AND chat = $2 AND message_id = $3";
constexpr const char* select_author = "SELECT author FROM linked_bytes WHERE channel_id = $1 AND chat = $2 AND message_id = $3";
constexpr std::uint64_t portion = 500;
constexpr const char* forget_old =
    "DELETE FROM linked_bytes WHERE (channel_id, chat, message_id) IN "
    "(SELECT channel_id, chat, message_id FROM linked_bytes WHERE at < $1 ORDER BY at LIMIT 500)";

Statement ask(ChannelId channel, const std::string& type, const std::vector<std::string>& ids, std::size_t from) {
  std::vector<Value> params{value_of(channel), type};
  for (std::size_t i = 0; i < asked_at_once; ++i) params.emplace_back(ids[from + i < ids.size() ? from + i : from]);
  return {select_keys, std::move(params), {}};
}

}  // namespace

Task<Result<linked::KeyPage>> SqlSessionStore::get_keys(ChannelId channel, std::string type, std::vector<std::string> ids,
                                                        std::size_t most_bytes) {
  linked::KeyPage page;
  std::size_t bytes = 0;
  for (std::size_t from = 0; from < ids.size(); from += asked_at_once) {
    CO_TRY(auto rows, co_await database_.query(ask(channel, type, ids, from)));
    const auto end = std::min(from + asked_at_once, ids.size());
    for (auto at = from; at < end; ++at) {
      const auto row = std::find_if(rows.begin(), rows.end(), [&](const Row& one) { return as_text(one[0]) == ids[at]; });
      if (row == rows.end()) continue;
      CO_TRY(auto value, keys_.open(as_blob((*row)[1])));
      bytes += value.reveal().size();
      page.more = bytes > most_bytes && !page.keys.empty();
      if (page.more) co_return page;
      page.keys.push_back({type, ids[at], std::move(value)});
    }
  }
  co_return page;
}

Task<Result<void>> SqlSessionStore::set_keys(ChannelId channel, std::string owner, linked::KeyFormat format,
                                             std::vector<linked::Key> changes) {
  Batch batch{{note_format, {value_of(channel), std::move(owner), std::move(format)}, 1}};
  for (auto& key : changes) {
    if (key.value) batch.push_back({upsert_key, {value_of(channel), std::move(key.type), std::move(key.id), keys_.seal(*key.value)}, {}});
    else batch.push_back({delete_key, {value_of(channel), std::move(key.type), std::move(key.id)}, {}});
  }
  auto done = co_await database_.commit(std::move(batch));
  if (done) co_return Result<void>();
  if (done.error().code == ErrorCode::conflict) co_return Error{ErrorCode::conflict, "the session is not this process's"};
  co_return done.error();
}

Task<Result<void>> SqlSessionStore::keep_bytes(KeptBytes kept) {
  Batch batch{{kept.replaces ? keep_last : keep_first,
               {value_of(kept.channel), std::move(kept.chat), std::move(kept.message_id), bytes_.seal(kept.bytes), value_of(kept.at),
                std::move(kept.author)},
               {}}};
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  co_return Result<void>();
}

Task<Result<std::optional<std::string>>> SqlSessionStore::find_bytes(ChannelId channel, std::vector<std::string> chats,
                                                                     std::string message_id) {
  for (auto& chat : chats) {
    Statement statement{select_bytes, {value_of(channel), std::move(chat), message_id}, {}};
    CO_TRY(auto rows, co_await database_.query(std::move(statement)));
    if (rows.empty()) continue;
    CO_TRY(auto bytes, bytes_.open(as_blob(rows.front()[0])));
    co_return std::optional(bytes.reveal());
  }
  co_return std::optional<std::string>();
}

Task<Result<std::optional<std::string>>> SqlSessionStore::find_author(ChannelId channel, std::vector<std::string> chats,
                                                                      std::string message_id) {
  for (auto& chat : chats) {
    Statement statement{select_author, {value_of(channel), std::move(chat), message_id}, {}};
    CO_TRY(const auto rows, co_await database_.query(std::move(statement)));
    if (!rows.empty()) co_return as_optional_text(rows.front()[0]);
  }
  co_return std::optional<std::string>();
}

Task<Result<std::uint64_t>> SqlSessionStore::forget_bytes(Timestamp before) {
  std::uint64_t forgotten = 0;
  std::uint64_t last = portion;
  while (last == portion) {
    Batch batch{{forget_old, {value_of(before)}, {}}};
    CO_TRY(auto results, co_await database_.commit(std::move(batch)));
    last = results.front().changed;
    forgotten += last;
  }
  co_return forgotten;
}

}  // namespace wherry::store

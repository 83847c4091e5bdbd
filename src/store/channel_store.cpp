#include "store/channel_store.h"

#include "store/values.h"

namespace wherry::store {

namespace {

constexpr const char* insert_channel =
    "INSERT INTO channels (id, tenant_id, name, phone_number_id, waba_id, display_number, access_token, app_secret, previous_app_secret, "
    "verify_token, graph_url, graph_version, messages_per_second, pair_limit, created_at, uncertain_policy, uncertain_after_s, "
    "agent_id, subscribed, kind, rate_per_min, rate_per_hour) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)";
constexpr const char* update_channel_row =
    "UPDATE channels SET name = $3, phone_number_id = $4, waba_id = $5, display_number = $6, access_token = $7, app_secret = $8, "
    "previous_app_secret = $9, verify_token = $10, graph_url = $11, graph_version = $12, messages_per_second = $13, pair_limit = $14, "
    "uncertain_policy = $16, uncertain_after_s = $17, agent_id = $18, subscribed = $19, rate_per_min = $21, rate_per_hour = $22 "
    "WHERE id = $1 AND tenant_id = $2 AND kind = $20 AND removed_at IS NULL";
constexpr const char* mark_removed = "UPDATE channels SET removed_at = $2 WHERE id = $1 AND removed_at IS NULL";
constexpr const char* select_channels =
    "SELECT id, tenant_id, name, phone_number_id, waba_id, display_number, access_token, app_secret, previous_app_secret, verify_token, "
    "graph_url, graph_version, messages_per_second, pair_limit, created_at, uncertain_policy, uncertain_after_s, agent_id, subscribed, "
    "kind, rate_per_min, rate_per_hour FROM channels WHERE removed_at IS NULL ORDER BY id";

Value rate(const std::optional<std::uint32_t>& limit) { return limit ? number(*limit) : Value(); }
std::optional<std::uint32_t> as_rate(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) ? std::optional(static_cast<std::uint32_t>(as_int(value))) : std::nullopt;
}

Result<void> name_failure(Result<BatchResult> done) {
  if (done) return {};
  const auto& error = done.error();
  if (error.code == ErrorCode::already_exists) {
    return Error{ErrorCode::already_exists, "another channel has this phone_number_id", error.detail};
  }
  if (error.code == ErrorCode::conflict) return Error{ErrorCode::not_found, "no such channel"};
  return error;
}

}  // namespace

std::vector<Value> SqlChannelStore::values(const Channel& channel) const {
  return {value_of(channel.id),
          value_of(channel.tenant),
          channel.name,
          channel.phone_number_id,
          channel.waba_id,
          channel.display_number,
          secrets_.seal(channel.access_token),
          secrets_.seal(channel.app_secret),
          channel.previous_app_secret ? Value(secrets_.seal(*channel.previous_app_secret)) : Value(),
          secrets_.seal(channel.verify_token),
          channel.graph_url,
          channel.graph_version,
          number(channel.messages_per_second),
          number(channel.pair_limit ? 1 : 0),
          value_of(channel.created_at),
          number(static_cast<std::uint64_t>(channel.uncertain_policy)),
          number(static_cast<std::uint64_t>(channel.uncertain_after.count())),
          channel.agent ? value_of(*channel.agent) : Value(),
          number(channel.subscribed ? 1 : 0),
          number(static_cast<std::uint64_t>(channel.kind)),
          rate(channel.rate_per_min),
          rate(channel.rate_per_hour)};
}

Result<Channel> SqlChannelStore::to_channel(const Row& row) const {
  Channel channel;
  channel.id = as_id<ChannelId>(row[0]);
  channel.tenant = as_id<TenantId>(row[1]);
  channel.name = as_text(row[2]);
  channel.phone_number_id = as_text(row[3]);
  channel.waba_id = as_text(row[4]);
  channel.display_number = as_text(row[5]);
  TRY(channel.access_token, secrets_.open(as_blob(row[6])));
  TRY(channel.app_secret, secrets_.open(as_blob(row[7])));
  if (std::holds_alternative<Bytes>(row[8])) {
    TRY(channel.previous_app_secret, secrets_.open(as_blob(row[8])));
  }
  TRY(channel.verify_token, secrets_.open(as_blob(row[9])));
  channel.graph_url = as_text(row[10]);
  channel.graph_version = as_text(row[11]);
  channel.messages_per_second = static_cast<std::uint32_t>(as_int(row[12]));
  channel.pair_limit = as_int(row[13]) != 0;
  channel.created_at = as_time(row[14]);
  channel.uncertain_policy = static_cast<UncertainPolicy>(as_int(row[15]));
  channel.uncertain_after = seconds(as_int(row[16]));
  if (std::holds_alternative<Bytes>(row[17])) channel.agent = as_raw_id(row[17]);
  channel.subscribed = as_int(row[18]) != 0;
  channel.kind = static_cast<ChannelKind>(as_int(row[19]));
  channel.rate_per_min = as_rate(row[20]);
  channel.rate_per_hour = as_rate(row[21]);
  return channel;
}

Task<Result<void>> SqlChannelStore::add_channel(Channel channel) {
  Batch batch{{insert_channel, values(channel), {}}};
  auto done = co_await database_.commit(std::move(batch));
  co_return name_failure(std::move(done));
}

Task<Result<void>> SqlChannelStore::update_channel(Channel channel) {
  Batch batch{{update_channel_row, values(channel), 1}};
  auto done = co_await database_.commit(std::move(batch));
  co_return name_failure(std::move(done));
}

Task<Result<void>> SqlChannelStore::remove_channel(ChannelId id, Timestamp at) {
  Batch batch{{mark_removed, {value_of(id), value_of(at)}, 1}};
  auto done = co_await database_.commit(std::move(batch));
  co_return name_failure(std::move(done));
}

Task<Result<std::vector<Channel>>> SqlChannelStore::list_channels() {
  Statement statement{select_channels, {}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  std::vector<Channel> channels;
  for (const auto& row : rows) {
    auto channel = to_channel(row);
    if (!channel) {
      co_return Error{ErrorCode::internal,
                      "the secrets of channel " + as_text(row[2]) + " cannot be opened: is this the master key they were sealed with?",
                      channel.error().detail};
    }
    channels.push_back(std::move(*channel));
  }
  co_return channels;
}

}  // namespace wherry::store

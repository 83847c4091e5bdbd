#include "services/sessions/session_keys.h"

#include <algorithm>

#include "base/log.h"

namespace wherry {

namespace {

constexpr std::size_t most_ids = 1000, most_changes = 5000, longest_name = 300;
constexpr std::size_t largest_answer = 6u << 20, largest_value = 4u << 20, largest_bytes = 1u << 20;

bool is_name(const std::string& text) { return !text.empty() && text.size() <= longest_name; }

bool is_sane(const linked::Key& key) {
  return is_name(key.type) && is_name(key.id) && (!key.value || key.value->reveal().size() <= largest_value);
}

}  // namespace

Task<Result<linked::KeyPage>> SessionKeys::get(ChannelId channel, std::string type, std::vector<std::string> ids) {
  if (ids.size() > most_ids) co_return Error{ErrorCode::invalid_argument, "at most 1000 keys are asked for at once"};
  co_return co_await parts_.store.get_keys(channel, std::move(type), std::move(ids), largest_answer);
}

Task<Result<void>> SessionKeys::set(ChannelId channel, linked::KeyFormat format, std::vector<linked::Key> changes) {
  const bool sane = changes.size() <= most_changes && is_name(format) && std::all_of(changes.begin(), changes.end(), is_sane);
  if (!sane) co_return Error{ErrorCode::invalid_argument, "a key has no name, or there are too many or too large ones"};
  CO_TRY_VOID(co_await parts_.store.set_keys(channel, parts_.owner, format, std::move(changes)));
  parts_.table.update(channel, [&](LinkedSession& session) { session.key_format = std::move(format); });
  co_return Result<void>();
}

Task<Result<void>> SessionKeys::wipe(ChannelId channel, linked::Reason reason) {
  CO_TRY_VOID(co_await parts_.store.wipe_keys(channel, parts_.owner, parts_.clock.now()));
  log::warn("session_keys_wiped", {{"session", channel.text()}, {"reason", to_string(reason)}});
  parts_.states.unlinked(channel);
  co_return Result<void>();
}

Task<Result<void>> SessionKeys::keep(KeptBytes kept) {
  const auto size = kept.bytes.reveal().size();
  if (size == 0 || size > largest_bytes || !is_name(kept.message_id)) co_return Result<void>();
  kept.at = parts_.clock.now();
  co_return co_await parts_.store.keep_bytes(std::move(kept));
}

Task<Result<std::optional<std::string>>> SessionKeys::find(ChannelId channel, linked::BytesQuery query) {
  std::vector<std::string> chats{query.chat.text()};
  if (query.chat_alt) chats.push_back(query.chat_alt->text());
  co_return co_await parts_.store.find_bytes(channel, std::move(chats), std::move(query.message_id));
}

}  // namespace wherry

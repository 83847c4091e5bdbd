#include "api/sessions/envelope.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"

namespace wherry::api::sessions {

namespace {

constexpr std::string_view id_start = "evt_";
constexpr std::size_t time_bytes = 6, sequence_at = 8;

struct Telling {
  std::string_view kind, name;
};
constexpr std::array<Telling, 8> tellings{{{"message.received", "message"},
                                           {"message.own", "message"},
                                           {"message.sent", "message.status"},
                                           {"message.failed", "message.status"},
                                           {"message.status", "message.status"},
                                           {"poll.vote", "poll.vote"},
                                           {"session.status", "session.status"},
                                           {"auth.qr", "auth.qr"}}};

std::string upper(std::string text) {
  for (auto& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

}  // namespace

std::vector<std::string> told_kinds() {
  std::vector<std::string> kinds;
  for (const auto& one : tellings) kinds.emplace_back(one.kind);
  return kinds;
}

std::string event_name(std::string_view kind) {
  const auto* found = std::find_if(tellings.begin(), tellings.end(), [&](const Telling& one) { return one.kind == kind; });
  return found == tellings.end() ? std::string() : std::string(found->name);
}

std::string event_id(const JournalEvent& event) {
  RawId id;
  auto millis = static_cast<std::uint64_t>(std::max<std::int64_t>(0, to_unix_millis(event.recorded_at)));
  for (std::size_t i = time_bytes; i-- > 0; millis >>= 8) id.bytes[i] = static_cast<std::uint8_t>(millis);
  id.bytes[6] = event.tenant.raw.bytes[14];
  id.bytes[7] = event.tenant.raw.bytes[15];
  auto sequence = event.sequence;
  for (std::size_t i = id.bytes.size(); i-- > sequence_at; sequence >>= 8) id.bytes[i] = static_cast<std::uint8_t>(sequence);
  return std::string(id_start) + upper(to_base32(id));
}

std::optional<std::uint64_t> sequence_of(std::string_view event_id) {
  if (!event_id.starts_with(id_start)) return std::nullopt;
  const auto id = from_base32(to_lower_ascii(event_id.substr(id_start.size())));
  if (!id) return std::nullopt;
  std::uint64_t sequence = 0;
  for (std::size_t i = sequence_at; i < id->bytes.size(); ++i) sequence = sequence << 8 | id->bytes[i];
  return sequence;
}

std::optional<json::object> envelope(const JournalItem& item) {
  auto name = event_name(item.event.kind);
  if (name.empty() || !item.event.channel) return std::nullopt;
  auto payload = payload_of(item);
  if (!payload) return std::nullopt;
  json::object out;
  out["schema"] = "v1";
  out["id"] = event_id(item.event);
  out["event"] = std::move(name);
  out["session"] = item.event.channel->text();
  out["organization"] = item.event.tenant.text();
  out["timestamp"] = to_unix_millis(item.event.recorded_at);
  out["payload"] = std::move(*payload);
  return out;
}

}  // namespace wherry::api::sessions

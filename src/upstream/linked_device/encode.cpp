#include "upstream/linked_device/encode.h"

#include "upstream/linked_device/frames.h"
#include "upstream/linked_device/words.h"

namespace wherry::linked {

namespace {

constexpr std::size_t max_entry_names = max_line_bytes / 2;

}  // namespace

json::array encode_jids(const std::vector<Jid>& jids) {
  json::array all;
  for (const auto& jid : jids) all.emplace_back(jid.text());
  return all;
}

json::object encode_settings(const Settings& settings, const LinkedOptions& options) {
  json::object fields;
  if (!settings.device_name.empty()) fields["device_name"] = settings.device_name;
  fields["history"] = word_of(settings.history);
  fields["auto_read"] = settings.auto_read;
  fields["online"] = settings.online;
  if (!settings.proxy.empty()) fields["proxy"] = settings.proxy.reveal();
  if (!settings.client_version.empty()) fields["client_version"] = settings.client_version;
  fields["max_media_bytes"] = options.max_media_bytes;
  fields["ack_timeout_ms"] = options.ack_timeout.count();
  if (options.server) {
    json::object server{{"url", options.server->url}};
    if (!options.server->root_key.empty()) server["root_key"] = options.server->root_key;
    if (!options.server->media_ca.empty()) server["media_ca"] = options.server->media_ca;
    fields["server"] = std::move(server);
  }
  return fields;
}

json::object encode_pair(const PairBy& method) {
  if (const auto* by_code = std::get_if<PairByCode>(&method)) return {{"method", "code"}, {"phone", by_code->phone.digits}};
  return {{"method", "qr"}};
}

json::object encode_receipts(const Jid& chat, ReceiptType type, const std::vector<ReadMessage>& messages) {
  json::array all;
  for (const auto& message : messages) {
    json::object one{{"id", message.id}};
    if (message.sender) one["sender"] = message.sender->text();
    all.push_back(std::move(one));
  }
  return {{"chat", chat.text()}, {"type", word_of(type)}, {"messages", std::move(all)}};
}

json::object encode_typing(const Jid& chat, Typing state) { return {{"chat", chat.text()}, {"state", word_of(state)}}; }

Result<json::object> encode_download(const RemoteFile& file, const std::string& shared_path) {
  auto token = json::parse(file.token, max_nesting - 2);
  if (file.unavailable || !token || !token->is_object()) return Error{ErrorCode::invalid_argument, "the file cannot be fetched"};
  json::object fields;
  fields["token"] = std::move(*token);
  fields["path"] = shared_path;
  return fields;
}

json::object encode_numbers(const std::vector<WaId>& numbers) {
  json::array all;
  for (const auto& number : numbers) all.emplace_back(number.digits);
  return {{"numbers", std::move(all)}};
}

json::object encode_group_edit(const Jid& group, const GroupEdit& edit) {
  json::object fields{{"group", group.text()}};
  if (edit.subject) fields["subject"] = *edit.subject;
  if (edit.description) fields["description"] = *edit.description;
  if (edit.announce) fields["announce"] = *edit.announce;
  if (edit.locked) fields["locked"] = *edit.locked;
  return fields;
}

json::object encode_members(const MembersChange& change) {
  return {{"group", change.group.text()}, {"action", word_of(change.action)}, {"participants", encode_jids(change.participants)}};
}

json::object encode_chat_edit(const Jid& chat, const ChatEdit& edit) {
  json::object fields{{"chat", chat.text()}};
  if (edit.archived) fields["archived"] = *edit.archived;
  if (edit.pinned) fields["pinned"] = *edit.pinned;
  if (edit.muted_until) fields["muted_until"] = to_unix_millis(*edit.muted_until);
  if (edit.last_message) {
    const auto& last = *edit.last_message;
    json::object message{{"id", last.message.id}, {"from_me", last.message.from_me}};
    if (last.message.sender) message["sender"] = last.message.sender->text();
    message["at"] = to_unix_millis(last.at);
    fields["last_message"] = std::move(message);
  }
  return fields;
}

Result<EncodedKeys> encode_keys(const KeyPage& page) {
  EncodedKeys out;
  json::array entries;
  std::size_t names = 0;
  bool more = page.more;
  for (const auto& key : page.keys) {
    if (!key.value) continue;
    const auto& value = key.value->reveal();
    names += key.id.size() + 64;
    if (out.blob.size() + value.size() > max_blob_bytes || names > max_entry_names) {
      more = true;
      break;
    }
    entries.push_back({{"id", key.id}, {"size", value.size()}});
    out.blob += value;
  }
  if (more && entries.empty()) return Error{ErrorCode::internal, "a key fits into no frame"};
  out.ok["entries"] = std::move(entries);
  if (more) out.ok["more"] = true;
  return out;
}

}  // namespace wherry::linked

#include "upstream/linked_device/decode_calls.h"

#include "upstream/linked_device/decode_content.h"
#include "upstream/linked_device/words.h"

namespace wherry::linked {

namespace {

constexpr std::size_t max_key_ids = 1000;
constexpr std::size_t max_key_changes = 10'000;
constexpr std::size_t max_key_type_bytes = 64;
constexpr std::size_t max_key_id_bytes = 512;
constexpr std::size_t max_receipt_ids = 1000;
constexpr std::size_t max_message_bytes = 1 << 20;

// A session's keys are looked up by exactly these names, so nothing is repaired in them.
std::string key_name(const json::value& name) {
  if (!name.is_string()) return {};
  const std::string_view text(name.get_string());
  if (text.size() > max_key_id_bytes || text.find('\0') != text.npos) return {};
  return std::string(text);
}

}  // namespace

Result<KeyQuery> decode_key_query(const Frame& frame) {
  std::string wrong;
  const Fields fields(frame.line, wrong);
  KeyQuery query{fields.need_text("type", max_key_type_bytes), {}};
  for (const auto& id : fields.need_list("ids", max_key_ids)) {
    query.ids.push_back(key_name(id));
    if (query.ids.back().empty()) fields.refuse("ids");
  }
  if (fields.failed()) return wrong_field(std::move(wrong));
  return query;
}

Result<std::vector<Key>> decode_key_changes(const Frame& frame) {
  std::string wrong;
  const Fields fields(frame.line, wrong);
  std::vector<Key> changes;
  std::size_t at = 0;
  for (const auto& item : fields.need_list("entries", max_key_changes)) {
    if (!item.is_object()) return wrong_field("entries");
    const Fields entry(item.get_object(), wrong, "entries");
    Key key{entry.need_text("type", max_key_type_bytes), item.get_object().contains("id") ? key_name(item.at("id")) : std::string(), {}};
    if (key.id.empty()) entry.refuse("id");
    if (!entry.flag("deleted")) {
      const auto size = static_cast<std::size_t>(entry.need_size("size", frame.blob.size() - at));
      key.value.emplace(frame.blob.substr(at, size));
      at += size;
    }
    changes.push_back(std::move(key));
  }
  if (at != frame.blob.size()) fields.refuse("blob");
  if (fields.failed()) return wrong_field(std::move(wrong));
  return changes;
}

Reason decode_wipe(const Frame& frame) { return reason_from(json::find_string(frame.line, "reason").value_or("")); }

Result<Pairing> decode_pairing(const Frame& frame) {
  std::string wrong;
  const Fields fields(frame.line, wrong);
  Pairing pairing{fields.need_jid("jid"), fields.jid("lid"), fields.text("name"), fields.text("platform")};
  if (fields.failed()) return wrong_field(std::move(wrong));
  return pairing;
}

Result<ReceivedMessage> decode_message(Frame frame) {
  std::string wrong;
  const Fields fields(frame.line, wrong);
  ReceivedMessage message;
  message.chat = fields.need_jid("chat");
  message.chat_alt = fields.jid("chat_alt");
  message.message_id = fields.need_text("message_id", max_foreign_id_bytes);
  message.sender = fields.need_jid("sender");
  message.sender_alt = fields.jid("sender_alt");
  message.from_me = fields.need_flag("from_me");
  message.at = fields.need_time("at");
  message.push_name = fields.text("push_name");
  if (const auto content = fields.object("content")) message.content = decode_content(*content);
  else fields.refuse("content");
  if (const auto quoted = fields.object("quoted")) message.quoted = decode_ref(*quoted);
  message.mentions = fields.jids("mentions");
  message.forwarded = fields.count("forwarded");
  message.ephemeral_seconds = fields.count("ephemeral_seconds");
  message.view_once = fields.flag("view_once");
  message.offline = fields.flag("offline");
  message.history = fields.flag("history");
  if (frame.blob.size() > max_message_bytes) fields.refuse("blob");
  if (fields.failed()) return wrong_field(std::move(wrong));
  message.bytes = std::move(frame.blob);
  return message;
}

Result<SentBytes> decode_sent(Frame frame) {
  std::string wrong;
  const Fields fields(frame.line, wrong);
  SentBytes sent{fields.need_jid("chat"), fields.need_text("message_id", max_foreign_id_bytes), {}};
  if (frame.blob.empty()) fields.refuse("blob");
  if (fields.failed()) return wrong_field(std::move(wrong));
  sent.bytes = std::move(frame.blob);
  return sent;
}

Result<Acknowledgement> decode_ack(const Frame& frame) {
  std::string wrong;
  const Fields fields(frame.line, wrong);
  Acknowledgement ack;
  ack.chat = fields.need_jid("chat");
  ack.message_id = fields.need_text("message_id", max_foreign_id_bytes);
  const auto outcome = fields.text("outcome");
  ack.accepted = outcome == "accepted";
  if (!ack.accepted && outcome != "refused") fields.refuse("outcome");
  ack.wa_code = static_cast<int>(fields.number("wa_code", 0, 1e6));
  ack.reason = ack.accepted ? std::string() : fields.text("reason");
  ack.at = fields.need_time("at");
  if (fields.failed()) return wrong_field(std::move(wrong));
  return ack;
}

Result<Receipt> decode_receipt(const Frame& frame) {
  std::string wrong;
  const Fields fields(frame.line, wrong);
  Receipt receipt;
  receipt.chat = fields.need_jid("chat");
  for (const auto& id : fields.need_list("message_ids", max_receipt_ids)) {
    const auto text = id.is_string() ? without_nul(std::string_view(id.get_string())) : std::string();
    if (!text.empty() && text.size() <= max_foreign_id_bytes) receipt.message_ids.push_back(text);
  }
  const auto type = from_word<ReceiptType>(fields.text("type"));
  if (!type) fields.refuse("type");
  receipt.type = type.value_or(ReceiptType::delivered);
  receipt.participant = fields.jid("participant");
  receipt.by_me = fields.flag("by_me");
  receipt.at = fields.need_time("at");
  if (fields.failed()) return wrong_field(std::move(wrong));
  return receipt;
}

Result<BytesQuery> decode_bytes_query(const Frame& frame) {
  std::string wrong;
  const Fields fields(frame.line, wrong);
  BytesQuery query{fields.need_jid("chat"), fields.jid("chat_alt"), fields.need_text("message_id", max_foreign_id_bytes)};
  if (fields.failed()) return wrong_field(std::move(wrong));
  return query;
}

}  // namespace wherry::linked

#include "simulator/webhooks/body.h"

#include <algorithm>

#include "simulator/ascii_json.h"

namespace wherry::sim {

namespace {

struct Change {
  const Update* first = nullptr;
  std::vector<const Update*> updates;
};

struct Entry {
  const Update* first = nullptr;
  bool timed = false;
  std::vector<Change> changes;
};

bool is_value(const Update& update) { return update.kind == Update::Kind::value; }

bool fits(const Change& change, const Update& update, Grouping grouping) {
  const Update& first = *change.first;
  if (is_value(update) || is_value(first)) return false;
  if (first.phone_number_id != update.phone_number_id || first.field != update.field) return false;
  return grouping == Grouping::mixed || first.kind == update.kind;
}

void place(std::vector<Entry>& entries, const Update& update, Grouping grouping) {
  auto entry = std::find_if(entries.begin(), entries.end(), [&](const Entry& candidate) {
    return candidate.first->waba_id == update.waba_id && candidate.timed == is_value(update);
  });
  if (entry == entries.end()) entry = entries.insert(entries.end(), Entry{&update, is_value(update), {}});
  auto change = std::find_if(entry->changes.begin(), entry->changes.end(),
                             [&](const Change& candidate) { return fits(candidate, update, grouping); });
  if (change == entry->changes.end()) change = entry->changes.insert(entry->changes.end(), Change{&update, {}});
  change->updates.push_back(&update);
}

void append_item(std::string& out, const Update& update, bool with_conversation) {
  if (!with_conversation || update.conversation.empty()) {
    out += update.item;
    return;
  }
  out.append(update.item, 0, update.conversation_at);
  (out += ",\"conversation\":") += update.conversation;
  out.append(update.item, update.conversation_at);
}

void append_items(std::string& out, const Change& change, Update::Kind kind, std::string_view name, bool with_conversation) {
  bool open = false;
  for (const auto* update : change.updates) {
    if (update->kind != kind) continue;
    if (open) {
      out += ',';
    } else {
      ((out += ",\"") += name) += "\":[";
    }
    open = true;
    append_item(out, *update, with_conversation);
  }
  if (open) out += ']';
}

void append_contacts(std::string& out, const Change& change) {
  std::vector<std::string_view> written;
  for (const auto* update : change.updates) {
    if (update->contact.empty() || std::find(written.begin(), written.end(), update->contact) != written.end()) continue;
    out += written.empty() ? ",\"contacts\":[" : ",";
    out += update->contact;
    written.push_back(update->contact);
  }
  if (!written.empty()) out += ']';
}

void append_value(std::string& out, const Change& change, bool with_conversation) {
  if (is_value(*change.first)) {
    out += change.first->item;
    return;
  }
  AsciiWriter writer(out);
  writer.open('{').member("messaging_product", "whatsapp").key("metadata").open('{');
  writer.member("display_phone_number", change.first->display_number);
  writer.member("phone_number_id", change.first->phone_number_id).close('}');
  append_contacts(out, change);
  append_items(out, change, Update::Kind::message, "messages", with_conversation);
  append_items(out, change, Update::Kind::status, "statuses", with_conversation);
  append_items(out, change, Update::Kind::error, "errors", with_conversation);
  out += '}';
}

}  // namespace

std::string build_webhook_body(std::span<const UpdatePtr> updates, Grouping grouping, bool with_conversation) {
  std::vector<Entry> entries;
  std::size_t size = 64;
  for (const auto& update : updates) {
    place(entries, *update, grouping);
    size += update->item.size() + update->contact.size() + update->conversation.size() + 320;
  }
  std::string out;
  out.reserve(size);
  AsciiWriter writer(out);
  writer.open('{').member("object", "whatsapp_business_account").key("entry").open('[');
  for (const auto& entry : entries) {
    writer.open('{').member("id", entry.first->waba_id);
    if (entry.timed) writer.key("time").number(to_unix_millis(entry.first->at) / 1000);
    writer.key("changes").open('[');
    for (const auto& change : entry.changes) {
      writer.open('{').member("field", change.first->field).key("value");
      append_value(out, change, with_conversation);
      writer.close('}');
    }
    writer.close(']').close('}');
  }
  writer.close(']').close('}');
  return out;
}

}  // namespace wherry::sim

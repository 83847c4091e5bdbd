#include "api/meta_webhook/parse.h"

#include <boost/json/serialize.hpp>

#include "api/meta_webhook/json_spans.h"
#include "api/meta_webhook/message.h"
#include "api/meta_webhook/readable_json.h"

namespace wherry::api::meta_webhook {

namespace {

/// A string or number of the envelope as text; "" when it is neither.
std::string plain(std::string_view text) {
  const auto readable = read(text);
  if (!readable) return {};
  if (readable->value.is_string()) return std::string(readable->value.get_string());
  return readable->value.is_number() ? readable->raw : std::string();
}

class Walk {
 public:
  std::vector<InboundEvent> take(std::string_view body) {
    if (body.starts_with("\xef\xbb\xbf")) body.remove_prefix(3);
    const auto members = object_members(body);
    if (!members) {
      keep("", "", "", body);
      return std::move(events_);
    }
    bool has_entry = false;
    for (const auto& member : *members) {
      if (member.key != "entry") continue;
      has_entry = true;
      const auto entries = array_items(member.value);
      if (!entries) keep("", "", "", body);
      for (const auto& entry : entries.value_or(std::vector<std::string_view>())) take_entry(entry);
    }
    if (!has_entry) keep("", "", "", body);
    return std::move(events_);
  }

 private:
  struct Place {
    std::string waba_id;
    std::string field;
    std::string phone_number_id;
  };

  void keep(const std::string& phone_number_id, const std::string& waba_id, const std::string& field, std::string_view raw) {
    events_.push_back(OtherEvent{phone_number_id, waba_id, field, keepable(raw)});
  }
  void keep(const Place& place, std::string_view raw) { keep(place.phone_number_id, place.waba_id, place.field, raw); }

  void take_entry(std::string_view entry) {
    const auto members = object_members(entry);
    if (!members) return keep("", "", "", entry);
    Place place;
    bool has_changes = false;
    for (const auto& member : *members) {
      if (member.key == "id") place.waba_id = plain(member.value);
    }
    for (const auto& member : *members) {
      if (member.key != "changes") continue;
      has_changes = true;
      const auto changes = array_items(member.value);
      if (!changes) keep(place, entry);
      for (const auto& change : changes.value_or(std::vector<std::string_view>())) take_change(place, change);
    }
    if (!has_changes) keep(place, entry);
  }

  void take_change(Place place, std::string_view change) {
    const auto members = object_members(change);
    if (!members) return keep(place, change);
    for (const auto& member : *members) {
      if (member.key == "field") place.field = plain(member.value);
    }
    bool has_value = false;
    for (const auto& member : *members) {
      if (member.key != "value") continue;
      has_value = true;
      take_value(place, member.value);
    }
    if (!has_value) keep(place, change);
  }

  void take_value(Place place, std::string_view value) {
    const auto members = object_members(value);
    if (!members) return keep(place, value);
    std::vector<json::value> people;
    for (const auto& member : *members) {
      if (member.key == "contacts") add_people(member.value, people);
      if (member.key != "metadata") continue;
      const auto metadata = object_members(member.value);
      for (const auto& item : metadata.value_or(std::vector<Member>())) {
        if (item.key == "phone_number_id") place.phone_number_id = plain(item.value);
      }
    }
    if (place.field != "messages" || place.phone_number_id.empty()) return keep(place, value);
    take_messages_field(place, value, *members, Contacts(std::move(people)));
  }

  // One by one, so that an unreadable contact leaves the others' names.
  static void add_people(std::string_view array, std::vector<json::value>& people) {
    const auto items = array_items(array);
    for (const auto& item : items.value_or(std::vector<std::string_view>())) {
      if (auto contact = read(item)) people.push_back(std::move(contact->value));
    }
  }

  void take_messages_field(const Place& place, std::string_view value, const std::vector<Member>& members, const Contacts& contacts) {
    bool known = false;
    std::string rest;
    for (const auto& member : members) {
      if (member.key == "messages") {
        known = true;
        take_items(place, member, [&](Readable item) -> std::optional<InboundEvent> {
          return to_message(place.phone_number_id, contacts, std::move(item));
        });
      } else if (member.key == "statuses") {
        known = true;
        take_items(place, member,
                   [&](Readable item) -> std::optional<InboundEvent> { return to_status(place.phone_number_id, std::move(item)); });
      } else if (member.key != "messaging_product" && member.key != "metadata" && member.key != "contacts") {
        append(rest, member);
      }
    }
    if (!rest.empty()) {
      keep(place, "{" + rest + "}");
    } else if (!known) {
      keep(place, value);
    }
  }

  template <class Convert>
  void take_items(const Place& place, const Member& member, Convert convert) {
    const auto items = array_items(member.value);
    if (!items) return keep_one(place, member);
    for (const auto& item : *items) {
      auto readable = read(item);
      auto event = readable ? convert(std::move(*readable)) : std::nullopt;
      if (event) {
        events_.push_back(std::move(*event));
      } else {
        keep_one(place, Member{member.key, item});
      }
    }
  }

  // {"messages":[…]} around the element, so that a reader of the journal sees what it was.
  void keep_one(const Place& place, const Member& member) {
    const auto value = keepable(member.value);
    keep(place, "{\"" + member.key + "\":[" + value + "]}");
  }

  static void append(std::string& out, const Member& member) {
    if (!out.empty()) out += ',';
    out += boost::json::serialize(boost::json::string_view(member.key.data(), member.key.size()));
    out += ':';
    out += keepable(member.value);
  }

  std::vector<InboundEvent> events_;
};

}  // namespace

std::vector<InboundEvent> parse_webhook(std::string_view body) { return Walk().take(body); }

}  // namespace wherry::api::meta_webhook

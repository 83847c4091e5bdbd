#include "store/people_batches.h"

#include "store/values.h"

namespace wherry::store {

namespace {

// A hidden address belongs to one number: who had it before loses it.
constexpr const char* take_lid_from_others =
    "UPDATE linked_contacts SET lid = NULL WHERE channel_id = $1 AND jid IN "
    "(SELECT o.jid FROM linked_contacts o WHERE o.channel_id = $1 AND o.lid = $3 AND o.jid <> $2 AND o.jid <> $3)";
constexpr const char* insert_person =
    "INSERT INTO linked_contacts (channel_id, jid, lid, contact_key, name, push_name, business_name, first_seen_at, updated_at) "
    "VALUES ($1, " WHERRY_KEPT_AS ", $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (channel_id, jid) DO NOTHING";
// The second half keeps whoever says nothing new from being written again.
constexpr const char* complete_person =
    "UPDATE linked_contacts SET lid = COALESCE($3, lid), name = COALESCE($4, name), push_name = COALESCE($5, push_name), "
    "business_name = COALESCE($6, business_name), updated_at = $7 WHERE channel_id = $1 AND jid = " WHERRY_KEPT_AS
    " AND (lid IS DISTINCT FROM COALESCE($3, lid) OR name IS DISTINCT FROM COALESCE($4, name) "
    "OR push_name IS DISTINCT FROM COALESCE($5, push_name) OR business_name IS DISTINCT FROM COALESCE($6, business_name))";
// Somebody known by the hidden address alone ($3) turns out to be the one with this number ($2).
#define WHERRY_HIDDEN(column) "(SELECT o." column " FROM linked_contacts o WHERE o.channel_id = $1 AND o.jid = $3)"
constexpr const char* take_over =
    "UPDATE linked_contacts SET name = COALESCE(name, " WHERRY_HIDDEN("name") "), push_name = COALESCE(push_name, " WHERRY_HIDDEN(
        "push_name") "), business_name = COALESCE(business_name, " WHERRY_HIDDEN("business_name") "), first_seen_at = " WHERRY_HIDDEN("first_seen_at")
    " WHERE channel_id = $1 AND jid = $2 AND EXISTS " WHERRY_HIDDEN("jid");
#define WHERRY_PLACES \
  "channel_id = $1 AND jid = $3 AND group_jid IN (SELECT p.group_jid FROM linked_members p WHERE p.channel_id = $1 AND p.jid = $3)"
constexpr const char* move_places = "UPDATE linked_members SET jid = $2 WHERE " WHERRY_PLACES
                                    " AND NOT EXISTS (SELECT 1 FROM linked_members o "
                                    "WHERE o.channel_id = $1 AND o.group_jid = linked_members.group_jid AND o.jid = $2)";
constexpr const char* drop_places = "DELETE FROM linked_members WHERE " WHERRY_PLACES " AND $2 <> $3";
constexpr const char* drop_hidden = "DELETE FROM linked_contacts WHERE channel_id = $1 AND jid = $3 AND $2 <> $3";

constexpr const char* upsert_group =
    "INSERT INTO linked_groups (channel_id, jid, subject, first_seen_at, updated_at) VALUES ($1, $2, $3, $4, $4) "
    "ON CONFLICT (channel_id, jid) DO UPDATE SET subject = COALESCE(excluded.subject, linked_groups.subject), updated_at = $4";
// $4: the role, or NULL to leave it as it is. $5: when they wrote, or NULL.
constexpr const char* upsert_member =
    "INSERT INTO linked_members (channel_id, group_jid, jid, role, listed_at, first_seen_at, wrote_at) "
    "VALUES ($1, $3, " WHERRY_KEPT_AS
    ", COALESCE($4, 0), $6, $6, $5) ON CONFLICT (channel_id, group_jid, jid) DO UPDATE SET "
    "role = COALESCE($4, linked_members.role), listed_at = $6, wrote_at = COALESCE($5, linked_members.wrote_at)";
constexpr const char* delete_unlisted = "DELETE FROM linked_members WHERE channel_id = $1 AND group_jid = $2 AND listed_at < $3";
constexpr const char* delete_member = "DELETE FROM linked_members WHERE channel_id = $1 AND group_jid = $3 AND jid = " WHERRY_KEPT_AS;

}  // namespace

void add_person(Batch& batch, ChannelId channel, const linked::ContactChange& person, Timestamp now) {
  const bool hidden = person.jid.kind() == JidKind::lid;
  const auto number = person.jid.number();
  const auto& lid = hidden ? std::optional(person.jid) : person.lid;
  const Value where = value_of(channel), who = Value(person.jid.text()), other = lid ? Value(lid->text()) : Value();
  const bool both = lid && !hidden;
  if (both) batch.push_back({take_lid_from_others, {where, who, other}, {}});
  batch.push_back({insert_person,
                   {where, who, other, number ? Value(contact_key(*number)) : Value(), value_of(person.name), value_of(person.push_name),
                    value_of(person.business_name), value_of(now)},
                   {}});
  batch.push_back({complete_person,
                   {where, who, other, value_of(person.name), value_of(person.push_name), value_of(person.business_name), value_of(now)},
                   {}});
  if (!both) return;
  for (const auto* sql : {take_over, move_places, drop_places, drop_hidden}) batch.push_back({sql, {where, who, other}, {}});
}

void add_member(Batch& batch, ChannelId channel, const Jid& group, const Jid& who, std::optional<linked::Role> role,
                std::optional<Timestamp> wrote_at, Timestamp now) {
  const auto level = role ? number(static_cast<std::uint64_t>(*role)) : Value();
  batch.push_back({upsert_member, {value_of(channel), who.text(), group.text(), level, value_of(wrote_at), value_of(now)}, {}});
}

void add_group(Batch& batch, ChannelId channel, const linked::GroupChange& group, Timestamp now) {
  batch.push_back({upsert_group, {value_of(channel), group.jid.text(), value_of(group.subject), value_of(now)}, {}});
}

void drop_unlisted(Batch& batch, ChannelId channel, const Jid& group, Timestamp now) {
  batch.push_back({delete_unlisted, {value_of(channel), group.text(), value_of(now)}, {}});
}

void drop_member(Batch& batch, ChannelId channel, const Jid& group, const Jid& who) {
  batch.push_back({delete_member, {value_of(channel), who.text(), group.text()}, {}});
}

}  // namespace wherry::store

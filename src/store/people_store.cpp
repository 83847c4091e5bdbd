#include "store/people_store.h"

#include "store/like_pattern.h"
#include "store/people_batches.h"
#include "store/values.h"

namespace wherry::store {

namespace {

// Of statements in one commit: everything else that is to be written waits meanwhile.
constexpr std::size_t portion = 100;

// $1 channel, $2 address after which the page begins, $3 how many, $4 what is searched for, $5 the tenant.
#define WHERRY_KNOWN                                                                                                \
  "SELECT k.jid AS jid, k.lid AS lid, k.name AS name, k.push_name AS push_name, k.business_name AS business_name, " \
  "k.first_seen_at AS first_seen_at, k.updated_at AS updated_at FROM linked_contacts k WHERE k.channel_id = $1 "
#define WHERRY_HAS_CHAT                                                                                                          \
  "AND EXISTS (SELECT 1 FROM contacts c JOIN conversations v ON v.contact_id = c.id AND v.channel_id = $1 AND v.superseded = 0 " \
  "WHERE c.tenant_id = $5 AND (c.contact_key = k.contact_key OR c.bsuid = k.jid OR c.bsuid = k.lid)) "
// Those who were only written to.
#define WHERRY_ONLY_CHAT                                                                                                             \
  "UNION ALL SELECT CASE WHEN c.wa_id IS NULL THEN c.bsuid ELSE c.wa_id || '@s.whatsapp.net' END, "                                  \
  "CASE WHEN c.bsuid LIKE '%@lid' THEN c.bsuid ELSE NULL END, NULL, c.profile_name, NULL, v.created_at, v.created_at "               \
  "FROM conversations v JOIN contacts c ON c.id = v.contact_id WHERE v.channel_id = $1 AND v.superseded = 0 AND c.tenant_id = $5 "   \
  "AND (c.bsuid IS NULL OR c.bsuid NOT LIKE '%@g.us') AND NOT EXISTS (SELECT 1 FROM linked_contacts k WHERE k.channel_id = $1 "      \
  "AND k.contact_key = c.contact_key) AND NOT EXISTS (SELECT 1 FROM linked_contacts k WHERE k.channel_id = $1 AND k.jid = c.bsuid) " \
  "AND NOT EXISTS (SELECT 1 FROM linked_contacts k WHERE k.channel_id = $1 AND k.lid = c.bsuid) "
#define WHERRY_PAGE(people)                                                                                \
  "SELECT p.jid, p.lid, p.name, p.push_name, p.business_name, p.first_seen_at, p.updated_at FROM (" people \
  ") p WHERE p.jid > $2 "                                                                                  \
  "AND ($4 = '' OR p.name LIKE $4 OR p.push_name LIKE $4 OR p.business_name LIKE $4 OR p.jid LIKE $4) ORDER BY p.jid LIMIT $3"
constexpr const char* select_all = WHERRY_PAGE(WHERRY_KNOWN WHERRY_ONLY_CHAT);
constexpr const char* select_with_chat = WHERRY_PAGE(WHERRY_KNOWN WHERRY_HAS_CHAT WHERRY_ONLY_CHAT);
constexpr const char* select_in_groups =
    WHERRY_PAGE(WHERRY_KNOWN
                "AND EXISTS (SELECT 1 FROM linked_members m WHERE m.channel_id = $1 AND m.jid = k.jid AND ($5 = '' OR m.group_jid = $5)) ");
constexpr const char* select_one = WHERRY_KNOWN "AND k.jid = " WHERRY_KEPT_AS;
constexpr const char* select_groups =
    "SELECT m.group_jid, g.subject, m.role, m.wrote_at FROM linked_members m LEFT JOIN linked_groups g ON g.channel_id = m.channel_id "
    "AND g.jid = m.group_jid WHERE m.channel_id = $1 AND m.jid = $2 ORDER BY m.group_jid";

Person to_person(const Row& row) {
  Person person;
  person.jid = Jid::parse(as_text(row[0])).value_or(Jid());
  person.lid = Jid::parse(as_text(row[1]));
  person.name = as_optional_text(row[2]);
  person.push_name = as_optional_text(row[3]);
  person.business_name = as_optional_text(row[4]);
  person.first_seen_at = as_time(row[5]);
  person.updated_at = as_time(row[6]);
  return person;
}

GroupPlace to_place(const Row& row) {
  GroupPlace place;
  place.group = Jid::parse(as_text(row[0])).value_or(Jid());
  place.subject = as_optional_text(row[1]);
  place.role = static_cast<linked::Role>(as_int(row[2]));
  place.wrote_at = as_optional_time(row[3]);
  return place;
}

}  // namespace

Task<Result<void>> SqlPeopleStore::commit(Batch batch) {
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  co_return Result<void>();
}

Task<Result<void>> SqlPeopleStore::learn(ChannelId channel, std::vector<linked::ContactChange> people, Timestamp now) {
  Batch batch;
  for (const auto& person : people) {
    if (person.jid.is_person()) add_person(batch, channel, person, now);
    if (batch.size() < portion) continue;
    CO_TRY_VOID(co_await commit(std::exchange(batch, Batch())));
  }
  if (batch.empty()) co_return Result<void>();
  co_return co_await commit(std::move(batch));
}

Task<Result<void>> SqlPeopleStore::learn_group(ChannelId channel, linked::GroupChange group, Timestamp now) {
  Batch batch;
  add_group(batch, channel, group, now);
  if (!group.members) co_return co_await commit(std::move(batch));
  for (const auto& member : *group.members) {
    if (!member.jid.is_person()) continue;
    linked::ContactChange person;
    person.jid = member.jid;
    person.lid = member.lid;
    add_person(batch, channel, person, now);
    add_member(batch, channel, group.jid, member.jid, member.role, std::nullopt, now);
    if (batch.size() < portion) continue;
    CO_TRY_VOID(co_await commit(std::exchange(batch, Batch())));
  }
  drop_unlisted(batch, channel, group.jid, now);
  co_return co_await commit(std::move(batch));
}

Task<Result<void>> SqlPeopleStore::change_members(ChannelId channel, linked::MembersChange change, Timestamp now) {
  Batch batch;
  for (const auto& who : change.participants) {
    if (!who.is_person()) continue;
    if (change.action == linked::MemberAction::remove) {
      drop_member(batch, channel, change.group, who);
      continue;
    }
    const bool added = change.action == linked::MemberAction::add;
    const bool promoted = change.action == linked::MemberAction::promote;
    linked::ContactChange person;
    person.jid = who;
    add_person(batch, channel, person, now);
    const auto role = promoted ? linked::Role::admin : linked::Role::member;
    add_member(batch, channel, change.group, who, added ? std::nullopt : std::optional(role), std::nullopt, now);
  }
  if (batch.empty()) co_return Result<void>();
  co_return co_await commit(std::move(batch));
}

Task<Result<void>> SqlPeopleStore::wrote_in(ChannelId channel, Jid group, linked::ContactChange who, Timestamp now) {
  Batch batch;
  linked::GroupChange known;
  known.jid = group;
  add_group(batch, channel, known, now);
  add_person(batch, channel, who, now);
  add_member(batch, channel, group, who.jid, std::nullopt, now, now);
  co_return co_await commit(std::move(batch));
}

Task<Result<std::vector<Person>>> SqlPeopleStore::list(Page page) {
  const bool groups = page.which == Page::Which::in_groups;
  const auto* sql = groups ? select_in_groups : page.which == Page::Which::with_chat ? select_with_chat : select_all;
  Statement statement{sql,
                      {value_of(page.channel), page.after, number(page.limit), like_pattern(page.search),
                       groups ? Value(page.group) : value_of(page.tenant)},
                      {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, to_person);
}

Task<Result<std::optional<Person>>> SqlPeopleStore::find(ChannelId channel, Jid who) {
  Statement statement{select_one, {value_of(channel), who.text()}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return first_row(rows, to_person);
}

Task<Result<std::vector<GroupPlace>>> SqlPeopleStore::groups_of(ChannelId channel, Jid who) {
  Statement statement{select_groups, {value_of(channel), who.text()}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, to_place);
}

}  // namespace wherry::store

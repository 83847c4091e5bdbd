#include "services/sessions/session_people.h"

#include "base/log.h"

namespace wherry {

namespace {

void log_lost(ChannelId channel, std::string_view what, const Result<void>& stored) {
  if (stored) return;
  log::warn("session_people_not_stored", {{"session", channel.text()}, {"what", what}, {"error", to_string(stored.error().code)}});
}

}  // namespace

linked::ContactChange person_of(const Jid& jid, const std::optional<Jid>& alt) {
  linked::ContactChange person;
  const bool other_way = alt && jid.kind() == JidKind::lid && alt->kind() == JidKind::user;
  person.jid = other_way ? *alt : jid;
  if (other_way) person.lid = jid;
  else if (alt && alt->kind() == JidKind::lid) person.lid = *alt;
  return person;
}

bool SessionPeople::is_news(const std::string& what) {
  const auto now = parts_.clock.now();
  std::lock_guard lock(mutex_);
  const auto found = told_.find(what);
  if (found != told_.end() && now - found->second < told_again_after) return false;
  if (told_.size() >= most_told) told_.clear();
  told_[what] = now;
  return true;
}

Task<void> SessionPeople::heard_from(ChannelId channel, Jid chat, linked::ContactChange who) {
  if (!who.jid.is_person()) co_return;
  const auto lid = who.lid ? who.lid->text() : std::string();
  if (!is_news(channel.text() + "|" + chat.text() + "|" + who.jid.text() + "|" + lid + "|" + who.push_name.value_or(""))) co_return;
  const auto now = parts_.clock.now();
  if (chat.kind() == JidKind::group) {
    auto stored = co_await parts_.people.wrote_in(channel, std::move(chat), std::move(who), now);
    log_lost(channel, "member", stored);
    co_return;
  }
  std::vector<linked::ContactChange> people{std::move(who)};
  auto stored = co_await parts_.people.learn(channel, std::move(people), now);
  log_lost(channel, "contact", stored);
}

Task<void> SessionPeople::learn(ChannelId channel, std::vector<linked::ContactChange> people) {
  auto stored = co_await parts_.people.learn(channel, std::move(people), parts_.clock.now());
  log_lost(channel, "contacts", stored);
}

Task<void> SessionPeople::groups(ChannelId channel, linked::GroupsNotice notice) {
  const auto now = parts_.clock.now();
  for (auto& group : notice.groups) {
    auto stored = co_await parts_.people.learn_group(channel, std::move(group), now);
    log_lost(channel, "group", stored);
  }
  if (!notice.members) co_return;
  auto stored = co_await parts_.people.change_members(channel, std::move(*notice.members), now);
  log_lost(channel, "members", stored);
}

Task<void> SessionPeople::chats(ChannelId channel, std::vector<linked::ChatChange> changes) {
  for (auto& one : changes) {
    co_await change(channel, std::move(one));
  }
}

Task<void> SessionPeople::change(ChannelId channel, linked::ChatChange told) {
  const auto now = parts_.clock.now();
  if (told.name && told.jid.kind() == JidKind::group) {
    linked::GroupChange group;
    group.jid = told.jid;
    group.subject = told.name;
    auto stored = co_await parts_.people.learn_group(channel, std::move(group), now);
    log_lost(channel, "group", stored);
  } else if (told.name && told.jid.is_person()) {
    linked::ContactChange person;
    person.jid = told.jid;
    person.name = told.name;
    std::vector<linked::ContactChange> people{std::move(person)};
    auto stored = co_await parts_.people.learn(channel, std::move(people), now);
    log_lost(channel, "contact", stored);
  }
  ChatChange change;
  change.archived = told.archived;
  change.pinned = told.pinned;
  if (told.muted_until) change.muted_until = *told.muted_until > Timestamp() ? told.muted_until : std::nullopt;
  if (told.unread && *told.unread == 0) change.read_at = now;
  if (told.deleted) change.cleared_at = now;
  if (change == ChatChange()) co_return;
  auto chat = co_await parts_.chats.find(channel, told.jid.text());
  if (chat && !*chat) co_return;
  Result<void> stored = chat ? Result<void>() : Result<void>(chat.error());
  if (chat) stored = co_await parts_.chats.change((*chat)->conversation, change);
  log_lost(channel, "chat", stored);
}

}  // namespace wherry

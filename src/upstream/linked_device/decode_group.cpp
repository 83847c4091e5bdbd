#include "upstream/linked_device/decode_group.h"

#include "upstream/linked_device/words.h"

namespace wherry::linked {

GroupChange decode_group_change(const Fields& group) {
  GroupChange change;
  change.jid = group.need_jid("jid");
  change.subject = group.maybe_text("subject");
  change.description = group.maybe_text("description");
  change.owner = group.jid("owner");
  change.created_at = group.time("created_at");
  change.announce = group.maybe_flag("announce");
  change.locked = group.maybe_flag("locked");
  change.size = group.maybe_count("size");
  if (json::find_array(group.raw(), "members") == nullptr) return change;
  change.members.emplace();
  group.each("members", [&](const Fields& member) {
    auto jid = member.jid("jid");
    if (!jid) return;
    const auto role = from_word<Role>(member.text("role")).value_or(Role::member);
    change.members->push_back({std::move(*jid), member.jid("lid"), role});
  });
  return change;
}

Group whole_group(GroupChange change) {
  Group group;
  group.jid = std::move(change.jid);
  group.subject = std::move(change.subject).value_or(std::string());
  group.description = std::move(change.description).value_or(std::string());
  group.owner = std::move(change.owner);
  group.created_at = change.created_at;
  group.announce = change.announce.value_or(false);
  group.locked = change.locked.value_or(false);
  group.members = std::move(change.members).value_or(std::vector<GroupMember>());
  group.size = change.size.value_or(static_cast<std::uint32_t>(group.members.size()));
  return group;
}

}  // namespace wherry::linked

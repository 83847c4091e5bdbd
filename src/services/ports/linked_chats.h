#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/ports/linked_content.h"

/// Chats, contacts and groups of a linked number.
namespace wherry::linked {

enum class Typing { composing, recording, paused };

enum class Role { member, admin, superadmin };

struct GroupMember {
  Jid jid;
  std::optional<Jid> lid;              ///< where jid is the number and the other is known
  Role role = Role::member;
  bool operator==(const GroupMember&) const = default;
};

/// A group as WhatsApp describes it.
struct Group {
  Jid jid;
  std::string subject, description;
  std::optional<Jid> owner;
  std::optional<Timestamp> created_at;
  bool announce = false;               ///< only admins write
  bool locked = false;                 ///< only admins change subject, picture, description
  std::uint32_t size = 0;
  std::vector<GroupMember> members;
  bool operator==(const Group&) const = default;
};

/// What became different about a group; members that are absent stayed the same.
struct GroupChange {
  Jid jid;
  std::optional<std::string> subject, description;
  std::optional<Jid> owner;
  std::optional<Timestamp> created_at;
  std::optional<bool> announce, locked;
  std::optional<std::uint32_t> size;
  std::optional<std::vector<GroupMember>> members;  ///< the whole list
  bool operator==(const GroupChange&) const = default;
};

enum class MemberAction { add, remove, promote, demote };

/// People came, went, or got another role.
struct MembersChange {
  Jid group;
  MemberAction action = MemberAction::add;
  std::vector<Jid> participants;
  bool operator==(const MembersChange&) const = default;
};

/// What became of one participant.
struct MemberResult {
  Jid jid;
  int code = 0;                        ///< 200: done; else WhatsApp's number
  bool operator==(const MemberResult&) const = default;
};

struct GroupInvite {
  std::string code, url;
  bool operator==(const GroupInvite&) const = default;
};

/// What became different about a chat.
struct ChatChange {
  Jid jid;
  std::optional<std::string> name;
  std::optional<bool> archived, pinned;
  std::optional<Timestamp> muted_until;  ///< the epoch: not muted
  std::optional<std::uint32_t> unread;
  std::optional<Timestamp> last_message_at;
  bool deleted = false;
  bool operator==(const ChatChange&) const = default;
};

/// What became known about somebody.
struct ContactChange {
  Jid jid;
  std::optional<Jid> lid;
  std::optional<std::string> name;           ///< in the phone's address book
  std::optional<std::string> push_name;      ///< their own
  std::optional<std::string> business_name;
  bool operator==(const ContactChange&) const = default;
};

/// Whether a number is on WhatsApp.
struct NumberCheck {
  std::string number;                  ///< as asked
  bool exists = false;
  std::optional<Jid> jid, lid;
  bool operator==(const NumberCheck&) const = default;
};

struct About {
  std::string text;
  std::optional<Timestamp> set_at;
  bool operator==(const About&) const = default;
};

}  // namespace wherry::linked

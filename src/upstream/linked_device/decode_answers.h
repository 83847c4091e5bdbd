#pragma once

#include <vector>

#include "base/json.h"
#include "services/ports/linked_transport.h"

/// The `ok` of answers (docs/formats/linked-device.md, section 5). Errors of all: internal (not what the protocol promises).
namespace wherry::linked {

/// Accepted, or unknown; an `ok` that is neither is unknown too: the message may be out.
SendOutcome decode_outcome(const json::object& ok);
Result<bool> decode_told(const json::object& ok);
Result<std::vector<NumberCheck>> decode_numbers(const json::object& ok);
Result<std::string> decode_picture(const json::object& ok);
Result<About> decode_about(const json::object& ok);
Result<std::vector<Group>> decode_group_list(const json::object& ok);
Result<Group> decode_group(const json::object& ok);
Result<std::vector<MemberResult>> decode_members(const json::object& ok);
Result<GroupInvite> decode_invite(const json::object& ok);
Result<Jid> decode_joined(const json::object& ok);

struct Downloaded {
  std::uint64_t size = 0;
  std::string sha256;  ///< lower-case hex
};
Result<Downloaded> decode_download(const json::object& ok);

}  // namespace wherry::linked

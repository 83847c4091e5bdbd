#pragma once

#include <string>
#include <string_view>

namespace wherry::linked {

/// A fresh id for a message of a linked number: "3EB0" and 18 upper-case hex digits, as WhatsApp's own web client makes them. Threads: any.
std::string make_message_id();

/// Whether the text can be the id of a message that a linked number sends: 8 to 64 of A-Z a-z 0-9.
bool is_message_id(std::string_view text);

}  // namespace wherry::linked

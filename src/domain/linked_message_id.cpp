#include "domain/linked_message_id.h"

#include <algorithm>

#include "base/random.h"

namespace wherry::linked {

std::string make_message_id() { return "3EB0" + random_text(18, "0123456789ABCDEF"); }

bool is_message_id(std::string_view text) {
  return text.size() >= 8 && text.size() <= 64 &&
         std::ranges::all_of(text, [](char c) { return alphanumeric.find(c) != std::string_view::npos; });
}

}  // namespace wherry::linked

#pragma once

#include <optional>
#include <string_view>

namespace wherry {

/// Who goes first where messages compete for a number's throughput.
enum class Priority {
  interactive,  ///< somebody expects it now: the default
  bulk,         ///< a campaign: takes what the others leave
};

inline std::string_view to_string(Priority priority) { return priority == Priority::bulk ? "bulk" : "interactive"; }

inline std::optional<Priority> priority_from(std::string_view text) {
  for (const auto priority : {Priority::interactive, Priority::bulk}) {
    if (to_string(priority) == text) return priority;
  }
  return std::nullopt;
}

}  // namespace wherry

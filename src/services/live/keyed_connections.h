#pragma once

#include <cstddef>
#include <vector>

#include "base/ids.h"

namespace wherry {

/// Open connections, each of which lives no longer than the API key it was opened with. Threads: any.
class KeyedConnections {
 public:
  virtual ~KeyedConnections() = default;
  /// The keys with which connections are open, each once.
  virtual std::vector<KeyId> keys() const = 0;
  /// Ends the connections that were opened with this key. Gives how many.
  virtual std::size_t expel(KeyId key) = 0;
};

}  // namespace wherry

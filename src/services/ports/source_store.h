#pragma once

#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "services/ports/models.h"

namespace wherry {

/// A name for a channel that applications use instead of its id. A channel may have several.
struct Source {
  RawId id;                  ///< a UUID, ours or one that another system gave
  TenantId tenant;
  ChannelId channel;
  std::string name;          ///< a note for people
  Timestamp created_at;
};

/// Sources. Every write is durable when it returns. Errors of all calls: unavailable.
class SourceStore {
 public:
  virtual ~SourceStore() = default;
  virtual Task<Result<void>> add_source(Source source) = 0;   ///< already_exists: the id is taken; not_found: tenant or channel
  virtual Task<Result<void>> remove_source(RawId id) = 0;     ///< not_found
  virtual Task<Result<std::vector<Source>>> list_sources() = 0;
};

}  // namespace wherry

#pragma once

#include "base/error.h"
#include "domain/meta_error.h"

namespace wherry {

/// What a message keeps of an error that is ours: WhatsApp was not asked.
inline UpstreamError local_failure(const Error& error) {
  UpstreamError failure;
  failure.title = error.message;
  return failure;
}

}  // namespace wherry

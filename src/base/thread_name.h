#pragma once

#include <pthread.h>

namespace wherry {

/// Names the calling thread for `top -H` and profilers; at most 15 characters.
inline void name_this_thread(const char* name) { pthread_setname_np(pthread_self(), name); }

}  // namespace wherry

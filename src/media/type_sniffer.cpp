#include "media/type_sniffer.h"

#include <magic.h>

#include <memory>

namespace wherry {

namespace {
// A handle costs some megabytes and is not thread-safe, so a thread makes its own when it first needs one.
magic_t handle() {
  struct Close {
    void operator()(magic_set* cookie) const { magic_close(cookie); }
  };
  thread_local std::unique_ptr<magic_set, Close> cookie = [] {
    std::unique_ptr<magic_set, Close> made(magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_ELF));
    if (made && magic_load(made.get(), nullptr) != 0) made.reset();
    return made;
  }();
  return cookie.get();
}
}  // namespace

std::string sniff_type(std::string_view first_bytes) {
  const char* type = nullptr;
  if (auto* cookie = handle()) type = magic_buffer(cookie, first_bytes.data(), first_bytes.size());
  return type == nullptr ? "application/octet-stream" : type;
}

}  // namespace wherry

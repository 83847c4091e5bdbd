#include <cstdint>
#include <cstdlib>

#include "upstream/linked_device/frames.h"

namespace {

std::vector<std::string> read(std::string_view bytes, std::size_t piece) {
  wherry::linked::FrameReader reader;
  std::vector<std::string> seen;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    reader.feed(bytes.substr(at, piece));
    for (;;) {
      auto next = reader.next();
      if (!next) {
        seen.push_back("!" + next.error().message);
        return seen;
      }
      if (!*next) break;
      auto again = wherry::linked::write_frame((*next)->line, (*next)->blob);
      seen.push_back(again ? *again : "too large");
    }
  }
  return seen;
}

}  // namespace

/// Any bytes: the same frames come out whatever pieces they arrive in, and a frame that was read can be written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = read(bytes, bytes.size() + 1);
  if (read(bytes, 1 + data[0] % 64) != whole) std::abort();
  for (const auto& frame : whole) {
    if (frame.front() != '{') continue;
    const auto again = read(frame, frame.size());
    if (again.size() != 1 || again[0] != frame) std::abort();
  }
  return 0;
}

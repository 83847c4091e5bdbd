#include <cstdint>
#include <cstdlib>

#include "api/meta_webhook/parse.h"
#include "base/json.h"

/// Any bytes: the parser must neither crash nor keep anything that is no JSON.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const auto& event : wherry::api::meta_webhook::parse_webhook(body)) {
    const auto& raw = std::visit([](const auto& e) -> const std::string& { return e.raw; }, event);
    if (!wherry::json::parse(raw)) std::abort();
  }
  return 0;
}

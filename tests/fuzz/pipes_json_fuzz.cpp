// The streaming JSON parser: never crashes, and where the input is cut makes no difference.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "api/pipes/streamed_object.h"

namespace {

using wherry::Result;
using wherry::api::pipes::StreamedObject;

struct Collected final : wherry::api::pipes::TextSink {
  std::string text;
  Result<void> piece(std::string_view part) override {
    text.append(part);
    return {};
  }
};

struct Outcome {
  bool ok = false;
  std::string kept;
  std::string streamed;
  bool operator==(const Outcome&) const = default;
};

Outcome parse(std::string_view text, std::size_t piece) {
  Collected sink;
  StreamedObject object({{"text", 32}, {"conversationId", 8}}, "media", sink);
  Outcome outcome;
  while (!text.empty()) {
    if (!object.feed(text.substr(0, piece))) return outcome;
    text.remove_prefix(piece < text.size() ? piece : text.size());
  }
  if (!object.finish()) return outcome;
  outcome.ok = true;
  outcome.kept = object.text("text").value_or("-") + '|' + object.text("conversationId").value_or("-");
  outcome.streamed = sink.text;
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = parse(text, text.size() + 1);
  if (!(parse(text, 1 + data[0] % 16) == whole)) std::abort();
  return 0;
}

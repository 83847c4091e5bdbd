#include "services/webhooks/new_secret.h"

#include <array>

#include "base/bytes.h"
#include "base/random.h"

namespace wherry::webhooks {

namespace {
constexpr std::string_view standard_start = "whsec_";
constexpr std::size_t fewest_bytes = 24, most_bytes = 64;
constexpr std::size_t shortest = 16, longest = 256;
constexpr std::size_t graph_length = 32;

bool is_printable(std::string_view text) {
  for (const unsigned char c : text) {
    if (c < 0x21 || c > 0x7e) return false;
  }
  return true;
}
}  // namespace

Result<void> check_secret(WebhookFormat format, std::string_view secret) {
  if (secret.empty()) return {};
  if (format == WebhookFormat::pepipost) return Error{ErrorCode::invalid_argument, "this format has no signature, so no secret"};
  if (format == WebhookFormat::standard) {
    const auto bytes = secret.starts_with(standard_start) ? from_base64(secret.substr(standard_start.size())) : std::nullopt;
    if (!bytes || bytes->size() < fewest_bytes || bytes->size() > most_bytes) {
      return Error{ErrorCode::invalid_argument, "secret must be whsec_ and the base64 of 24 to 64 bytes"};
    }
    return {};
  }
  const auto least = format == WebhookFormat::sessions ? 1 : shortest;  // its clients bring secrets of any length
  if (secret.size() < least || secret.size() > longest || !is_printable(secret)) {
    return Error{ErrorCode::invalid_argument, "secret must have " + std::to_string(least) + " to 256 printable characters"};
  }
  return {};
}

Secret make_secret(WebhookFormat format) {
  const bool unsigned_unless_asked = format == WebhookFormat::pipes || format == WebhookFormat::pipes_app ||
                                     format == WebhookFormat::pepipost || format == WebhookFormat::sessions;
  if (unsigned_unless_asked) return {};
  if (format == WebhookFormat::graph) return Secret(random_text(graph_length, alphanumeric));
  std::array<std::uint8_t, 32> bytes{};
  fill_random(bytes);
  if (format == WebhookFormat::magpipe) return Secret(std::string(standard_start) + to_hex(bytes));
  return Secret(std::string(standard_start) + to_base64(bytes));
}

Secret make_signing_seed() {
  std::array<std::uint8_t, 32> bytes{};
  fill_random(bytes);
  return Secret(std::string(bytes.begin(), bytes.end()));
}

}  // namespace wherry::webhooks

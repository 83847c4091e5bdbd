#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/ids.h"
#include "base/json.h"

namespace wherry::api::pipes {

inline constexpr milliseconds sign_up_lifetime = std::chrono::hours(1);

/// What a link to the sign-up stands for: whom the number will belong to, what the app wants back, and where the browser goes then.
struct SignUp {
  TenantId tenant;
  json::object metadata;
  std::string redirect_url;
  Timestamp expires_at;
};

/// A token for a URL. Nobody can read or change it.
std::string sign_up_token(const SecretBox& box, const SignUp& sign_up);
/// nullopt: it is none of ours, or past its time.
std::optional<SignUp> open_sign_up(const SecretBox& box, std::string_view token, Timestamp now);

/// The redirect URL with what became of it: poolNumberId and, if there is any, metadata as JSON.
std::string redirect_after(const SignUp& sign_up, std::string_view pool_number_id);

}  // namespace wherry::api::pipes

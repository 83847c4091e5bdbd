#include "api/pipes/sign_up.h"

#include "base/bytes.h"
#include "net/message.h"

namespace wherry::api::pipes {

namespace {
constexpr std::string_view purpose = "app sign-up";  // a sealed channel secret is no token
}

std::string sign_up_token(const SecretBox& box, const SignUp& sign_up) {
  const json::object body{{"for", purpose},
                          {"tenant", sign_up.tenant.text()},
                          {"metadata", sign_up.metadata},
                          {"redirect", sign_up.redirect_url},
                          {"until", to_unix_millis(sign_up.expires_at)}};
  return to_hex(box.seal(Secret(json::serialize(body))));
}

std::optional<SignUp> open_sign_up(const SecretBox& box, std::string_view token, Timestamp now) {
  const auto sealed = from_hex(token);
  if (!sealed) return std::nullopt;
  const auto opened = box.open(*sealed);
  if (!opened) return std::nullopt;
  const auto parsed = json::parse(opened->reveal());
  if (!parsed || !parsed->is_object()) return std::nullopt;
  const auto& body = parsed->get_object();
  const auto tenant = TenantId::parse(json::find_string(body, "tenant").value_or(""));
  const auto* until = json::find(body, "until");
  const auto* metadata = json::find_object(body, "metadata");
  const bool whole = json::find_string(body, "for") == purpose && tenant && metadata != nullptr && until != nullptr && until->is_int64();
  if (!whole) return std::nullopt;
  SignUp sign_up{*tenant, *metadata, std::string(json::find_string(body, "redirect").value_or("")), from_unix_millis(until->get_int64())};
  if (now >= sign_up.expires_at) return std::nullopt;
  return sign_up;
}

std::string redirect_after(const SignUp& sign_up, std::string_view pool_number_id) {
  auto url = sign_up.redirect_url;
  url += url.find('?') == std::string::npos ? '?' : '&';
  url += "poolNumberId=" + http::percent_encode(pool_number_id);
  if (!sign_up.metadata.empty()) url += "&metadata=" + http::percent_encode(json::serialize(sign_up.metadata));
  return url;
}

}  // namespace wherry::api::pipes

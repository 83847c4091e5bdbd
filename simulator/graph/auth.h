#pragma once

#include "simulator/graph/call.h"

namespace wherry::sim {

/// The token of a request: Authorization header, then access_token of the query, then of the body. Empty: none.
std::string token_text(const Call& call);

/// Finds the caller's token and app. `text` as token_text gave it. Errors: 104 or 2500 without one, the family of 190.
Failure authenticate(Call& call, std::string_view text);

/// Whether the token sees this WABA.
bool sees(const Call& call, std::string_view waba_id);
/// Null when the number does not exist or the token does not see it.
Registry<Number>::Ptr visible_number(const Call& call, std::string_view id);
Registry<Waba>::Ptr visible_waba(const Call& call, std::string_view id);
Registry<Template>::Ptr visible_template(const Call& call, std::string_view id);

/// 10 unless the token holds the permission.
Failure need_scope(const Call& call, std::string_view scope);

inline constexpr std::string_view messaging_scope = "whatsapp_business_messaging";
inline constexpr std::string_view management_scope = "whatsapp_business_management";

}  // namespace wherry::sim

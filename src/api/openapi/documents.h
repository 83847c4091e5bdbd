#pragma once

#include <span>
#include <string_view>

namespace wherry::api::openapi {

/// One page of docs/openapi, as JSON.
struct Document {
  std::string_view door;  ///< the page's name: "admin", "pipes", …
  std::string_view json;
};

/// Every page, by name. Generated from docs/openapi when Wherry is built (scripts/embed_openapi).
std::span<const Document> documents();

}  // namespace wherry::api::openapi

#pragma once

#include "net/router.h"

namespace wherry::api::openapi {

/// GET /openapi/{door}.json: the description of a door, without a key; GET /openapi: which there are.
void add_openapi_routes(http::Router& router);

}  // namespace wherry::api::openapi

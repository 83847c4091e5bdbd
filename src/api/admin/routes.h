#pragma once

#include "api/admin/services.h"
#include "net/router.h"

namespace wherry::api::admin {

/// Adds /admin/v1/**; every call needs `Authorization: Bearer ADMIN_KEY`. `services` outlives the router.
void add_admin_routes(http::Router& router, AdminServices& services);

}  // namespace wherry::api::admin

#pragma once

#include "base/result.h"
#include "domain/template_content.h"

namespace wherry {

/// What can be said without knowing the template. Errors: invalid_argument, whose message begins with the name of the field.
Result<void> check_template(const TemplateContent& content);

}  // namespace wherry

#pragma once

#include <string>

#include "base/json.h"
#include "domain/field_check.h"
#include "domain/location.h"
#include "domain/media_reference.h"

namespace wherry {

/// What a header or a parameter may hold, for both interactive messages and templates.
void check_media(FieldCheck& check, const std::string& at, const MediaReference& media);
void check_location(FieldCheck& check, const std::string& at, const LocationContent& location);
/// An object that is passed on as it is: at most 64 KiB.
void check_object(FieldCheck& check, const std::string& at, const json::object& object);

}  // namespace wherry

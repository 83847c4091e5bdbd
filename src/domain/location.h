#pragma once

#include <string>

namespace wherry {

/// A place, also as the header of a template.
struct LocationContent {
  double latitude = 0;       ///< degrees, -90 to 90
  double longitude = 0;      ///< degrees, -180 to 180
  std::string name;          ///< may be empty
  std::string address;       ///< may be empty; shown only together with a name
  bool operator==(const LocationContent&) const = default;
};

}  // namespace wherry

#pragma once

#include <string>
#include <variant>

#include "services/ports/linked_listener.h"
#include "upstream/linked_device/faults.h"

namespace wherry::linked {

/// What a transport says of itself.
struct Hello {
  KeyFormat key_format;
  std::string version;  ///< name and version
};

/// Judges a hello (docs/formats/linked-device.md, section 3): the token is compared in constant time.
std::variant<Hello, Fault> read_hello(const json::object& line, const std::string& token);
json::object hello_answer(const std::string& shared_directory);

}  // namespace wherry::linked

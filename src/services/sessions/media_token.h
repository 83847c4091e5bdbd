#pragma once

#include "base/crypto.h"
#include "services/ports/linked_content.h"

namespace wherry {

/// What is needed to fetch a received file later, as text that can stand in InboundMedia::remote_id. Sealed: it can decrypt the file.
/// Threads: any.
class MediaTokens {
 public:
  explicit MediaTokens(const SecretBox& secrets) : box_(secrets.derive("linked-media")) {}
  std::string seal(const linked::RemoteFile& file) const;
  /// Errors: gone when the text is none of ours, or of a file that could never be fetched.
  Result<linked::RemoteFile> open(std::string_view text) const;

 private:
  SecretBox box_;
};

}  // namespace wherry

#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "domain/meta_shape.h"
#include "services/ports/models.h"

namespace wherry::cloud_api {

/// The body of POST /{phone_number_id}/messages. `uploaded` are the content's files (files_of) at WhatsApp.
/// A number is written as "+digits"; a contact without one is addressed by its BSUID.
/// Errors: invalid_argument when the contact has neither.
/// Source: Cloud API "Messages" (every kind), business-scoped user ids.
Result<std::string> encode_message(const Message& message, const ContactIdentity& to, UploadedFiles uploaded);

/// Appends `text` as a JSON string with its quotes. Bytes that are no UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace wherry::cloud_api

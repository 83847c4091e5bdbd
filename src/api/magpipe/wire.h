#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "domain/inbound.h"
#include "domain/message_state.h"
#include "net/message.h"

namespace wherry::api::magpipe {

/// The body as JSON; nullopt when it is none. Errors: too_large (over 256 KiB), and those of reading.
Task<Result<std::optional<json::value>>> read_json(http::Request& request);
/// What is answered to a body that is no JSON.
http::Response invalid_json();

/// The member as text when it is a string with more than blanks in it.
std::optional<std::string> text_in(const json::value& body, std::string_view name);
/// Of text_in, or of a whole number above 0.
std::optional<std::string> id_in(const json::value& body, std::string_view name);
/// The `metadata` object as text; empty when there is none. Anything but an object counts for nothing.
std::string metadata_in(const json::value& body);
/// What is answered to metadata over the limit.
http::Response metadata_too_large();

/// A customer's address: the digits of the number, or the user id of one without a number.
std::string address_of(const ContactIdentity& who);
/// What a customer's message says: its text or caption; "[image]" and the like when it has none.
std::string content_text(std::string_view type, std::string_view text);
/// A UUID, or nullopt.
std::optional<RawId> uuid_in(const std::optional<std::string>& text);

}  // namespace wherry::api::magpipe

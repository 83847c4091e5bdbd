#pragma once

#include "api/pepipost/refusal.h"
#include "api/pepipost/routes.h"
#include "net/message.h"
#include "services/access/access.h"

namespace wherry::api::pepipost {

/// One operation of the door, called for an authenticated caller within its rate.
using Operation = Task<Answer<http::Response>> (*)(const PepipostServices&, http::Request&, Principal);

/// POST /api/v2/message/
/// Takes:  {"message":[one message]}: text, media, location, template, media_template or interactive.
/// Gives:  data.id, the UUID that status callbacks name, once the message is on disk; it is sent afterwards.
/// Checks: fields, then source (8004), opt-in (8002), window (8007), media (8008).
Task<Answer<http::Response>> send_message(const PepipostServices& services, http::Request& request, Principal caller);

/// POST /api/v2/message/nc: the same, for what the number's throughput leaves. Its sibling /nc/priority is send_message.
Task<Answer<http::Response>> send_in_bulk(const PepipostServices& services, http::Request& request, Principal caller);

/// POST /api/v2/media/upload/
/// Takes:  multipart/form-data with a part named "file", up to WhatsApp's limit for its type.
/// Gives:  data.mediaId, good for 30 days.
Task<Answer<http::Response>> upload_media(const PepipostServices& services, http::Request& request, Principal caller);

/// GET /api/v2/media/{mediaId}: the bytes of a file that was uploaded or received.
Task<Answer<http::Response>> get_media(const PepipostServices& services, http::Request& request, Principal caller);

/// DELETE /api/v2/media/{mediaId}
Task<Answer<http::Response>> delete_media(const PepipostServices& services, http::Request& request, Principal caller);

/// POST /api/v2/consent/   Takes {"phone_number"}; gives its opt-in.
Task<Answer<http::Response>> find_consent(const PepipostServices& services, http::Request& request, Principal caller);

/// POST /api/v2/consent/manage/   Takes {"type":"optin"|"optout","recipients":[…]}: all of them are kept, or none.
Task<Answer<http::Response>> manage_consents(const PepipostServices& services, http::Request& request, Principal caller);

/// POST /api/v2/source/   Ours. Takes {"name","channel"?}; gives data.id, the UUID that messages name as their source.
Task<Answer<http::Response>> create_source(const PepipostServices& services, http::Request& request, Principal caller);

}  // namespace wherry::api::pepipost

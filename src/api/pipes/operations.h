#pragma once

#include "api/pipes/routes.h"
#include "net/message.h"
#include "services/access/access.h"

namespace wherry::api::pipes {

/// One operation of the door, called for an authenticated caller within its rate. Failures become the flat error object.
using Operation = Task<Result<http::Response>> (*)(const PipesServices&, http::Request&, Principal);

/// POST /v1/messages/send
/// Takes:  JSON of at most 140 MiB: conversationId, text, media (id, https URL or base64), mimeType, fileName, caption.
/// Gives:  200 with WhatsApp's message id, once that is on disk.
/// Checks: fields, then conversation, owner and window, then the media, then WhatsApp.
Task<Result<http::Response>> send_message(const PipesServices& services, http::Request& request, Principal caller);

/// POST /v1/messages/app/send (ak_)
/// Takes:  JSON: poolNumberId, toNumber, text.
/// Gives:  200 in WhatsApp's own form, once that is on disk.
Task<Result<http::Response>> app_send(const PipesServices& services, http::Request& request, Principal caller);

/// POST /v1/messages/passthrough (ak_ and pk_)
/// Takes:  WhatsApp's own message object, with poolNumberId and to (ak_) or conversationId (pk_, no templates). Media by our id or by link.
/// Gives:  as app_send.
/// Checks: fields, then number or conversation, then the window (not for templates), then the media and the template, then WhatsApp.
Task<Result<http::Response>> passthrough(const PipesServices& services, http::Request& request, Principal caller);

/// GET, POST /v1/pool-numbers/{poolNumberId}/templates (ak_): ?status=&category=&language=&name=&limit=&after=; WhatsApp's own forms.
Task<Result<http::Response>> list_templates(const PipesServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> create_template(const PipesServices& services, http::Request& request, Principal caller);
/// GET, PATCH, DELETE /v1/pool-numbers/{poolNumberId}/templates/{name}?language= (ak_): of several languages GET gives an approved one, PATCH
/// needs one named, DELETE deletes all.
Task<Result<http::Response>> get_template(const PipesServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> edit_template(const PipesServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> remove_template(const PipesServices& services, http::Request& request, Principal caller);

/// POST /v1/apps/token (ak_)
/// Takes:  {"metadata"?,"redirectUrl"}.
/// Gives:  {"token"}, good for an hour at /apps/{slug}?token=. Errors: unavailable when there is no Meta app to sign up under.
Task<Result<http::Response>> create_app_token(const PipesServices& services, http::Request& request, Principal caller);
/// GET /apps/{slug}?token=: the page on which an app's customer signs up. The slug is the app's to choose, and means nothing here. No key.
Task<http::Response> sign_up_page(const PipesServices& services, http::Request& request);
/// POST /apps/{slug}: what the page sends when the sign-up is done: {"token","code","waba_id","phone_number_id"}. Connects the number.
/// Gives:  {"redirectUrl"}.
Task<http::Response> finish_sign_up(const PipesServices& services, http::Request& request);

/// POST /v1/media/upload
/// Takes:  multipart/form-data with a part named "file", or JSON with `url`, or with `data` (base64) and `mimeType`.
/// Gives:  200 with the media id; the file is on disk.
Task<Result<http::Response>> upload_media(const PipesServices& services, http::Request& request, Principal caller);

/// GET /v1/media/download/{mediaId}: 302 to a link that needs no key and works for five minutes.
Task<Result<http::Response>> download_media(const PipesServices& services, http::Request& request, Principal caller);

/// GET /v1/media/files/{mediaId}: the target of that link. Streams the file; byte ranges, ETag. No key, no rate limit.
Task<http::Response> media_file(const PipesServices& services, http::Request& request);

/// GET /ws?apiKey=…[&conversationId=…][&poolNumberId=…]: goes on as a WebSocket. Not counted against the key's limit.
/// Checks: the key (401), the conversation (403), then the upgrade itself (400, 426).
Task<http::Response> open_websocket(std::shared_ptr<const PipesServices> services, http::Request& request);

/// Any other path below /v1/.
Task<Result<http::Response>> unknown_path(const PipesServices& services, http::Request& request, Principal caller);

}  // namespace wherry::api::pipes

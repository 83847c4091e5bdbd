#pragma once

#include "api/magpipe/routes.h"
#include "net/message.h"

namespace wherry::api::magpipe {

/// One operation of the door, called for an authenticated caller within its rate and scopes. What the contract names is answered by the
/// operation; other failures get the shape of the endpoint's errors.
using Operation = Task<Result<http::Response>> (*)(const MagpipeServices&, http::Request&, Principal);

/// POST /functions/v1/send-whatsapp-message
/// Takes:  {"phone_number_id","recipient_wa_id","message","metadata"?}
/// Gives:  200 with WhatsApp's message id and the stored record, once both are on disk; 502 with WhatsApp's own answer as text.
/// Checks: JSON, required fields, the recipient's form, the account, then WhatsApp. No window check of ours, no de-duplication.
Task<Result<http::Response>> send_message(const MagpipeServices& services, http::Request& request, Principal caller);

/// POST /functions/v1/send-whatsapp-template
/// Takes:  {"agent_id","to","template_name","language"?,"components"?,"metadata"?}; components as Meta writes them.
/// Checks: JSON, required fields, UUID, E.164, the agent's account, then WhatsApp.
Task<Result<http::Response>> send_template(const MagpipeServices& services, http::Request& request, Principal caller);

/// GET /functions/v1/whatsapp-connect: the caller's numbers, newest first.
Task<Result<http::Response>> list_accounts(const MagpipeServices& services, http::Request& request, Principal caller);
/// POST: connects a number, or gives it a new token. Takes {"waba_id","phone_number_id","access_token"} and, for the first number of an
/// app, {"app_secret","verify_token"}. Or a code of Meta's embedded sign-up in the
/// place of the token, where the server has an app.
Task<Result<http::Response>> connect_account(const MagpipeServices& services, http::Request& request, Principal caller);
/// PATCH: takes {"account_id","agent_id"}. Success whether or not there is such an account.
Task<Result<http::Response>> change_account(const MagpipeServices& services, http::Request& request, Principal caller);
/// DELETE ?account_id=. Success whether or not there is such an account.
Task<Result<http::Response>> remove_account(const MagpipeServices& services, http::Request& request, Principal caller);

/// POST /functions/v1/list-messages
/// Takes:  {"limit"?,"offset"?,"thread_id"?,"direction"?,"phone_number"?,"from_date"?,"to_date"?}; what is no JSON counts as {}.
Task<Result<http::Response>> list_messages(const MagpipeServices& services, http::Request& request, Principal caller);
/// POST /functions/v1/get-message   Takes {"message_id"}: the stored id, with or without "msg_", or WhatsApp's of a sent one.
Task<Result<http::Response>> get_message(const MagpipeServices& services, http::Request& request, Principal caller);

/// POST /functions/v1/manage-api-keys   Takes {"action":"generate"|"list"|"update"|"revoke", …}. A key made here has the caller's scopes.
Task<Result<http::Response>> manage_api_keys(const MagpipeServices& services, http::Request& request, Principal caller);

}  // namespace wherry::api::magpipe

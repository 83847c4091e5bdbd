#pragma once

#include "api/admin/services.h"
#include "base/result.h"
#include "base/task.h"
#include "net/message.h"

namespace wherry::api::admin {

/// Every operation: takes an authenticated request, gives a response or an error that becomes a problem.
using Operation = Task<Result<http::Response>> (*)(AdminServices&, http::Request&);

Task<Result<http::Response>> create_tenant(AdminServices& services, http::Request& request);
Task<Result<http::Response>> list_tenants(AdminServices& services, http::Request& request);
Task<Result<http::Response>> get_tenant(AdminServices& services, http::Request& request);
Task<Result<http::Response>> change_tenant(AdminServices& services, http::Request& request);
Task<Result<http::Response>> create_key(AdminServices& services, http::Request& request);
Task<Result<http::Response>> list_keys(AdminServices& services, http::Request& request);
Task<Result<http::Response>> change_key(AdminServices& services, http::Request& request);
Task<Result<http::Response>> rotate_key(AdminServices& services, http::Request& request);
Task<Result<http::Response>> revoke_key(AdminServices& services, http::Request& request);
Task<Result<http::Response>> add_channel(AdminServices& services, http::Request& request);
Task<Result<http::Response>> list_channels(AdminServices& services, http::Request& request);
Task<Result<http::Response>> get_channel(AdminServices& services, http::Request& request);
Task<Result<http::Response>> change_channel(AdminServices& services, http::Request& request);
Task<Result<http::Response>> remove_channel(AdminServices& services, http::Request& request);
Task<Result<http::Response>> check_channel(AdminServices& services, http::Request& request);
Task<Result<http::Response>> list_templates(AdminServices& services, http::Request& request);
Task<Result<http::Response>> create_template(AdminServices& services, http::Request& request);
Task<Result<http::Response>> sync_templates(AdminServices& services, http::Request& request);
Task<Result<http::Response>> get_template(AdminServices& services, http::Request& request);
Task<Result<http::Response>> edit_template(AdminServices& services, http::Request& request);
Task<Result<http::Response>> remove_template(AdminServices& services, http::Request& request);
Task<Result<http::Response>> list_conversations(AdminServices& services, http::Request& request);
Task<Result<http::Response>> list_messages(AdminServices& services, http::Request& request);
Task<Result<http::Response>> send_message(AdminServices& services, http::Request& request);
Task<Result<http::Response>> cancel_message(AdminServices& services, http::Request& request);
Task<Result<http::Response>> get_message(AdminServices& services, http::Request& request);
Task<Result<http::Response>> create_subscription(AdminServices& services, http::Request& request);
Task<Result<http::Response>> list_subscriptions(AdminServices& services, http::Request& request);
Task<Result<http::Response>> get_subscription(AdminServices& services, http::Request& request);
Task<Result<http::Response>> change_subscription(AdminServices& services, http::Request& request);
Task<Result<http::Response>> remove_subscription(AdminServices& services, http::Request& request);
Task<Result<http::Response>> test_subscription(AdminServices& services, http::Request& request);
Task<Result<http::Response>> list_dead_letters(AdminServices& services, http::Request& request);
Task<Result<http::Response>> replay_subscription(AdminServices& services, http::Request& request);
Task<Result<http::Response>> list_consents(AdminServices& services, http::Request& request);
Task<Result<http::Response>> put_consents(AdminServices& services, http::Request& request);
Task<Result<http::Response>> remove_consent(AdminServices& services, http::Request& request);
Task<Result<http::Response>> create_source(AdminServices& services, http::Request& request);
Task<Result<http::Response>> list_sources(AdminServices& services, http::Request& request);
Task<Result<http::Response>> remove_source(AdminServices& services, http::Request& request);
Task<Result<http::Response>> get_timeline(AdminServices& services, http::Request& request);
Task<Result<http::Response>> list_events(AdminServices& services, http::Request& request);
Task<Result<http::Response>> stream_events(AdminServices& services, http::Request& request);
Task<Result<http::Response>> audit(AdminServices& services, http::Request& request);

/// The channel in the path. Errors: not_found.
Result<ChannelPtr> find_channel(const AdminServices& services, const http::Request& request);

/// A message we sent, by our id (msg_…) or WhatsApp's (wamid.…); nullopt when there is none.
Task<Result<std::optional<Message>>> find_outbound(AdminServices& services, std::string id_or_wamid);

}  // namespace wherry::api::admin

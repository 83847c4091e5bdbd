#pragma once

#include "services/ports/models.h"
#include "store/database.h"

namespace wherry::store {

/// The columns to_message() reads, in order.
#define WHERRY_MESSAGE_COLUMNS                                                                                                    \
  "id, tenant_id, channel_id, conversation_id, content, state, wamid, error, attempts, next_attempt_at, give_up_at, created_at, " \
  "updated_at"
Message to_message(const Row& row);

/// The columns to_conversation() reads, in order, from conversations v joined with contacts c. The window is that of the customer: of
/// every conversation that was united with this one.
#define WHERRY_CONVERSATION_COLUMNS                                                                      \
  "v.id, v.tenant_id, v.channel_id, v.contact_id, (SELECT max(w.last_inbound_at) FROM conversations w "  \
  "WHERE w.contact_id = v.contact_id AND w.channel_id = v.channel_id), v.created_at, c.wa_id, c.bsuid, " \
  "c.parent_bsuid, c.profile_name, c.username"
Conversation to_conversation(const Row& row);

std::string error_to_json(const UpstreamError& error);
std::optional<UpstreamError> error_from_json(const std::string& text);

/// The number of a tenant's next journal row, as SQL. Writes come one after the other, so no two get the same.
#define WHERRY_NEXT_SEQUENCE(tenant) "(SELECT COALESCE(MAX(j.sequence), 0) + 1 FROM journal j WHERE j.tenant_id = " tenant ")"

/// The insert of one journal row.
Statement journal_row(TenantId tenant, std::string kind, std::optional<ChannelId> channel, std::optional<ConversationId> conversation,
                      RawId subject, Timestamp at, std::string body);
/// {"messageId","state","wamid"?,"error"?}
std::string journal_body(MessageId id, std::string_view state, std::string_view wamid, const std::optional<UpstreamError>& error);

}  // namespace wherry::store

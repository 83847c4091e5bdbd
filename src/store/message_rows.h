#pragma once

#include "base/json.h"
#include "services/ports/message_store.h"
#include "store/database.h"

namespace wherry::store {

/// The columns to_message() reads, in order.
#define WHERRY_MESSAGE_COLUMNS                                                                                                    \
  "id, tenant_id, channel_id, conversation_id, content, state, wamid, error, attempts, next_attempt_at, give_up_at, created_at, " \
  "updated_at, resends, window_check, priority, send_at, place, client_data, reply_to, expires_at"
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

/// The columns to_event() reads, in order.
#define WHERRY_JOURNAL_COLUMNS "sequence, tenant_id, kind, channel_id, conversation_id, subject, at, recorded_at, body"
JournalEvent to_event(const Row& row);

/// The insert of one journal row about something of ours: `at` is also when it is recorded.
Statement journal_row(TenantId tenant, std::string kind, std::optional<ChannelId> channel, std::optional<ConversationId> conversation,
                      RawId subject, Timestamp at, std::string body);
/// {"messageId","state","attempts","wamid"?,"error"?,"attemptStartedAt"?,"nextAttemptAt"?}
/// `known`: the wamid the message had before.
std::string journal_body(const MessageMove& move, const std::string& known);
json::object error_object(const UpstreamError& error);

}  // namespace wherry::store

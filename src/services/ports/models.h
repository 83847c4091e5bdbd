#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/ids.h"
#include "domain/channel_kind.h"
#include "domain/content.h"
#include "domain/message_state.h"
#include "domain/meta_error.h"
#include "domain/priority.h"
#include "domain/rate_limit.h"
#include "domain/scope.h"
#include "domain/send_budget.h"
#include "domain/service_window.h"
#include "domain/wa_id.h"

namespace wherry {

/// A customer of ours: owns keys, channels, conversations, messages, media.
struct Tenant {
  TenantId id;
  std::string name;
  Timestamp created_at;
};

/// An API key. The key itself is shown once and never stored.
struct ApiKey {
  KeyId id;
  TenantId tenant;
  std::string style;               ///< the front door's form: services/access/key_style.h
  std::string prefix;              ///< its first characters, as many as the style shows
  Sha256 hash{};                   ///< SHA-256 of the whole key
  std::string label;
  Scopes scopes;
  RateLimits limits;               ///< of this key alone
  Timestamp created_at;
  std::optional<Timestamp> expires_at;    ///< from this instant on it does not work
  std::optional<Timestamp> revoked_at;
  std::optional<Timestamp> last_used_at;  ///< to the minute or so
  std::optional<KeyId> replaced_by;       ///< the key that was issued in its place
  std::optional<SubscriptionId> webhook;  ///< the subscription that belongs to it

  bool active_at(Timestamp now) const { return !revoked_at && (!expires_at || now < *expires_at); }
};

/// What becomes of a message when nobody ever learns whether it was sent.
enum class UncertainPolicy {
  fail,    ///< it counts as failed; a late status still corrects that
  resend,  ///< it is sent once more: the customer may get it twice
};

/// A sending identity: a number. A linked one has no waba_id, no secrets and no graph address; a LinkedSession belongs to it.
struct Channel {
  ChannelId id;
  TenantId tenant;
  std::string name;                        ///< the tenant's own label
  ChannelKind kind = ChannelKind::cloud;
  std::string phone_number_id;             ///< its address at the upstream; of a linked one linked_address()
  std::string waba_id;
  std::string display_number;              ///< digits, no plus; of a linked one empty before it was linked for the first time
  Secret access_token;
  Secret app_secret;
  std::optional<Secret> previous_app_secret;  ///< accepted beside the new one during a rotation
  Secret verify_token;
  std::string graph_url;                   ///< e.g. https://graph.facebook.com
  std::string graph_version;               ///< e.g. v23.0
  std::uint32_t messages_per_second = 80;  ///< the number's throughput tier: 80, 1000 or 20; 0 = not paced
  bool pair_limit = true;                  ///< keep Meta's limit of 45 at once, then one per 6 s and recipient
  UncertainPolicy uncertain_policy = UncertainPolicy::fail;
  seconds uncertain_after{600};            ///< how long a status may take to tell, before the policy decides
  std::optional<std::uint32_t> rate_per_min, rate_per_hour;  ///< most messages a linked number sends; nullopt: the gateway's default
  std::optional<RawId> agent;              ///< a name that the tenant's application gave the number
  bool subscribed = false;                 ///< we told WhatsApp to send us the account's events
  Timestamp created_at;

  /// What a linked number may send; one of the Cloud API is not limited this way.
  SendBudget budget(const SendBudget& defaults) const {
    if (kind == ChannelKind::cloud) return {};
    return {rate_per_min.value_or(defaults.per_minute), rate_per_hour.value_or(defaults.per_hour)};
  }
};

/// The phone_number_id of a linked number. Meta's are digits.
inline std::string linked_address(ChannelId channel) { return "linked:" + channel.text(); }

/// A customer as seen by one tenant.
struct Contact {
  ContactId id;
  TenantId tenant;
  ContactIdentity identity;
};

/// Channel x contact.
struct Conversation {
  ConversationId id;
  TenantId tenant;
  ChannelId channel;
  ContactId contact;
  ContactIdentity identity;                 ///< the contact's, as last seen
  std::optional<Timestamp> last_inbound_at; ///< WhatsApp's timestamp; opens the service window
  Timestamp created_at;
};

/// An outbound message and where it stands.
struct Message {
  MessageId id;
  TenantId tenant;
  ChannelId channel;
  ConversationId conversation;
  Content content;
  std::string reply_to;                     ///< WhatsApp's id of the message it quotes; empty for none
  MessageState state = MessageState::accepted;
  std::string wamid;                        ///< empty until sent
  std::optional<UpstreamError> error;
  std::uint32_t attempts = 0;               ///< requests that were started
  std::uint32_t resends = 0;                ///< how often it was sent again although it may have gone out
  Priority priority = Priority::interactive;
  std::optional<Timestamp> send_at;         ///< not before
  std::int64_t place = 0;                   ///< in line: smaller ones go first; 0 while it is scheduled and not due
  std::optional<Timestamp> next_attempt_at; ///< it is scheduled, or to be tried again, for then; survives a restart
  WindowCheck window_check = WindowCheck::here;
  std::string client_data;                  ///< what the application sent along, given back with what follows; empty: nothing
  Timestamp give_up_at;                     ///< no retry begins after this
  std::optional<Timestamp> expires_at;      ///< not sent from then on: it fails
  Timestamp created_at;
  Timestamp updated_at;
};

enum class MediaState { available, unavailable };

/// A stored file's row; its bytes are in the blob store under `sha256`.
struct Media {
  MediaId id;
  TenantId tenant;
  Sha256 sha256{};
  std::uint64_t size = 0;
  std::string mime_type;                    ///< normalised
  std::string file_name;                    ///< may be empty
  MediaState state = MediaState::available;
  Timestamp created_at;
  Timestamp expires_at;                     ///< gone at exactly this instant
};

/// One row of the per-tenant append-only event log.
struct JournalEvent {
  std::uint64_t sequence = 0;               ///< per tenant from 1, without gaps; set by the store
  TenantId tenant;
  std::string kind;                         ///< "message.received", "message.status", …: src/store/README.md
  std::optional<ChannelId> channel;
  std::optional<ConversationId> conversation;
  RawId subject;                            ///< the message the event is about; null when none
  Timestamp at;                             ///< WhatsApp's time where it gave one, else ours
  Timestamp recorded_at;                    ///< ours
  std::string body;                         ///< JSON
};

}  // namespace wherry

#pragma once

#include "api/magpipe/operations.h"
#include "base/json.h"

namespace wherry::api::magpipe {

/// What WhatsApp took; `wamid` is empty when it gave no id.
struct Sent {
  MessageId id;
  std::string wamid;
};

/// Sends and waits. A failure that the contract calls 502 has WhatsApp's own answer in `peer_answer`, or one made after its form when
/// what is wrong was known before it was asked; without either the message is the reason.
Task<Result<Sent>> send_content(const MagpipeServices& services, TenantId tenant, Recipient to, Content content, std::string metadata);

/// Whether the contract answers this failure with 502; others are the service's own.
bool is_upstream_failure(const Error& error);
/// WhatsApp's answer as it came, or the reason.
std::string raw_detail(const Error& error);
/// WhatsApp's error.message, or the reason.
std::string message_detail(const Error& error);

}  // namespace wherry::api::magpipe

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "domain/inbound.h"
#include "services/ports/media_store.h"
#include "services/ports/models.h"

namespace wherry {

/// WhatsApp took the message.
struct SendAccepted {
  std::string wamid;
  std::optional<std::string> wa_id;  ///< the number as WhatsApp writes it, when it gave one
};
/// WhatsApp refused it, or was not reached: nothing was sent.
struct SendRefused {
  UpstreamError error;               ///< code 0 and http_status 0 when WhatsApp was not reached
  RetryClass retry_class = RetryClass::bad_request;
  Error reason;                      ///< upload_failed, rejected or upstream_unavailable
};
/// The request may have arrived and no usable answer came.
struct SendUnknown {
  std::string detail;
  std::shared_ptr<const PeerAnswer> peer_answer = nullptr;  ///< what came, when something did
};
using SendOutcome = std::variant<SendAccepted, SendRefused, SendUnknown>;

/// A file to send, resolved by the outbox.
struct OutboundFile {
  Media media;
  std::string path;
};

/// One finding of a channel check.
struct ChannelFinding {
  enum class Severity { ok, warning, problem } severity = Severity::ok;
  std::string what;
  std::string fix;                   ///< what the operator should do; empty when ok
};

/// WhatsApp, as the services see it.
class Upstream {
 public:
  virtual ~Upstream() = default;
  /// Uploads the files first that the content needs (per-channel cache of remote ids), then sends. One try, no retries.
  /// The message id travels along and comes back in every status.
  virtual Task<SendOutcome> send(std::shared_ptr<const Channel> channel, Message message, ContactIdentity to,
                                 std::vector<OutboundFile> files) = 0;
  /// Fetches a customer's file into a blob. Errors: fetch_failed (try again), not_found (gone for good), too_large.
  virtual Task<Result<void>> fetch_media(std::shared_ptr<const Channel> channel, InboundMedia remote, BlobWriter& into) = 0;
  /// Whether the channel can send now, where that is known without trying; its messages wait in line until then. Errors: conflict, with words
  /// for the sender.
  virtual Result<void> ready(const Channel&) const { return {}; }
  virtual Task<std::vector<ChannelFinding>> check(std::shared_ptr<const Channel> channel) = 0;
};

}  // namespace wherry

#pragma once

#include "services/ports/linked_transport.h"
#include "services/ports/upstream.h"
#include "services/sessions/media_token.h"
#include "services/sessions/session_table.h"

namespace wherry {

/// WhatsApp through linked devices, as the services see it: for channels of the kind `linked` only. Threads: any.
class LinkedUpstream final : public Upstream {
 public:
  LinkedUpstream(linked::LinkedTransport& transport, const SessionTable& table, const SecretBox& secrets)
      : transport_(transport), table_(table), tokens_(secrets) {}

  /// Refuses: nothing is sent this way yet.
  Task<SendOutcome> send(std::shared_ptr<const Channel> channel, Message message, ContactIdentity to,
                         std::vector<OutboundFile> files) override;
  /// Errors: as of Upstream; gone (it never could be fetched); unavailable while a session that is wanted has not come up.
  Task<Result<void>> fetch_media(std::shared_ptr<const Channel> channel, InboundMedia remote, BlobWriter& into) override;
  Task<std::vector<ChannelFinding>> check(std::shared_ptr<const Channel> channel) override;

 private:
  linked::LinkedTransport& transport_;
  const SessionTable& table_;
  MediaTokens tokens_;
};

}  // namespace wherry

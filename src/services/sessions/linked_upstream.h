#pragma once

#include "services/ports/linked_transport.h"
#include "services/ports/upstream.h"
#include "services/sessions/media_token.h"
#include "services/sessions/session_table.h"

namespace wherry {

/// WhatsApp through linked devices, as the services see it: for channels of the kind `linked` only. Threads: any.
class LinkedUpstream final : public Upstream {
 public:
  LinkedUpstream(linked::LinkedTransport& transport, const SessionTable& table, SessionStore& store, const SecretBox& secrets)
      : transport_(transport), table_(table), store_(store), tokens_(secrets) {}

  /// Under the message's own wamid. The outcome is that of one try; another one uses the same id.
  Task<SendOutcome> send(std::shared_ptr<const Channel> channel, Message message, ContactIdentity to,
                         std::vector<OutboundFile> files) override;
  /// Errors: as of Upstream; gone (it never could be fetched); unavailable while a session that is wanted has not come up.
  Task<Result<void>> fetch_media(std::shared_ptr<const Channel> channel, InboundMedia remote, BlobWriter& into) override;
  /// While the session is `working`.
  Result<void> ready(const Channel& channel) const override;
  Task<std::vector<ChannelFinding>> check(std::shared_ptr<const Channel> channel) override;

 private:
  struct Letter;
  Task<Result<linked::MessageRef>> reference(const Letter& letter, std::string message_id);
  Task<linked::SendOutcome> hand_over(Letter letter);

  linked::LinkedTransport& transport_;
  const SessionTable& table_;
  SessionStore& store_;
  MediaTokens tokens_;
};

}  // namespace wherry

#include "tests/support/scripted_upstream.h"

namespace wherry::test {

Task<SendOutcome> ScriptedUpstream::send(std::shared_ptr<const Channel>, Message message, ContactIdentity to,
                                         std::vector<OutboundFile> files) {
  sent.push_back({message.id, message.content, to, std::move(files), message.wamid});
  if (on_send) on_send(message);
  const auto wamid = message.wamid.empty() ? "wamid." + std::to_string(sent.size()) : message.wamid;
  if (script.empty()) co_return SendAccepted{wamid, std::nullopt};
  auto outcome = std::move(script.front());
  script.pop_front();
  co_return outcome;
}

Task<Result<void>> ScriptedUpstream::fetch_media(std::shared_ptr<const Channel>, InboundMedia, BlobWriter& into) {
  if (!media_result) co_return media_result;
  co_return into.write(media_bytes);
}

Task<std::vector<ChannelFinding>> ScriptedUpstream::check(std::shared_ptr<const Channel>) { co_return findings; }

SendOutcome refused(int code, ErrorCode reason) {
  UpstreamError error;
  error.code = code;
  error.http_status = 400;
  error.title = "scripted refusal";
  return SendRefused{error, retry_class_of(error), Error{reason, "WhatsApp refused the message"}};
}

}  // namespace wherry::test

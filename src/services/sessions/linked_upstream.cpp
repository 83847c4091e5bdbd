#include "services/sessions/linked_upstream.h"

#include "services/sessions/session_status.h"

namespace wherry {

Task<Result<void>> LinkedUpstream::fetch_media(std::shared_ptr<const Channel> channel, InboundMedia remote, BlobWriter& into) {
  CO_TRY(auto file, tokens_.open(remote.remote_id));
  const auto session = table_.find(channel->id);
  if (!session) co_return Error{ErrorCode::gone, "the session was removed"};
  linked::SessionId name{channel->id.text()};
  auto fetched = co_await transport_.download(std::move(name), std::move(file), into);
  if (fetched) co_return fetched;
  // The file waits at WhatsApp for weeks: a session that is on its way back costs it no try.
  const auto code = fetched.error().code;
  const bool not_up = code == ErrorCode::conflict || code == ErrorCode::upstream_unavailable || code == ErrorCode::unavailable;
  if (!not_up) co_return fetched.error();
  const bool comes_back = session->wanted && !linked::is_final(session->state.state);
  co_return Error{comes_back ? ErrorCode::unavailable : ErrorCode::fetch_failed, fetched.error().message, fetched.error().detail};
}

Task<std::vector<ChannelFinding>> LinkedUpstream::check(std::shared_ptr<const Channel> channel) {
  using Severity = ChannelFinding::Severity;
  const auto session = table_.find(channel->id);
  if (!session) co_return std::vector<ChannelFinding>{{Severity::problem, "the channel has no session", "remove it"}};
  const auto what = "linked number, " + std::string(to_string(session->state.state));
  const auto& detail = session->state.detail;
  switch (status_of(session->state.state)) {
    case SessionStatus::working: co_return std::vector<ChannelFinding>{{Severity::ok, what, {}}};
    case SessionStatus::stopped: co_return std::vector<ChannelFinding>{{Severity::warning, what, "start the session"}};
    case SessionStatus::starting: co_return std::vector<ChannelFinding>{{Severity::warning, what, detail}};
    case SessionStatus::scan_qr_code: co_return std::vector<ChannelFinding>{{Severity::problem, what, "link it with a phone"}};
    case SessionStatus::failed: break;
  }
  co_return std::vector<ChannelFinding>{{Severity::problem, what, detail}};
}

}  // namespace wherry

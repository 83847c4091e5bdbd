#include "upstream/cloud_api/cloud_api.h"

#include "base/log.h"
#include "upstream/cloud_api/channel_check.h"
#include "upstream/cloud_api/encode.h"
#include "upstream/cloud_api/graph_answer.h"
#include "upstream/cloud_api/media_download.h"

namespace wherry::cloud_api {

namespace {

SendRefused cannot_be_sent(Error reason) {
  SendRefused refused;
  refused.error.title = reason.message;
  refused.retry_class = RetryClass::bad_request;
  refused.reason = Error{ErrorCode::rejected, std::move(reason.message), std::move(reason.detail)};
  return refused;
}

}  // namespace

CloudApi::CloudApi(http::Client& client, MediaRows& rows, BlobStore& blobs, Clock& clock, CloudApiOptions options)
    : client_(client), clock_(clock), options_(options), uploads_(client, rows, blobs, clock, options.timeouts) {}

Task<SendOutcome> CloudApi::send(std::shared_ptr<const Channel> channel, Message message, ContactIdentity to,
                                 std::optional<OutboundFile> file) {
  SendOutcome outcome = cannot_be_sent(Error{ErrorCode::invalid_argument, "the message's file is missing"});
  if (!file_of(message.content)) {
    outcome = co_await send_words(std::move(channel), std::move(message), std::move(to));
  } else if (file) {
    outcome = co_await send_file(std::move(channel), std::move(message), std::move(to), std::move(*file));
  }
  count(outcome);
  co_return outcome;
}

Task<SendOutcome> CloudApi::send_words(std::shared_ptr<const Channel> channel, Message message, ContactIdentity to) {
  auto body = encode_message(message, to, {});
  if (!body) co_return cannot_be_sent(body.error());
  co_return co_await post(std::move(channel), std::move(*body));
}

Task<SendOutcome> CloudApi::send_file(std::shared_ptr<const Channel> channel, Message message, ContactIdentity to, OutboundFile file) {
  auto uploaded = co_await uploads_.obtain(channel, file);
  if (auto* refused = std::get_if<SendRefused>(&uploaded)) co_return std::move(*refused);
  auto remote = std::get<RemoteFile>(std::move(uploaded));
  if (remote.fresh) ++counters_.uploads;
  auto body = encode_message(message, to, {remote.id, file.media.file_name});
  if (!body) co_return cannot_be_sent(body.error());
  auto outcome = co_await post(channel, std::move(*body));
  const auto* refused = std::get_if<SendRefused>(&outcome);
  if (refused == nullptr || remote.fresh || !media_is_gone(refused->error, remote.id)) co_return outcome;

  log::info("remote_media_gone", {{"channel", channel->id.text()}, {"message", message.id.text()}, {"code", refused->error.code}});
  ++counters_.renewed_media;
  auto renewed = co_await uploads_.renew(channel, file, remote.id);
  if (auto* failed = std::get_if<SendRefused>(&renewed)) co_return std::move(*failed);
  auto again = encode_message(message, to, {std::get<RemoteFile>(renewed).id, file.media.file_name});
  if (!again) co_return cannot_be_sent(again.error());
  co_return co_await post(std::move(channel), std::move(*again));
}

Task<SendOutcome> CloudApi::post(std::shared_ptr<const Channel> channel, std::string body) {
  auto request = graph_request(*channel, http::Method::post, channel->phone_number_id + "/messages", options_.timeouts.send);
  request.headers.add("Content-Type", "application/json");
  request.body = std::move(body);
  auto response = co_await client_.send(std::move(request));
  if (!response) co_return outcome_of(response.error());
  usage_.note(channel->id, response->headers, clock_.now());
  co_return decode_send(*response);
}

void CloudApi::count(const SendOutcome& outcome) {
  if (std::holds_alternative<SendAccepted>(outcome)) ++counters_.accepted;
  if (std::holds_alternative<SendRefused>(outcome)) ++counters_.refused;
  if (std::holds_alternative<SendUnknown>(outcome)) ++counters_.unknown;
}

Task<Result<void>> CloudApi::fetch_media(std::shared_ptr<const Channel> channel, InboundMedia remote, BlobWriter& into) {
  ++counters_.downloads;
  co_return co_await cloud_api::fetch_media(client_, options_.timeouts, std::move(channel), std::move(remote), into);
}

Task<std::vector<ChannelFinding>> CloudApi::check(std::shared_ptr<const Channel> channel) {
  co_return co_await check_channel(client_, options_.timeouts, std::move(channel));
}

}  // namespace wherry::cloud_api

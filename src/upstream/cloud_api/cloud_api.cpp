#include "upstream/cloud_api/cloud_api.h"

#include <algorithm>

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

bool are_all_there(const Content& content, const std::vector<OutboundFile>& files) {
  const auto wanted = files_of(content);
  return std::all_of(wanted.begin(), wanted.end(), [&](const MediaId& id) {
    return std::any_of(files.begin(), files.end(), [&](const OutboundFile& file) { return file.media.id == id; });
  });
}

}  // namespace

CloudApi::CloudApi(http::Client& client, MediaRows& rows, BlobStore& blobs, Clock& clock, CloudApiOptions options)
    : client_(client), clock_(clock), options_(options), uploads_(client, rows, blobs, clock, options.timeouts) {}

Task<SendOutcome> CloudApi::send(std::shared_ptr<const Channel> channel, Message message, ContactIdentity to,
                                 std::vector<OutboundFile> files) {
  SendOutcome outcome = cannot_be_sent(Error{ErrorCode::invalid_argument, "the message's file is missing"});
  if (are_all_there(message.content, files)) {
    outcome = co_await send_with(std::move(channel), std::move(message), std::move(to), std::move(files));
  }
  count(outcome);
  co_return outcome;
}

Task<SendOutcome> CloudApi::send_with(std::shared_ptr<const Channel> channel, Message message, ContactIdentity to,
                                      std::vector<OutboundFile> files) {
  std::vector<UploadedFile> uploaded;
  std::vector<std::size_t> remembered;  // which of them were there already
  for (const auto& file : files) {
    auto got = co_await uploads_.obtain(channel, file);
    if (auto* refused = std::get_if<SendRefused>(&got)) co_return std::move(*refused);
    auto remote = std::get<RemoteFile>(std::move(got));
    if (remote.fresh) ++counters_.uploads;
    if (!remote.fresh) remembered.push_back(uploaded.size());
    uploaded.push_back({file.media.id, std::move(remote.id), file.media.file_name});
  }
  auto body = encode_message(message, to, uploaded);
  if (!body) co_return cannot_be_sent(body.error());
  auto outcome = co_await post(channel, std::move(*body));
  const auto* refused = std::get_if<SendRefused>(&outcome);
  if (refused == nullptr) co_return outcome;
  std::erase_if(remembered, [&](std::size_t at) { return !media_is_gone(refused->error, uploaded[at].remote_id); });
  if (remembered.empty()) co_return outcome;

  log::info("remote_media_gone", {{"channel", channel->id.text()}, {"message", message.id.text()}, {"code", refused->error.code}});
  for (const auto at : remembered) {
    ++counters_.renewed_media;
    auto renewed = co_await uploads_.renew(channel, files[at], uploaded[at].remote_id);
    if (auto* failed = std::get_if<SendRefused>(&renewed)) co_return std::move(*failed);
    uploaded[at].remote_id = std::get<RemoteFile>(std::move(renewed)).id;
  }
  auto again = encode_message(message, to, uploaded);
  if (!again) co_return cannot_be_sent(again.error());
  co_return co_await post(std::move(channel), std::move(*again));
}

Task<SendOutcome> CloudApi::post(std::shared_ptr<const Channel> channel, std::string body) {
  auto request = graph_request(*channel, http::Method::post, channel->phone_number_id + "/messages", options_.timeouts.send);
  request.headers.add("Content-Type", "application/json");
  request.body = std::move(body);
  auto response = co_await ask_graph(client_, channel, std::move(request));
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

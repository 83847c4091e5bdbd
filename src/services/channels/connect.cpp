#include "services/channels/connect.h"

#include "base/log.h"
#include "base/random.h"

namespace wherry {

namespace {

std::vector<ChannelPtr> cloud_numbers_of(const Channels& channels, TenantId tenant) {
  auto own = channels.of(tenant);
  std::erase_if(own, [](const ChannelPtr& channel) { return channel->kind != ChannelKind::cloud; });
  return own;
}

// A channel that is not there yet, for the calls that come before.
std::shared_ptr<const Channel> draft(const Channels& channels, const ConnectRequest& request) {
  const auto own = cloud_numbers_of(channels, request.tenant);
  Channel channel;
  channel.tenant = request.tenant;
  channel.phone_number_id = request.phone_number_id;
  channel.waba_id = request.waba_id;
  channel.access_token = request.access_token;
  channel.graph_url = own.empty() ? channels.default_graph_url() : own.back()->graph_url;
  channel.graph_version = own.empty() ? channels.default_graph_version() : own.back()->graph_version;
  return std::make_shared<const Channel>(std::move(channel));
}

}  // namespace

Task<Result<ConnectRequest>> ChannelConnect::exchange(ConnectRequest request, MetaApp app, std::string code) {
  if (app.id.empty() || app.secret.empty()) co_return Error{ErrorCode::invalid_argument, "No Meta app is set up to exchange codes with"};
  auto channel = draft(channels_, request);
  request.app_secret = app.secret;
  CO_TRY(request.access_token, co_await accounts_.exchange_code(std::move(channel), std::move(app), std::move(code)));
  const bool first = cloud_numbers_of(channels_, request.tenant).empty();
  if (first && request.verify_token.empty()) request.verify_token = Secret(random_text(32, alphanumeric));
  co_return request;
}

Task<Result<ChannelPtr>> ChannelConnect::connect(ConnectRequest request) {
  CO_TRY_VOID(Channels::check_ids(request.phone_number_id, request.waba_id));
  auto known = channels_.find_by_phone_number_id(request.phone_number_id);
  if (!known) co_return co_await add(std::move(request));
  if (known->tenant != request.tenant) co_return Error{ErrorCode::already_exists, "the number is connected by another account"};
  co_return co_await change(std::move(known), std::move(request));
}

Task<bool> ChannelConnect::subscribe(const Channel& like) {
  auto channel = std::make_shared<const Channel>(like);
  auto subscribed = co_await accounts_.subscribe(channel);
  if (!subscribed) log::warn("channel_not_subscribed", {{"waba", channel->waba_id}, {"reason", subscribed.error().message}});
  co_return subscribed.has_value();
}

Task<Result<ChannelPtr>> ChannelConnect::add(ConnectRequest request) {
  const auto own = cloud_numbers_of(channels_, request.tenant);
  if (!own.empty() && request.app_secret.empty()) request.app_secret = own.back()->app_secret;
  if (!own.empty() && request.verify_token.empty()) request.verify_token = own.back()->verify_token;
  auto channel = draft(channels_, request);
  CO_TRY(auto profile, co_await accounts_.read_number(channel));
  NewChannel wanted;
  wanted.tenant = request.tenant;
  wanted.name = std::move(profile.verified_name);
  wanted.phone_number_id = std::move(request.phone_number_id);
  wanted.waba_id = std::move(request.waba_id);
  wanted.display_number = std::move(profile.display_number);
  wanted.access_token = std::move(request.access_token);
  wanted.app_secret = std::move(request.app_secret);
  wanted.verify_token = std::move(request.verify_token);
  wanted.graph_url = channel->graph_url;
  wanted.graph_version = channel->graph_version;
  CO_TRY(auto added, co_await channels_.add(std::move(wanted)));
  const bool subscribed = co_await subscribe(*added);
  if (!subscribed) co_return added;
  ChannelChange change;
  change.subscribed = true;
  co_return co_await channels_.change(added->id, std::move(change));
}

Task<Result<ChannelPtr>> ChannelConnect::change(ChannelPtr known, ConnectRequest request) {
  Channel changed = *known;
  changed.access_token = request.access_token;
  changed.waba_id = request.waba_id;
  auto draft = std::make_shared<const Channel>(changed);
  CO_TRY_VOID(co_await accounts_.read_number(draft));
  ChannelChange change;
  change.access_token = std::move(request.access_token);
  change.waba_id = std::move(request.waba_id);
  if (!request.app_secret.empty()) change.app_secret = std::move(request.app_secret);
  if (!request.verify_token.empty()) change.verify_token = std::move(request.verify_token);
  change.subscribed = co_await subscribe(changed);
  co_return co_await channels_.change(known->id, std::move(change));
}

}  // namespace wherry

#include "services/channels/channels.h"

#include <algorithm>

#include "base/bytes.h"

namespace wherry {

namespace {

bool is_decimal_id(std::string_view text) {
  return !text.empty() && text.size() <= 32 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_secret_text(const Secret& secret) {
  const auto& text = secret.reveal();
  return !text.empty() && text.size() <= 4096 && std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

Error invalid(std::string text) { return {ErrorCode::invalid_argument, std::move(text)}; }

Result<void> check_name(const std::string& name) {
  if (count_code_points(name) > 100 || !is_clean_utf8(name)) return invalid("name has at most 100 characters");
  return {};
}

Result<void> check_pace(std::uint32_t messages_per_second, seconds uncertain_after) {
  if (uncertain_after < std::chrono::minutes(1) || uncertain_after > std::chrono::hours(24)) {
    return invalid("uncertain_after_s is 60 to 86400");
  }
  if (messages_per_second > 100'000) return invalid("messages_per_second is 0 (not paced) to 100000");
  return {};
}

Result<void> check_graph(const std::string& url, const std::string& version) {
  const bool has_scheme = url.starts_with("https://") || url.starts_with("http://");
  if (!has_scheme || url.ends_with('/') || url.find_first_of("?# \t\r\n@") != std::string::npos) {
    return invalid("graph_url must be http(s)://host[:port][/path] without a trailing slash");
  }
  const auto dot = version.find('.');
  if (!version.starts_with('v') || dot == std::string::npos || !is_decimal_id(std::string_view(version).substr(1, dot - 1)) ||
      !is_decimal_id(std::string_view(version).substr(dot + 1))) {
    return invalid("graph_version must look like v23.0");
  }
  return {};
}

Result<void> check(const Channel& channel) {
  TRY_VOID(check_name(channel.name));
  TRY_VOID(check_pace(channel.messages_per_second, channel.uncertain_after));
  for (const auto& rate : {channel.rate_per_min, channel.rate_per_hour}) {
    if (rate && (*rate < 1 || *rate > 100'000)) return invalid("rate_per_min and rate_per_hour are 1 to 100000");
  }
  if (channel.kind == ChannelKind::linked) return {};
  TRY_VOID(Channels::check_ids(channel.phone_number_id, channel.waba_id));
  if (!is_secret_text(channel.access_token)) return invalid("access_token is missing or holds spaces or control characters");
  if (!is_secret_text(channel.app_secret)) return invalid("app_secret is missing or holds spaces or control characters");
  if (!is_secret_text(channel.verify_token)) return invalid("verify_token is missing or holds spaces or control characters");
  return check_graph(channel.graph_url, channel.graph_version);
}

bool is_for_cloud(const ChannelChange& change) {
  return change.waba_id || change.access_token || change.app_secret || change.verify_token || change.graph_url || change.graph_version ||
         change.subscribed;
}

}  // namespace

Channels::Channels(ChannelStore& store, AccessStore& access, const Clock& clock, std::string default_graph_url,
                   std::string default_graph_version)
    : store_(store),
      access_(access),
      clock_(clock),
      default_graph_url_(std::move(default_graph_url)),
      default_graph_version_(std::move(default_graph_version)) {}

Result<void> Channels::check_ids(std::string_view phone_number_id, std::string_view waba_id) {
  if (!is_decimal_id(phone_number_id)) return invalid("phone_number_id must be Meta's decimal id of the number");
  if (!is_decimal_id(waba_id)) return invalid("waba_id must be Meta's decimal id of the WhatsApp Business account");
  return {};
}

Task<Result<void>> Channels::load() {
  CO_TRY(auto stored, co_await store_.list_channels());
  for (auto& channel : stored) put(std::make_shared<const Channel>(std::move(channel)));
  co_return Result<void>();
}

void Channels::put(ChannelPtr channel) {
  std::unique_lock lock(mutex_);
  by_number_[channel->phone_number_id] = channel;
  by_id_[channel->id] = std::move(channel);
}

ChannelPtr Channels::find(ChannelId id) const {
  std::shared_lock lock(mutex_);
  auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

ChannelPtr Channels::find_by_phone_number_id(std::string_view phone_number_id) const {
  std::shared_lock lock(mutex_);
  auto found = by_number_.find(std::string(phone_number_id));
  return found == by_number_.end() ? nullptr : found->second;
}

ChannelPtr Channels::find_by_waba_id(std::string_view waba_id) const {
  std::shared_lock lock(mutex_);
  for (const auto& [id, channel] : by_id_) {
    if (channel->kind == ChannelKind::cloud && channel->waba_id == waba_id) return channel;
  }
  return nullptr;
}

ChannelPtr Channels::only_of(TenantId tenant) const {
  const auto own = of(tenant);
  for (const auto kind : {ChannelKind::cloud, ChannelKind::linked}) {
    const auto is_kind = [&](const ChannelPtr& channel) { return channel->kind == kind; };
    const auto first = std::find_if(own.begin(), own.end(), is_kind);
    if (first != own.end()) return std::count_if(first, own.end(), is_kind) == 1 ? *first : nullptr;
  }
  return nullptr;
}

std::vector<ChannelPtr> Channels::all() const {
  std::vector<ChannelPtr> list;
  {
    std::shared_lock lock(mutex_);
    for (const auto& [id, channel] : by_id_) list.push_back(channel);
  }
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a->id < b->id; });
  return list;
}

std::vector<ChannelPtr> Channels::of(TenantId tenant) const {
  auto list = all();
  std::erase_if(list, [&](const ChannelPtr& channel) { return channel->tenant != tenant; });
  return list;
}

ChannelPtr Channels::find_by_agent(TenantId tenant, const RawId& agent) const {
  const auto own = of(tenant);
  const auto newest = std::find_if(own.rbegin(), own.rend(), [&](const ChannelPtr& channel) { return channel->agent == agent; });
  return newest == own.rend() ? nullptr : *newest;
}

Task<Result<ChannelPtr>> Channels::add(NewChannel request) {
  if (request.graph_url.empty()) request.graph_url = default_graph_url_;
  if (request.graph_version.empty()) request.graph_version = default_graph_version_;
  const auto number = parse_wa_id(request.display_number);
  if (!number) co_return invalid("display_number must be the phone number with its country code");
  Channel channel;
  channel.created_at = clock_.now();
  channel.id = ChannelId::make(channel.created_at);
  channel.tenant = request.tenant;
  channel.name = std::move(request.name);
  channel.phone_number_id = std::move(request.phone_number_id);
  channel.waba_id = std::move(request.waba_id);
  channel.display_number = number->digits;
  channel.access_token = std::move(request.access_token);
  channel.app_secret = std::move(request.app_secret);
  channel.verify_token = std::move(request.verify_token);
  channel.graph_url = std::move(request.graph_url);
  channel.graph_version = std::move(request.graph_version);
  channel.messages_per_second = request.messages_per_second;
  channel.pair_limit = request.pair_limit;
  channel.uncertain_policy = request.uncertain_policy;
  channel.uncertain_after = request.uncertain_after;
  channel.agent = request.agent;
  channel.subscribed = request.subscribed;
  co_return co_await add(std::move(channel));
}

Task<Result<ChannelPtr>> Channels::add_linked(TenantId tenant, std::string name) {
  Channel channel;
  channel.kind = ChannelKind::linked;
  channel.created_at = clock_.now();
  channel.id = ChannelId::make(channel.created_at);
  channel.tenant = tenant;
  channel.name = std::move(name);
  channel.phone_number_id = linked_address(channel.id);
  channel.messages_per_second = 0;  // Meta's limits are the Cloud API's
  channel.pair_limit = false;
  co_return co_await add(std::move(channel));
}

Task<Result<ChannelPtr>> Channels::add(Channel channel) {
  CO_TRY_VOID(check(channel));
  CO_TRY(auto tenant, co_await access_.find_tenant(channel.tenant));
  if (!tenant) co_return Error{ErrorCode::not_found, "no such tenant"};
  CO_TRY_VOID(co_await store_.add_channel(channel));
  auto added = std::make_shared<const Channel>(std::move(channel));
  put(added);
  co_return added;
}

Task<Result<ChannelPtr>> Channels::change(ChannelId id, ChannelChange change) {
  auto current = find(id);
  if (!current) co_return Error{ErrorCode::not_found, "no such channel"};
  const bool linked = current->kind == ChannelKind::linked;
  if (linked && is_for_cloud(change)) co_return invalid("a linked number has no account, token, secret or address at Meta");
  Channel changed = *current;
  if (linked && change.display_number) changed.display_number = *change.display_number;
  if (change.name) changed.name = *change.name;
  if (change.waba_id) changed.waba_id = *change.waba_id;
  if (change.access_token) changed.access_token = *change.access_token;
  if (change.app_secret && change.app_secret->reveal() != changed.app_secret.reveal()) {
    changed.previous_app_secret = changed.app_secret;
    changed.app_secret = *change.app_secret;
  }
  if (change.verify_token) changed.verify_token = *change.verify_token;
  if (change.graph_url) changed.graph_url = *change.graph_url;
  if (change.graph_version) changed.graph_version = *change.graph_version;
  if (change.messages_per_second) changed.messages_per_second = *change.messages_per_second;
  if (change.pair_limit) changed.pair_limit = *change.pair_limit;
  if (change.uncertain_policy) changed.uncertain_policy = *change.uncertain_policy;
  if (change.uncertain_after) changed.uncertain_after = *change.uncertain_after;
  if (change.agent) changed.agent = *change.agent;
  if (change.subscribed) changed.subscribed = *change.subscribed;
  if (change.rate_per_min) changed.rate_per_min = *change.rate_per_min;
  if (change.rate_per_hour) changed.rate_per_hour = *change.rate_per_hour;
  CO_TRY_VOID(check(changed));
  CO_TRY_VOID(co_await store_.update_channel(changed));
  auto updated = std::make_shared<const Channel>(std::move(changed));
  put(updated);
  co_return updated;
}

Task<Result<void>> Channels::remove(ChannelId id, ChannelKind kind) {
  const auto known = find(id);
  if (known && known->kind != kind) co_return Error{ErrorCode::conflict, "a linked number is removed with its session"};
  const auto now = clock_.now();
  CO_TRY_VOID(co_await store_.remove_channel(id, now));
  std::unique_lock lock(mutex_);
  auto found = by_id_.find(id);
  if (found != by_id_.end()) {
    by_number_.erase(found->second->phone_number_id);
    by_id_.erase(found);
  }
  co_return Result<void>();
}

}  // namespace wherry

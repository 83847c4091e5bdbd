#include "api/meta_webhook/signature.h"

#include <set>

#include "base/crypto.h"
#include "base/log.h"

namespace wherry::api::meta_webhook {

namespace {

constexpr std::string_view header_name = "X-Hub-Signature-256";
constexpr std::string_view scheme = "sha256=";
constexpr std::size_t digest_length = 64;

}  // namespace

std::optional<std::string> signature_in(const http::Headers& headers) {
  if (headers.count(header_name) != 1) return std::nullopt;
  auto value = *headers.find(header_name);
  if (!value.starts_with(scheme)) return std::nullopt;
  value.remove_prefix(scheme.size());
  if (value.size() != digest_length || value.find_first_not_of("0123456789abcdef") != std::string_view::npos) return std::nullopt;
  return std::string(value);
}

bool has_secret(const Channel& channel, const Secret& secret) {
  if (secret.empty()) return false;
  const bool now = constant_time_equal(channel.app_secret.reveal(), secret.reveal());
  const bool before = channel.previous_app_secret && constant_time_equal(channel.previous_app_secret->reveal(), secret.reveal());
  return now || before;
}

Secrets::Secrets(const Channels& channels, const Clock& clock) : channels_(channels), clock_(clock) {}

std::shared_ptr<const Secrets::Snapshot> Secrets::current() {
  {
    std::lock_guard lock(mutex_);
    if (snapshot_) return snapshot_;
  }
  auto fresh = refreshed();
  return fresh ? fresh : std::make_shared<const Snapshot>();
}

std::shared_ptr<const Secrets::Snapshot> Secrets::refreshed() {
  {
    std::lock_guard lock(mutex_);
    const auto now = clock_.now();
    if (refreshes_.next(now) > now) return nullptr;
    refreshes_.take(now);
  }
  std::set<std::string> app, verify;
  for (const auto& channel : channels_.all()) {
    if (!channel->app_secret.empty()) app.insert(channel->app_secret.reveal());
    if (channel->previous_app_secret && !channel->previous_app_secret->empty()) app.insert(channel->previous_app_secret->reveal());
    if (!channel->verify_token.empty()) verify.insert(channel->verify_token.reveal());
  }
  if (app.size() > max_app_secrets) log::error("too_many_app_secrets", {{"secrets", app.size()}, {"used", max_app_secrets}});
  auto snapshot = std::make_shared<Snapshot>();
  for (const auto& secret : app) {
    if (snapshot->app.size() < max_app_secrets) snapshot->app.emplace_back(secret);
  }
  for (const auto& token : verify) snapshot->verify.emplace_back(token);
  std::lock_guard lock(mutex_);
  snapshot_ = snapshot;
  return snapshot;
}

// Begins with the secret that was right last time: with one busy app that is the only HMAC.
std::optional<Secret> Secrets::search(const Snapshot& snapshot, std::string_view body, const std::string& signature) {
  const auto count = snapshot.app.size();
  const auto first = last_hit_.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < count; ++i) {
    const auto index = (first + i) % count;
    const auto digest = hmac_sha256(snapshot.app[index].reveal(), body);
    if (!constant_time_equal(to_hex(digest), signature)) continue;
    last_hit_.store(index, std::memory_order_relaxed);
    return snapshot.app[index];
  }
  return std::nullopt;
}

std::optional<Secret> Secrets::signer_of(std::string_view body, const std::string& signature) {
  const auto known = current();
  if (auto signer = search(*known, body, signature)) return signer;
  const auto fresh = refreshed();
  if (!fresh) return std::nullopt;
  const auto same_list = std::equal(fresh->app.begin(), fresh->app.end(), known->app.begin(), known->app.end(),
                                    [](const Secret& a, const Secret& b) { return a.reveal() == b.reveal(); });
  return same_list ? std::nullopt : search(*fresh, body, signature);
}

bool Secrets::knows_verify_token(std::string_view token) {
  if (token.empty()) return false;
  const auto matches = [&](const Snapshot& snapshot) {
    bool found = false;
    for (const auto& known : snapshot.verify) found |= constant_time_equal(known.reveal(), token);
    return found;
  };
  const auto known = current();
  if (matches(*known)) return true;
  const auto fresh = refreshed();
  return fresh != nullptr && matches(*fresh);
}

}  // namespace wherry::api::meta_webhook

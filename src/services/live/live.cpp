#include "services/live/live.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "base/bytes.h"
#include "base/random.h"

namespace wherry {

namespace {

bool fits(const LiveSocket& socket, std::optional<ChannelId> channel) { return !channel || !socket.channel || *socket.channel == *channel; }

}  // namespace

LiveSockets::LiveSockets() = default;
LiveSockets::~LiveSockets() = default;

std::string LiveSockets::make_id() {
  std::array<std::uint8_t, 16> bytes;
  fill_random(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);  // RFC 9562: version 4, variant 10
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  auto text = to_hex(bytes);
  for (const std::size_t dash : {8, 13, 18, 23}) text.insert(dash, 1, '-');
  return text;
}

LiveSocketPtr LiveSockets::add(LiveSocket socket) {
  const auto added = std::make_shared<const LiveSocket>(std::move(socket));
  {
    std::lock_guard lock(mutex_);
    by_tenant_[added->tenant].push_back(added);
  }
  if (added->is_user_scoped() && on_connect_) on_connect_(added);
  return added;
}

void LiveSockets::remove(const LiveSocketPtr& socket) {
  {
    std::lock_guard lock(mutex_);
    const auto found = by_tenant_.find(socket->tenant);
    if (found == by_tenant_.end() || std::erase(found->second, socket) == 0) return;
    if (found->second.empty()) by_tenant_.erase(found);
  }
  if (socket->is_user_scoped() && on_disconnect_) on_disconnect_(socket);
}

LiveSockets::Audience LiveSockets::audience(TenantId tenant, ChannelId channel, ConversationId conversation) const {
  Audience audience;
  std::lock_guard lock(mutex_);
  const auto found = by_tenant_.find(tenant);
  if (found == by_tenant_.end()) return audience;
  for (const auto& socket : found->second) {
    if (socket->conversation == conversation) audience.conversation_scoped.push_back(socket);
    else if (socket->is_user_scoped() && fits(*socket, channel)) audience.user_scoped.push_back(socket);
  }
  return audience;
}

LiveSocketPtr LiveSockets::first_user_scoped(TenantId tenant, std::optional<ChannelId> channel) const {
  std::lock_guard lock(mutex_);
  const auto found = by_tenant_.find(tenant);
  if (found == by_tenant_.end()) return nullptr;
  for (const auto& socket : found->second) {
    if (socket->is_user_scoped() && fits(*socket, channel)) return socket;
  }
  return nullptr;
}

std::vector<LiveSocketPtr> LiveSockets::user_scoped(TenantId tenant) const {
  std::vector<LiveSocketPtr> sockets;
  std::lock_guard lock(mutex_);
  const auto found = by_tenant_.find(tenant);
  if (found == by_tenant_.end()) return sockets;
  for (const auto& socket : found->second) {
    if (socket->is_user_scoped()) sockets.push_back(socket);
  }
  return sockets;
}

bool LiveSockets::any(TenantId tenant) const {
  std::lock_guard lock(mutex_);
  return by_tenant_.contains(tenant);
}

std::vector<KeyId> LiveSockets::keys() const {
  std::unordered_set<KeyId, IdHash> keys;
  std::lock_guard lock(mutex_);
  for (const auto& [tenant, sockets] : by_tenant_) {
    for (const auto& socket : sockets) keys.insert(socket->key);
  }
  return {keys.begin(), keys.end()};
}

std::size_t LiveSockets::expel(KeyId key) {
  std::vector<LiveSocketPtr> found;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [tenant, sockets] : by_tenant_) {
      std::copy_if(sockets.begin(), sockets.end(), std::back_inserter(found), [&](const LiveSocketPtr& one) { return one->key == key; });
    }
  }
  for (const auto& socket : found) socket->expel();
  return found.size();
}

LiveSockets::Counts LiveSockets::counts() const {
  Counts counts;
  std::lock_guard lock(mutex_);
  for (const auto& [tenant, sockets] : by_tenant_) {
    for (const auto& socket : sockets) ++(socket->is_user_scoped() ? counts.user_scoped : counts.conversation_scoped);
  }
  return counts;
}

Task<void> LiveSockets::stop() { co_await work_.stop(); }

}  // namespace wherry

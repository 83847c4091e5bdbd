#pragma once

#include <map>
#include <set>
#include <vector>

#include "services/ports/message_store.h"

namespace wherry::test {

/// InboundStore in memory: de-duplicates, opens conversations, keeps pending fetches.
class MemoryInboundStore final : public InboundStore {
 public:
  bool outage = false;               ///< every call fails
  bool writes_fail = false;          ///< only the writes of fetches fail
  std::size_t fail_from = SIZE_MAX;  ///< events of a POST from this place on fail
  std::vector<NewInbound> messages;  ///< what was new, in order
  std::vector<Conversation> opened;  ///< each message's conversation, beside `messages`
  std::vector<NewStatus> statuses;
  std::vector<NewOther> others;
  std::vector<NewLinkedEvent> linked_events;
  int calls = 0;
  int event_number = 0;  ///< of all that were to be stored, over all calls
  int fail_event = 0;    ///< the event of that number fails
  std::map<MediaId, PendingFetch> pending;
  std::vector<Media> finished;

  Task<std::vector<Result<StoredInboundEvent>>> store(std::vector<NewInboundEvent> events, Timestamp now) override {
    ++calls;
    std::vector<Result<StoredInboundEvent>> stored;
    for (auto& event : events) {
      if (outage || ++event_number == fail_event || fail_from <= stored.size()) {
        stored.push_back(down());
        continue;
      }
      if (auto* inbound = std::get_if<NewInbound>(&event)) stored.push_back(take(*inbound, now));
      if (auto* status = std::get_if<NewStatus>(&event)) stored.push_back(take(*status));
      if (auto* linked = std::get_if<NewLinkedEvent>(&event)) stored.push_back(take(*linked));
      if (auto* other = std::get_if<NewOther>(&event)) {
        others.push_back(*other);
        stored.push_back(StoredInboundEvent(std::monostate()));
      }
    }
    co_return stored;
  }
  Task<Result<std::uint64_t>> forget_seen(Timestamp) override { co_return std::uint64_t{0}; }

  Task<Result<std::vector<PendingFetch>>> due_fetches(Timestamp now, std::uint32_t limit) override {
    if (outage) co_return down();
    std::vector<PendingFetch> due;
    for (const auto& [id, fetch] : pending) {
      if (fetch.next_attempt_at <= now && due.size() < limit) due.push_back(fetch);
    }
    co_return due;
  }
  Task<Result<void>> reschedule_fetch(MediaId media, std::uint32_t attempts, Timestamp next_attempt_at) override {
    if (outage || writes_fail) co_return down();
    pending.at(media).attempts = attempts;
    pending.at(media).next_attempt_at = next_attempt_at;
    co_return Result<void>();
  }
  Task<Result<void>> finish_fetch(Media media) override {
    if (outage || writes_fail) co_return down();
    pending.erase(media.id);
    finished.push_back(std::move(media));
    co_return Result<void>();
  }

 private:
  static Error down() { return {ErrorCode::unavailable, "the store is down"}; }

  StoredInboundEvent take(const NewInbound& inbound, Timestamp now) {
    StoredInbound result;
    if (!seen_.insert(inbound.message.phone_number_id + "\n" + inbound.message.wamid + "\n" + inbound.message.place).second) {
      result.duplicate = true;
      return result;
    }
    messages.push_back(inbound);
    const auto who = inbound.contact_key.empty() ? inbound.message.from.bsuid.value_or("") : inbound.contact_key;
    auto [place, fresh] = conversations_.try_emplace({inbound.channel, who});
    auto& conversation = place->second;
    if (fresh) conversation.id = ConversationId::make(now);
    conversation.tenant = inbound.tenant;
    conversation.channel = inbound.channel;
    conversation.identity = inbound.message.from;
    conversation.last_inbound_at = std::max(conversation.last_inbound_at, std::optional(inbound.message.at));
    result.conversation = conversation;
    opened.push_back(conversation);
    if (inbound.media)
      pending[*inbound.media] = {*inbound.media, inbound.tenant, inbound.channel, inbound.id, *inbound.message.media, 0, now};
    return result;
  }
  StoredInboundEvent take(const NewStatus& status) {
    StoredStatus result;
    result.duplicate = !seen_.insert(status.status.wamid + "\n" + status.status.status + "\n" + status.status.recipient).second;
    if (!result.duplicate) statuses.push_back(status);
    return result;
  }

  StoredInboundEvent take(const NewLinkedEvent& event) {
    const auto& what = event.event;
    const bool fresh = seen_.insert(what.kind + "\n" + what.phone_number_id + "\n" + what.once).second;
    if (fresh) linked_events.push_back(event);
    return StoredLinkedEvent{!fresh};
  }

  std::set<std::string> seen_;
  std::map<std::pair<ChannelId, std::string>, Conversation> conversations_;
};

}  // namespace wherry::test

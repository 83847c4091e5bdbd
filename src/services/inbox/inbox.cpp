#include "services/inbox/inbox.h"

#include <algorithm>

#include "base/log.h"

namespace wherry {

namespace {

/// WhatsApp's timestamp, or ours when it has none or lies in the future: a window must not stay open longer than 24 hours.
Timestamp plausible(Timestamp at, Timestamp now) {
  const bool missing = at <= Timestamp{};
  return missing || at > now ? now : at;
}

}  // namespace

Inbox::Inbox(InboundStore& store, Channels& channels, Conversations& conversations, Clock& clock)
    : store_(store), channels_(channels), conversations_(conversations), clock_(clock) {}

ChannelPtr Inbox::channel_of(const OtherEvent& event) const {
  if (!event.phone_number_id.empty()) return channels_.find_by_phone_number_id(event.phone_number_id);
  return event.waba_id.empty() ? nullptr : channels_.find_by_waba_id(event.waba_id);
}

std::optional<NewInboundEvent> Inbox::prepare(InboundEvent event, Timestamp now) {
  if (auto* message = std::get_if<InboundMessage>(&event)) {
    const auto channel = channels_.find_by_phone_number_id(message->phone_number_id);
    if (!channel) return std::nullopt;
    NewInbound inbound;
    inbound.id = MessageId::make(now);
    inbound.channel = channel->id;
    inbound.tenant = channel->tenant;
    inbound.contact_key = message->from.wa_id ? contact_key(*message->from.wa_id) : std::string();
    if (message->media) inbound.media = MediaId::make(now);
    message->at = plausible(message->at, now);
    inbound.message = std::move(*message);
    return inbound;
  }
  if (auto* status = std::get_if<StatusUpdate>(&event)) {
    const auto channel = channels_.find_by_phone_number_id(status->phone_number_id);
    if (!channel) return std::nullopt;
    status->at = plausible(status->at, now);
    return NewStatus{channel->id, channel->tenant, std::move(*status)};
  }
  if (auto* linked = std::get_if<LinkedEvent>(&event)) {
    const auto channel = channels_.find_by_phone_number_id(linked->phone_number_id);
    if (!channel) return std::nullopt;
    linked->at = plausible(linked->at, now);
    auto key = linked->with.wa_id ? contact_key(*linked->with.wa_id) : std::string();
    return NewLinkedEvent{channel->id, channel->tenant, std::move(*linked), std::move(key)};
  }
  auto& other = std::get<OtherEvent>(event);
  const auto channel = channel_of(other);
  if (!channel) return std::nullopt;
  return NewOther{channel->tenant, channel->id, std::move(other)};
}

void Inbox::note(const NewInboundEvent& event, const StoredInboundEvent& stored, bool& has_media) {
  if (const auto* inbound = std::get_if<StoredInbound>(&stored)) {
    ++(inbound->duplicate ? counters_.duplicates : counters_.messages);
    if (inbound->duplicate) return;
    conversations_.refresh(inbound->conversation);
    const auto& message = std::get<NewInbound>(event);
    channels_.vitals().received(message.channel, message.message.at);
    if (message.media) has_media = true;
  } else if (const auto* status = std::get_if<StoredStatus>(&stored)) {
    ++(status->duplicate ? counters_.duplicates : counters_.statuses);
    const auto& error = std::get<NewStatus>(event).status.error;
    if (!status->duplicate && error) channels_.vitals().refused(error->code);
  } else {
    const auto* linked = std::get_if<StoredLinkedEvent>(&stored);
    ++(linked != nullptr && linked->duplicate ? counters_.duplicates : counters_.others);
  }
}

Task<Result<void>> Inbox::receive(std::vector<InboundEvent> events) {
  const auto now = clock_.now();
  std::vector<NewInboundEvent> ours;
  ours.reserve(events.size());
  for (auto& event : events) {
    auto prepared = prepare(std::move(event), now);
    if (prepared) ours.push_back(std::move(*prepared));
  }
  if (const auto strangers = events.size() - ours.size(); strangers > 0) {
    counters_.unknown_numbers += strangers;
    log::warn("inbound_for_unknown_number", {{"events", strangers}});
  }
  if (ours.empty()) co_return Result<void>();

  auto stored = co_await store_.store(ours, now);
  Result<void> outcome;
  bool has_media = false;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (stored[i]) note(ours[i], *stored[i], has_media);
    else outcome = stored[i].error();  // WhatsApp repeats the whole POST; what was stored is a duplicate then
    auto* other = std::get_if<NewOther>(&ours[i]);
    if (!stored[i] || other == nullptr || !listener_) continue;
    auto heard = co_await listener_(std::move(other->event));
    if (!heard) outcome = heard.error();
  }
  if (has_media && wake_) wake_();
  co_return outcome;
}

}  // namespace wherry

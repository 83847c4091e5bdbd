#include "api/admin/event_stream.h"

#include <algorithm>

#include "api/admin/wire.h"

namespace wherry::api::admin {

namespace {
constexpr std::uint32_t page_size = 50;
}

EventStream::EventStream(JournalReader& journal, JournalFeed& feed, const Clock& clock, TenantId tenant, std::uint64_t after,
                         std::string kind)
    : journal_(journal),
      feed_(feed),
      clock_(clock),
      tenant_(tenant),
      cursor_(after),
      kind_(std::move(kind)),
      pending_("retry: 2000\n\n"),
      heartbeat_at_(clock.now() + heartbeat) {}

Task<Result<std::size_t>> EventStream::read(std::span<char> out) {
  while (pending_.empty()) {
    const auto next = co_await fill();
    if (next == Next::end) co_return std::size_t{0};
  }
  const auto size = std::min(out.size(), pending_.size());
  std::copy_n(pending_.begin(), size, out.begin());
  pending_.erase(0, size);
  co_return size;
}

Task<EventStream::Next> EventStream::fill() {
  const auto seen = feed_.generation(tenant_);
  auto page = co_await journal_.events(tenant_, cursor_, kind_, page_size);
  if (!page || feed_.closed()) co_return Next::end;  // the client comes back and goes on where it was
  append(*page);
  const auto now = clock_.now();
  if (!pending_.empty()) heartbeat_at_ = now + heartbeat;
  const bool more = cursor_ < page->span.last;
  if (more || !pending_.empty()) co_return Next::go_on;
  if (now >= heartbeat_at_) {
    pending_ = ":\n\n";
    heartbeat_at_ = now + heartbeat;
    co_return Next::go_on;
  }
  const milliseconds patience = heartbeat_at_ - now;
  co_await feed_.wait(tenant_, seen, patience);
  co_return Next::go_on;
}

void EventStream::append(const JournalPage& page) {
  if (cursor_ > 0 && page.span.first > cursor_ + 1) {
    json::object gap;
    gap["from"] = cursor_ + 1;
    gap["to"] = page.span.first - 1;
    pending_ += "event: journal.gap\ndata: " + json::serialize(gap) + "\n\n";
  }
  for (const auto& event : page.events) {
    pending_ += "id: " + std::to_string(event.sequence) + "\nevent: " + event.kind + "\ndata: " + json::serialize(render(event)) + "\n\n";
  }
  cursor_ = page.scanned_to;
}

}  // namespace wherry::api::admin

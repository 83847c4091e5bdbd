#include "api/admin/event_stream.h"
#include "api/admin/operations.h"
#include "api/admin/query.h"
#include "api/admin/wire.h"

namespace wherry::api::admin {

namespace {

std::string kind_parameter(const http::Request& request) { return http::query_value(request.query, "kind").value_or(""); }

/// Where a stream begins: what the client saw last says more than the address it was once given.
Result<std::uint64_t> beginning(const http::Request& request) {
  if (const auto header = request.headers.find("Last-Event-ID")) {
    const auto last = parse_number(*header);
    if (!last) return Error{ErrorCode::invalid_argument, "Last-Event-ID must be the id of an event"};
    return *last;
  }
  TRY(const auto after, number_parameter(request, "after"));
  return after.value_or(0);
}

}  // namespace

/// GET /admin/v1/events?tenant_id=&after=&limit=&kind=   The tenant's events after a sequence, oldest first.
/// Gives next_after, from where to go on, `last`, the newest sequence, and `first`, the oldest that retention has left.
Task<Result<http::Response>> list_events(AdminServices& services, http::Request& request) {
  CO_TRY(const auto tenant, needed_tenant(request));
  CO_TRY(const auto after, number_parameter(request, "after"));
  CO_TRY(const auto limit, limit_parameter(request));
  auto kind = kind_parameter(request);
  const auto begin = after.value_or(0);
  CO_TRY(const auto page, co_await services.journal.events(tenant, begin, std::move(kind), limit));
  json::array items;
  for (const auto& event : page.events) items.push_back(render(event));
  json::object out;
  out["data"] = std::move(items);
  out["next_after"] = page.scanned_to;
  out["first"] = page.span.first;
  out["last"] = page.span.last;
  co_return http::json_response(200, json::serialize(out));
}

/// GET /admin/v1/events/stream?tenant_id=&after=&kind=   The same, and everything that is still to come, as Server-Sent Events.
Task<Result<http::Response>> stream_events(AdminServices& services, http::Request& request) {
  CO_TRY(const auto tenant, needed_tenant(request));
  CO_TRY(const auto after, beginning(request));
  http::Response response;
  response.headers.add("Content-Type", "text/event-stream");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("X-Accel-Buffering", "no");  // a proxy in front must not collect the events
  response.body = std::make_unique<EventStream>(services.journal, services.feed, services.clock, tenant, after, kind_parameter(request));
  co_return response;
}

}  // namespace wherry::api::admin

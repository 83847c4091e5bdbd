#include "api/admin/metrics.h"

#include <unistd.h>
#include <fstream>

namespace wherry::api::admin {

namespace {

void append_number(std::string& text, double value) {
  char number[32];
  std::snprintf(number, sizeof number, "%.17g", value);
  text += number;
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double total = 0;
  double resident = 0;
  statm >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double as_double(std::uint64_t value) { return static_cast<double>(value); }

void add_outbox(MetricsPage& page, const OutboxCounters& outbox) {
  page.begin("wherry_outbox_messages_total", MetricsPage::Kind::counter, "Outbound messages by what became of them since the start.");
  page.sample("wherry_outbox_messages_total", "outcome", "accepted", as_double(outbox.accepted));
  page.sample("wherry_outbox_messages_total", "outcome", "sent", as_double(outbox.sent));
  page.sample("wherry_outbox_messages_total", "outcome", "failed", as_double(outbox.failed));
  page.sample("wherry_outbox_messages_total", "outcome", "uncertain", as_double(outbox.uncertain));
  page.sample("wherry_outbox_messages_total", "outcome", "cancelled", as_double(outbox.cancelled));
  page.add("wherry_outbox_retries_total", MetricsPage::Kind::counter, "Sends that were tried again.", as_double(outbox.retried));
  page.add("wherry_outbox_resumed_total", MetricsPage::Kind::counter, "Messages taken up again after a restart.",
           as_double(outbox.resumed));
  page.add("wherry_outbox_waiting", MetricsPage::Kind::gauge, "Messages in line or being sent.",
           static_cast<double>(outbox.waiting.load()));
  page.add("wherry_outbox_scheduled", MetricsPage::Kind::gauge, "Messages for later.", static_cast<double>(outbox.scheduled.load()));
}

void add_inbox(MetricsPage& page, const InboxCounters& inbox) {
  page.begin("wherry_inbox_events_total", MetricsPage::Kind::counter, "Events from WhatsApp by kind since the start.");
  page.sample("wherry_inbox_events_total", "kind", "message", as_double(inbox.messages));
  page.sample("wherry_inbox_events_total", "kind", "status", as_double(inbox.statuses));
  page.sample("wherry_inbox_events_total", "kind", "other", as_double(inbox.others));
  page.add("wherry_inbox_duplicates_total", MetricsPage::Kind::counter, "Events that had been stored before.", as_double(inbox.duplicates));
  page.add("wherry_inbox_unknown_numbers_total", MetricsPage::Kind::counter, "Events for numbers that are no channel.",
           as_double(inbox.unknown_numbers));
}

void add_server(MetricsPage& page, const http::ServerCounters& server) {
  page.add("wherry_http_requests_total", MetricsPage::Kind::counter, "HTTP requests handled.", as_double(server.requests));
  page.add("wherry_http_bad_requests_total", MetricsPage::Kind::counter, "Requests refused before a handler saw them.",
           as_double(server.bad_requests));
  page.add("wherry_http_timeouts_total", MetricsPage::Kind::counter, "Connections closed for being too slow.", as_double(server.timeouts));
  page.add("wherry_http_connections_open", MetricsPage::Kind::gauge, "Open connections.", as_double(server.open));
  page.add("wherry_websockets_total", MetricsPage::Kind::counter, "WebSockets opened.", as_double(server.websockets));
  page.add("wherry_websockets_open", MetricsPage::Kind::gauge, "Open WebSockets.", as_double(server.websockets_open));
  page.add("wherry_websockets_too_slow_total", MetricsPage::Kind::counter, "WebSockets cut off because their client read too slowly.",
           as_double(server.slow_consumers));
}

void add_counted(MetricsPage& page, OperationalServices& services) {
  page.begin("wherry_build_info", MetricsPage::Kind::gauge, "The version that runs.");
  page.sample("wherry_build_info", "version", WHERRY_VERSION, 1);
  const auto up = std::chrono::duration<double>(services.clock.now() - services.started_at).count();
  page.add("wherry_uptime_seconds", MetricsPage::Kind::gauge, "Seconds since the start.", up);
  page.add("process_resident_memory_bytes", MetricsPage::Kind::gauge, "Resident memory.", resident_bytes());
  add_outbox(page, services.outbox.counters());
  page.add("wherry_channels_refused", MetricsPage::Kind::gauge, "Numbers that WhatsApp refuses for the account's sake.",
           static_cast<double>(services.outbox.open_circuits()));
  add_inbox(page, services.inbox.counters());
  if (const auto* server = services.server()) add_server(page, *server);
  if (services.more) services.more(page);
}

Task<http::Response> healthz(OperationalServices&, http::Request&) { co_return http::text_response(200, "ok\n"); }

Task<http::Response> readyz(OperationalServices& services, http::Request&) {
  if (services.ready()) co_return http::text_response(200, "ready\n");
  co_return http::text_response(503, "not ready\n");
}

Task<http::Response> metrics(OperationalServices& services, http::Request&) {
  MetricsPage page;
  add_counted(page, services);
  if (services.stored) {
    co_await services.stored(page);
  }
  auto response = http::text_response(200, page.text());
  response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  co_return response;
}

}  // namespace

void MetricsPage::begin(std::string_view name, Kind kind, std::string_view help) {
  text_.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ").append(name);
  text_.append(kind == Kind::counter ? " counter\n" : " gauge\n");
}

void MetricsPage::add(std::string_view name, Kind kind, std::string_view help, double value) {
  begin(name, kind, help);
  text_.append(name).append(" ");
  append_number(text_, value);
  text_ += '\n';
}

void MetricsPage::sample(std::string_view name, std::string_view label, std::string_view label_value, double value) {
  text_.append(name).append("{").append(label).append("=\"");
  for (const char c : label_value) {
    if (c == '\\' || c == '"') text_ += '\\';
    text_ += c == '\n' ? ' ' : c;
  }
  text_.append("\"} ");
  append_number(text_, value);
  text_ += '\n';
}

void add_operational_routes(http::Router& router, OperationalServices& services) {
  using Page = Task<http::Response> (*)(OperationalServices&, http::Request&);
  auto add = [&](std::string_view pattern, Page page) {
    router.add(http::Method::get, pattern, [&services, page](http::Request& request) { return page(services, request); });
  };
  add("/healthz", healthz);
  add("/readyz", readyz);
  add("/metrics", metrics);
}

}  // namespace wherry::api::admin

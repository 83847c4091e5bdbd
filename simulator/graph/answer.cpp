#include "simulator/graph/answer.h"

#include <algorithm>

#include "simulator/ascii_json.h"

namespace wherry::sim {
namespace {

void add_graph_headers(Call& call, http::Response& response, std::string_view trace) {
  char version[16];
  const int size = std::snprintf(version, sizeof version, "v%d.0", call.version);
  response.headers.add("Content-Type", "application/json; charset=UTF-8");
  response.headers.add("facebook-api-version", std::string_view(version, static_cast<std::size_t>(size)));
  response.headers.add("x-fb-trace-id", trace);
  response.headers.add("x-fb-rev", "1030000000");
  response.headers.add("x-fb-debug", trace);
  response.headers.add("X-App-Usage", R"({"call_count":0,"total_cputime":0,"total_time":0})");
}

bool is_token_error(const GraphError& error) { return error.code == 190 || error.code == 104 || error.code == 2500; }

/// Gives a text byte by byte, with a pause before each.
class DrippingSource final : public http::BodySource {
 public:
  DrippingSource(std::string text, Clock& clock) : text_(std::move(text)), clock_(clock) {}
  Task<Result<std::size_t>> read(std::span<char> out) override {
    if (at_ == text_.size() || out.empty()) co_return std::size_t{0};
    co_await clock_.sleep_for(milliseconds(100));
    out[0] = text_[at_++];
    co_return std::size_t{1};
  }
  std::optional<std::uint64_t> length() const override { return text_.size(); }

 private:
  std::string text_;
  Clock& clock_;
  std::size_t at_ = 0;
};

}  // namespace

http::Response answer(Call& call, std::string body, int status) {
  http::Response response;
  response.status = status;
  response.body = std::move(body);
  add_graph_headers(call, response, call.world().ids.trace());
  return response;
}

http::Response answer(Call& call, const boost::json::value& body) { return answer(call, to_ascii_json(body)); }

http::Response answer_success(Call& call) { return answer(call, std::string(R"({"success":true})")); }

http::Response answer_error(Call& call, const GraphError& error) {
  const std::string trace = call.world().ids.trace();
  http::Response response;
  response.status = error.http;
  response.body = error_body(error, trace);
  add_graph_headers(call, response, trace);
  if (is_token_error(error)) {
    std::string text = error.message;
    std::replace_if(text.begin(), text.end(), [](char c) { return c == '"' || c < ' ' || c > '~'; }, '\'');
    response.headers.add("WWW-Authenticate", "OAuth \"Facebook Platform\" \"invalid_request\" \"" + text + "\"");
  }
  call.code = error.code;
  call.world().counters.refuse(error.code);
  return response;
}

GraphError wrong_object(http::Method method, std::string_view id) {
  GraphError error = graph_error(100);
  error.subcode = 33;
  error.type = "GraphMethodException";
  const std::string_view verb = method == http::Method::get || method == http::Method::head ? "get"
                                : method == http::Method::delete_                           ? "delete"
                                                                                            : "post";
  error.title = "Unsupported " + std::string(verb) + " request. Object with ID '" + std::string(id) +
                "' does not exist, cannot be loaded due to missing permissions, or does not support this operation. Please read the Graph "
                "API documentation at https://developers.facebook.com/docs/graph-api";
  error.message = error.title;
  return error;
}

Task<http::Response> apply_fault(World& world, Verdict::Fault fault, int bare_http, http::Response response) {
  using Fault = Verdict::Fault;
  if (bare_http != 0) {
    http::Response bare;
    bare.status = bare_http;
    bare.headers.add("Content-Type", "text/plain");
    world.counters.faults.fetch_add(1, std::memory_order_relaxed);
    co_return bare;
  }
  if (fault == Fault::none) co_return response;
  world.counters.faults.fetch_add(1, std::memory_order_relaxed);
  std::string* text = std::get_if<std::string>(&response.body);
  switch (fault) {
    case Fault::none: break;
    case Fault::close_unaccepted:
    case Fault::accept_then_close: response.fault = http::Response::Fault::close_silently; break;
    case Fault::reset: response.fault = http::Response::Fault::reset; break;
    case Fault::accept_then_slow: co_await world.clock().sleep_for(seconds(30)); break;
    case Fault::truncated_json:
      if (text) text->resize(text->size() / 2);
      break;
    case Fault::slow_drip:
      if (text) response.body = std::make_unique<DrippingSource>(std::move(*text), world.clock());
      break;
    case Fault::html_502: {
      http::Response page;
      page.status = 502;
      page.headers.add("Content-Type", "text/html; charset=utf-8");
      page.body =
          std::string("<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Sorry, something went wrong.</h1></body></html>");
      co_return page;
    }
  }
  co_return response;
}

}  // namespace wherry::sim

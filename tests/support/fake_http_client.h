#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "base/completion.h"
#include "net/client.h"

namespace wherry::test {

/// An HTTP client that notes every request and answers from a script; past its end it answers `otherwise`.
/// One thread only.
class FakeHttpClient final : public http::Client {
 public:
  struct Seen {
    http::Method method = http::Method::get;
    std::string url;
    http::Headers headers;
    std::string body;                 ///< the body source's bytes when there was one
    bool streamed = false;
    std::string header(std::string_view name) const { return std::string(headers.find(name).value_or("")); }
  };
  using Answer = std::function<Result<http::ClientResponse>(const Seen&)>;

  std::vector<Seen> seen;
  std::deque<Answer> script;
  Answer otherwise = [](const Seen&) -> Result<http::ClientResponse> {
    return Error{ErrorCode::upstream_unavailable, "no answer scripted"};
  };
  bool hold = false;                  ///< requests wait until release()
  std::size_t piece = 7;              ///< bytes per piece of a body given to a sink

  void answer(int status, std::string body) {
    script.push_back([status, body](const Seen&) { return response(status, body); });
  }
  void fail(ErrorCode code) {
    script.push_back([code](const Seen&) -> Result<http::ClientResponse> { return Error{code, "scripted"}; });
  }
  static Result<http::ClientResponse> response(int status, std::string body) {
    http::ClientResponse made;
    made.status = status;
    made.body = std::move(body);
    return made;
  }
  /// Lets everything that waits go on, and what comes later too.
  void release() {
    hold = false;
    for (auto& waiter : std::exchange(waiting_, {})) waiter.complete(0);
  }
  std::size_t waiting() const { return waiting_.size(); }

  Task<Result<http::ClientResponse>> send(http::ClientRequest request) override {
    Seen noted;
    noted.method = request.method;
    noted.url = request.url;
    noted.headers = request.headers;
    noted.body = request.body;
    noted.streamed = request.body_source != nullptr;
    for (bool more = noted.streamed; more;) {
      char buffer[1024];
      auto read = co_await request.body_source->read(buffer);
      if (!read) co_return read.error();
      noted.body.append(buffer, *read);
      more = *read > 0;
    }
    seen.push_back(noted);
    if (hold) {
      auto wait = [this](Completion<int> waiter) { waiting_.push_back(std::move(waiter)); };
      co_await await_completion<int>(wait);
    }
    Answer answer = otherwise;
    if (!script.empty()) {
      answer = std::move(script.front());
      script.pop_front();
    }
    auto made = answer(noted);
    if (!made || request.sink == nullptr || made->status < 200 || made->status > 299) co_return made;
    const auto bytes = std::move(made->body);
    made->body.clear();
    if (bytes.size() > request.max_response_bytes) co_return Error{ErrorCode::too_large, "longer than max_response_bytes"};
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      auto written = request.sink->write(std::string_view(bytes).substr(at, piece));
      if (!written) co_return written.error();
    }
    co_return made;
  }

 private:
  std::vector<Completion<int>> waiting_;
};

}  // namespace wherry::test

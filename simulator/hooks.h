#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "net/message.h"
#include "simulator/model.h"

namespace wherry::sim {

/// How the statuses of one message run; defined by the engine, only carried through the Graph surface.
struct StatusScript;

/// What a rule or a magic recipient does to a request.
struct Verdict {
  enum class Fault { none, close_unaccepted, accept_then_close, accept_then_slow, truncated_json, slow_drip, html_502, reset };
  std::optional<GraphError> error;    ///< answer this instead of accepting
  int bare_http = 0;                  ///< answer this HTTP status without a Graph body; 0: no
  Fault fault = Fault::none;          ///< truncated_json, slow_drip: accepted, the answer suffers; html_502, reset: not accepted
  milliseconds delay{0};              ///< before the answer
  boost::json::object response_patch; ///< members merged into the answer (RFC 7396)
  std::string wa_id;                  ///< contacts[0].wa_id, when it differs from the input
  std::string message_status;         ///< of messages[0]
  bool ordinary_user = false;         ///< a magic user: exempt from window, opt-out and other asynchronous refusals
  std::shared_ptr<const StatusScript> script;  // shared with the planned statuses; null: as the user behaves
};

/// A request before it is looked at.
struct RequestAsk {
  http::Method method = http::Method::get;
  std::string_view path;  ///< without the version
};

/// A send whose parameters are in order, before limits and account states are looked at.
struct SendAsk {
  std::string_view path;
  const Number* number = nullptr;
  std::string_view to;             ///< digits, group id or BSUID
  std::string_view type;
  std::string_view template_name;
};

/// Asked about every request. Threads: any; must not block.
class Interceptor {
 public:
  virtual ~Interceptor() = default;
  virtual std::optional<Verdict> before_request(const RequestAsk& ask) = 0;
  virtual std::optional<Verdict> before_send(const SendAsk& ask) = 0;
};

/// Told what happened on the Graph surface. Threads: any; must not block.
class GraphEvents {
 public:
  virtual ~GraphEvents() = default;
  /// A send was stored and is about to be answered. `verdict` is null unless the interceptor had one.
  virtual void on_accepted(const SentMessagePtr& message, const Verdict* verdict) = 0;
  /// A template waits for review: after World::options().review_delay call World::finish_review(id), then tell the subscribers.
  virtual void on_template_submitted(const Template& value) = 0;
  /// A template changed by a call; `event` is that of message_template_status_update, e.g. PENDING_DELETION.
  virtual void on_template_changed(const Template& value, std::string_view event) = 0;
  /// The client marked a received message as read.
  virtual void on_marked_read(const ReceivedMessage& message) = 0;
  /// `security` events: PIN_CHANGED.
  virtual void on_security(const Number& number, std::string_view event) = 0;
  /// A callback is being set through the API: sends the verification GET. Errors: rejected when the challenge is not echoed.
  virtual Task<Result<void>> verify_callback(std::string url, std::string verify_token) = 0;
};

}  // namespace wherry::sim

#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "net/router.h"
#include "simulator/bulk.h"
#include "simulator/engine.h"
#include "simulator/sink.h"

namespace wherry::sim {

/// The /sim/* calls, on a port of their own: what tests and scripts do to the simulated WhatsApp, and what they can learn of it.
/// Bad input gets 400 and an unknown object 404, both with {"error":"…"}. Threads: any.
class Control {
 public:
  /// `sink` is null unless the Graph port is one.
  Control(Engine& engine, const Sink* sink);

  /// Adds every call.
  void add_to(http::Router& router);

  struct Call {
    boost::json::object body;
    boost::json::value any_body;  ///< where an array is allowed too
    std::string query;
    std::string id;               ///< {id} of the path
  };
  using Answer = Result<boost::json::value>;

 private:
  using Plain = Answer (Control::*)(const Call&);
  using Waiting = Task<Answer> (Control::*)(Call);
  void add(http::Router& router, http::Method method, std::string_view pattern, Plain plain);
  void add(http::Router& router, http::Method method, std::string_view pattern, Waiting waiting);
  Task<http::Response> run_plain(http::Request& request, Plain plain);
  Task<http::Response> run_waiting(http::Request& request, Waiting waiting);

  // control.cpp: the run as a whole
  Answer ready(const Call& call);
  Answer reset(const Call& call);
  Answer stats(const Call& call);
  Task<Answer> clock(Call call);
  Answer read_clock(const Call& call);
  // user_calls.cpp: what users do
  Answer inbound(const Call& call);
  Answer bulk(const Call& call);
  Answer react(const Call& call);
  Answer read(const Call& call);
  Answer play(const Call& call);
  Answer tap(const Call& call);
  Answer revoke(const Call& call);
  Answer edit(const Call& call);
  Answer user(const Call& call);
  // account_calls.cpp: what Meta and the business's own people do
  Task<Answer> number(Call call);
  Task<Answer> app(Call call);
  Answer token(const Call& call);
  Answer portfolio(const Call& call);
  Answer waba(const Call& call);
  Answer template_state(const Call& call);
  Answer event(const Call& call);
  // engine_calls.cpp: how the simulator behaves
  Answer put_rules(const Call& call);
  Answer get_rules(const Call& call);
  Answer chaos(const Call& call);
  Answer webhooks(const Call& call);
  Answer timeline(const Call& call);
  Answer switches(const Call& call);
  // log_calls.cpp: what happened
  Answer messages(const Call& call);
  Answer received(const Call& call);
  Answer deliveries(const Call& call);
  Answer requests(const Call& call);

  void apply_account_event(std::string_view waba_id, const boost::json::object& value);

  struct ThroughputUpgrade;

  Engine& engine_;
  const Sink* sink_;
  BulkInbound bulk_;
};

}  // namespace wherry::sim

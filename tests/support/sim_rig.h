#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/task_group.h"
#include "simulator/engine.h"
#include "tests/support/fake_receiver.h"
#include "tests/support/run.h"

namespace wherry::test {

/// The simulator without sockets: frozen time, a receiver that keeps what it is sent, and sends that skip the Graph surface.
struct SimRig {
  static constexpr Timestamp start{milliseconds(1'795'000'000'000)};

  static sim::WorldOptions options() {
    sim::WorldOptions out;
    out.first.waba_id = "102290129340398";
    out.first.number_id = "106540352242922";
    out.first.app_id = "670843887433847";
    out.first.portfolio_id = "506914307656634";
    out.first.callback = "http://127.0.0.1/hook";
    out.first.app_secret = "s3cret";
    return out;
  }

  SimRig() {
    engine.start({io.get_executor()});
    auto settings = engine.timeline.settings();
    settings.jitter = 0;
    engine.timeline.set_settings(settings);
    settle();
  }
  ~SimRig() { run(io, tasks.stop()); }

  void settle() {
    io.restart();
    io.poll();
  }
  void pass(milliseconds time) {
    clock.advance(time);
    engine.pump();
    settle();
  }
  std::shared_ptr<const sim::Number> number() const { return world.numbers.find("106540352242922"); }

  /// A send as the Graph surface hands it over. Null when a rule or a magic number refuses it.
  sim::SentMessagePtr send(std::string to, std::string type = "text", const std::function<void(sim::SentMessage&)>& shape = {}) {
    const auto from = number();
    sim::SendAsk ask;
    ask.path = "/106540352242922/messages";
    ask.number = from.get();
    ask.to = to;
    ask.type = type;
    verdict = engine.exceptions.before_send(ask);
    if (verdict && (verdict->error || verdict->bare_http != 0)) return nullptr;
    sim::SentMessage message;
    message.id = world.ids.outbound_message(to);
    message.number_id = from->id;
    message.input = to;
    message.wa_id = verdict && !verdict->wa_id.empty() ? verdict->wa_id : to;
    message.type = std::move(type);
    message.body = R"({"type":"text","text":{"body":"Hello"}})";
    message.category = "service";
    message.in_window = true;
    message.at = clock.now();
    message.sequence = ++sequence;
    if (shape) shape(message);
    auto sent = std::make_shared<const sim::SentMessage>(std::move(message));
    world.messages.add(sent);
    engine.on_accepted(sent, verdict ? &*verdict : nullptr);
    settle();
    return sent;
  }

  /// The statuses of a message that reached the receiver, in order.
  std::vector<std::string> statuses(const std::string& id) const {
    std::vector<std::string> out;
    for (const auto& item : receiver.items()) {
      if (item.at("id").as_string() == id && item.as_object().contains("status")) out.emplace_back(item.at("status").as_string());
    }
    return out;
  }
  /// Messages from users that reached the receiver.
  std::vector<boost::json::value> inbound() const {
    std::vector<boost::json::value> out;
    for (const auto& item : receiver.items()) {
      if (!item.as_object().contains("status")) out.push_back(item);
    }
    return out;
  }

  boost::asio::io_context io{1};
  sim::SimClock clock{start};
  FakeReceiver receiver;
  TaskGroup tasks;
  sim::World world{options(), clock};
  sim::Engine engine{world, clock, receiver, tasks};
  std::optional<sim::Verdict> verdict;
  std::uint64_t sequence = 0;
};

}  // namespace wherry::test

#pragma once

#include "upstream/linked_device/supervisor.h"

namespace wherry::linked {

/// The place of one process: the sessions it has, also while it is being started again.
class Supervisor::Slot final : public ProcessWatcher {
 public:
  Slot(Supervisor& owner, int number) : owner_(owner), number(number) {}

  void on_health(ProcessHealth report) override { owner_.judge(*this, std::move(report)); }
  bool on_state(const SessionId& session, const StateChange& change) override;
  void on_keys_stored(const SessionId& session, const KeyFormat& format) override;

  /// When the next session may start, for those that come at once: the delay from now.
  milliseconds next_delay(Timestamp now, milliseconds spread);

 private:
  Supervisor& owner_;

 public:
  const int number;
  std::set<std::string> sessions;
  std::shared_ptr<Process> process;      // null while there is none
  HealthRules rules;
  ProcessHealth last_report;
  milliseconds since_report{0}, empty_for{0}, alive_for{0};
  std::uint32_t failures = 0, restarts = 0;
  bool running = false;                  // run_slot() is at work
  bool leaving = false;                  // its process is being ended in good order
  bool closing = false;                  // it gets no more sessions and goes

 private:
  Timestamp next_start_;
};

}  // namespace wherry::linked

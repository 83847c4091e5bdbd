#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/task_group.h"
#include "domain/pacing.h"
#include "services/channels/channels.h"
#include "services/ports/template_api.h"
#include "services/templates/template_changes.h"

namespace wherry {

/// What a whole reading of an account's templates found.
struct TemplateSyncReport {
  std::size_t templates = 0, changed = 0, removed = 0;
  Timestamp at;
};

struct TemplateCounters {
  std::atomic<std::uint64_t> syncs{0}, failed_syncs{0}, lookups{0}, refused{0};
};

/// Reads accounts' templates from WhatsApp into the store: whole lists in the background and on demand, single names when something
/// does not fit. Threads: any.
class TemplateSync {
 public:
  static constexpr std::size_t most_templates = 10'000;  ///< of one account; what is beyond is not read

  struct Parts {
    TemplateStore& store;
    TemplateApi& api;
    Channels& channels;
    Clock& clock;
    milliseconds every{0};  ///< between whole readings of one account; 0: only on demand
  };
  explicit TemplateSync(Parts parts) : parts_(parts) {}

  /// Begins the background work.
  void start(Executor executor);
  Task<void> stop();

  /// Reads the account's whole list. Errors: conflict (it is being read), those of TemplateApi and of the store.
  Task<Result<TemplateSyncReport>> sync(ChannelPtr channel);
  /// Reads what there is of one name. False when that cannot be known: the account's allowance of look-ups is used up, or WhatsApp's
  /// answer was cut short. Errors: as sync.
  Task<Result<bool>> look_up(ChannelPtr channel, std::string name);
  /// Has the account read by the background work, soon.
  void want(const std::string& waba_id);
  /// Something of the account was stored from another source: a reading that is under way may be older, so another follows it.
  void overtaken(const std::string& waba_id);

  std::vector<TemplateHearer> hearers_of(const std::string& waba_id) const;
  const TemplateCounters& counters() const { return counters_; }
  void count_refusal() { ++counters_.refused; }

 private:
  struct Account {
    bool wanted = false;
    bool running = false;
    milliseconds pause{0};     ///< after the last failures
    Timestamp not_before{};
    Gcra lookups{std::chrono::minutes(1), 10};
  };
  struct Reading;
  Task<void> follow();
  Task<void> sync_if_due(ChannelPtr channel);
  Task<Result<TemplateSyncReport>> read_all(ChannelPtr channel);
  Task<Result<std::vector<MessageTemplate>>> known_of(std::string waba_id, std::string name);
  bool begin(const std::string& waba_id);
  void settle(const std::string& waba_id, bool done);

  Parts parts_;
  TemplateCounters counters_;
  mutable std::mutex mutex_;
  std::map<std::string, Account> accounts_;  ///< by WABA; only those of channels
  TaskGroup background_;
};

/// Errors: invalid_argument for a channel that is no number of the Cloud API.
Result<void> has_templates(const Channel& channel);

}  // namespace wherry

#pragma once

#include <atomic>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "simulator/magic.h"

namespace wherry::sim {

/// One step of a scripted message life.
struct ScriptedStatus {
  std::string status;        ///< sent, delivered, read, played, failed
  milliseconds after{0};     ///< since the step before
  int error = 0;             ///< of failed
};

/// What a rule does to a request. Fields that are not set leave things as they are.
struct RuleAction {
  int error = 0;                            ///< refuse with this Graph code
  std::string error_details;
  int http = 0;                             ///< a bare HTTP status without a Graph body
  std::optional<MagicFault> fault;
  milliseconds delay{0};                    ///< before the answer
  std::vector<ScriptedStatus> script;       ///< instead of the usual timeline; an accepted send only
  bool silent = false;                      ///< an accepted send gets no status at all
  boost::json::object response_patch;       ///< members put over those of the answer
};

/// A request as rules see it; empty where it does not apply.
struct RuleInput {
  /// Sends are asked about twice: as requests, by rules about method and path alone, and as sends, by the others.
  enum class Stage { request, send } stage = Stage::send;
  std::string_view method, path, number_id, to, recipient, type, template_name;
};

/// The scripted exceptions of PUT /sim/rules: the first rule that matches wins over magic numbers and user behaviour.
/// Threads: any; a lookup takes no lock while there are no rules.
class Rules {
 public:
  explicit Rules(std::uint64_t seed) : seed_(seed) {}

  /// Replaces all rules by {"rules":[{"match":{…},"action":{…}}]}.
  /// match: number, to, recipient, path (regular expressions over the whole text), type, template, method (exact), nth (which
  /// matching request, from 1), first (how many), probability. action: error (code, or {"code","details"}), http, fault
  /// (close_unaccepted … reset), delay_ms, script ([{"status","after_ms","error"}]), silent, response_patch.
  /// Errors: invalid_argument, nothing is changed.
  Result<std::size_t> replace(const boost::json::value& body);

  /// Counts the request for every rule it matches.
  std::shared_ptr<const RuleAction> match(const RuleInput& input);

  std::size_t size() const { return count_.load(std::memory_order_relaxed); }
  /// How often each rule was applied, in order.
  std::vector<std::uint64_t> applied() const;
  void clear();

 private:
  struct Rule;
  const std::uint64_t seed_;
  std::atomic<std::size_t> count_{0};
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Rule>> rules_;  // shared with lookups under way
};

}  // namespace wherry::sim

#pragma once

#include "simulator/hooks.h"
#include "simulator/magic.h"
#include "simulator/plan.h"
#include "simulator/rules.h"
#include "simulator/world.h"

namespace wherry::sim {

/// Decides what deviates from the ordinary: scripted rules first, then magic recipients. Threads: any.
class Exceptions final : public Interceptor {
 public:
  Exceptions(World& world, Rules& rules) : world_(world), rules_(rules) {}

  /// Rules that name no recipient, type or template: they hold for every request.
  std::optional<Verdict> before_request(const RequestAsk& ask) override;
  std::optional<Verdict> before_send(const SendAsk& ask) override;
  void reset() { attempts_.clear(); }

 private:
  std::optional<Verdict> of_magic(const Number& number, std::string_view digits, const MagicNumber& magic, std::string_view type);

  World& world_;
  Rules& rules_;
  MagicAttempts attempts_;
};

}  // namespace wherry::sim

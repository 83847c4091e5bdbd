#include "simulator/graph/send_draft.h"

namespace wherry::sim {

Failure late_failure(const Call& call, const SendDraft& draft, bool in_window) {
  World& world = call.world();
  const Number& number = *draft.number;
  if (draft.late) return draft.late;
  if (!draft.group_id.empty()) return std::nullopt;
  if (!number.blocked.empty() && number.blocked.contains(draft.wa_id)) return graph_error(130403);

  const bool marketing = draft.template_ && draft.template_->category == "MARKETING";
  if (world.has_users()) {
    const User user = world.user(draft.wa_id);
    if (!user.on_whatsapp) return graph_error(131026);
    const std::string_view wanted_hash = text_of(*draft.body, "recipient_identity_key_hash");
    if (!wanted_hash.empty() && !user.identity_hash.empty() && wanted_hash != user.identity_hash) return graph_error(137000);
    if (marketing && user.opted_out) return graph_error(131050);
    if (marketing && user.in_experiment) return graph_error(130472);
    if (marketing && user.marketing_capped) return graph_error(131049);
  }
  if (in_window) return std::nullopt;
  if (!draft.template_) {
    if (world.switches.window.load(std::memory_order_relaxed)) return graph_error(131047);
    return std::nullopt;
  }
  const auto waba = world.wabas.find(number.waba_id);
  if (!waba) return std::nullopt;
  if (waba->restrictions.contains("RESTRICTED_BIZ_INITIATED_MESSAGING")) return graph_error(131048);
  if (draft.template_->category == "UTILITY" && waba->restrictions.contains("RESTRICTED_UTILITY_TEMPLATES")) return graph_error(131064);
  if (world.switches.portfolio.load(std::memory_order_relaxed)) {
    const auto portfolio = world.portfolios.find(waba->portfolio_id);
    if (portfolio && !world.reach.take(portfolio->id, draft.wa_id, portfolio->user_limit, call.now())) return graph_error(131048);
  }
  return std::nullopt;
}

}  // namespace wherry::sim

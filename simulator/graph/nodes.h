#pragma once

#include "simulator/graph/fields.h"

namespace wherry::sim {

/// Every field of a node, for field selection.
NodeView number_view(const Call& call, const Number& number);
NodeView waba_view(const Call& call, const Waba& waba);
NodeView template_view(const Call& call, const Template& value);

/// A node as the caller's `fields` ask, answered.
http::Response answer_node(Call& call, const NodeView& view);

}  // namespace wherry::sim

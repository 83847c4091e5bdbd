#include "simulator/graph/send_draft.h"

namespace wherry::sim {

Failure check_template_shape(const SendDraft& draft) {
  const ParamPath at{nullptr, "template"};
  if (auto failure = check_text(*draft.content, at, "name", 512, Absent::required_100)) return failure;
  const auto* language = json::find_object(*draft.content, "language");
  if (!language) return required(at.child("language"));
  if (auto failure = check_text(*language, at.child("language"), "code", 0, Absent::required_100)) return failure;
  const std::string_view policy = text_of(*language, "policy");
  if (!policy.empty() && policy != "deterministic") return not_one_of("template['language']['policy']", "DETERMINISTIC", policy);
  const auto* components = json::find(*draft.content, "components");
  if (!components) return std::nullopt;
  if (!components->is_array()) return parameter_error("Param template['components'] must be an array.");
  for (const auto& value : components->get_array()) {
    const auto* component = value.if_object();
    if (!component) return parameter_error("Param template['components'] must be an array of objects.");
    if (text_of(*component, "type").empty()) return required(at.child("components").child("type"));
    if (http::equal_ignoring_case(text_of(*component, "type"), "button") && text_of(*component, "sub_type").empty()) {
      return required(at.child("components").child("sub_type"));
    }
  }
  return std::nullopt;
}

}  // namespace wherry::sim

#include "services/templates/template_notice.h"

#include "base/bytes.h"

namespace wherry {

namespace {

std::string text_of(const json::object& parent, std::string_view name) { return std::string(json::find_string(parent, name).value_or("")); }

// WhatsApp gives the id as a number here and as text everywhere else.
std::string id_of(const json::object& value) {
  const auto* id = json::find(value, "message_template_id");
  if (id == nullptr) return {};
  if (id->is_int64()) return std::to_string(id->get_int64());
  if (id->is_uint64()) return std::to_string(id->get_uint64());
  return text_of(value, "message_template_id");
}

std::string status_after(const std::string& event) {
  if (event == "REINSTATED") return "APPROVED";
  if (event == "FLAGGED") return {};  // a warning: the state is still what it was
  return event;
}

}  // namespace

MessageTemplate TemplateNotice::applied_to(MessageTemplate known) const {
  if (!status.empty()) {
    known.status = status;
    known.rejected_reason = status == "REJECTED" && !reason.empty() ? reason : "NONE";
  }
  if (!quality.empty()) known.quality = quality;
  if (!category.empty()) known.category = category;
  return known;
}

std::optional<TemplateNotice> read_template_notice(std::string_view field, std::string_view value) {
  const bool about_templates = field.starts_with("message_template_") || field == "template_category_update";
  if (!about_templates) return std::nullopt;
  const auto parsed = json::parse(value);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  const auto& object = parsed->get_object();
  TemplateNotice notice;
  notice.id = id_of(object);
  notice.name = text_of(object, "message_template_name");
  notice.language = text_of(object, "message_template_language");
  if (notice.id.empty()) return std::nullopt;
  notice.reason = text_of(object, "reason");
  if (field == "template_category_update") {
    // A change that is only planned names the category it will be; `new_category` is then still the present one.
    if (json::find(object, "correct_category") == nullptr) notice.category = to_upper_ascii(text_of(object, "new_category"));
  } else if (auto score = text_of(object, "new_quality_score"); !score.empty()) {  // seen under the field of states too
    notice.quality = to_upper_ascii(score);
  } else if (field == "message_template_status_update") {
    notice.status = status_after(to_upper_ascii(text_of(object, "event")));
  } else if (field == "message_template_components_update") {
    notice.words_changed = true;
  }
  return notice;
}

}  // namespace wherry

// A button's value does not say what it is; the template does.
#include "api/pepipost/wire.h"
#include "base/bytes.h"
#include "base/overloaded.h"

namespace wherry::api::pepipost {

namespace {

const json::object* button_of(const MessageTemplate& known, int index) {
  for (const auto& one : known.components) {
    const auto* component = one.if_object();
    const bool buttons = component != nullptr && to_lower_ascii(json::find_string(*component, "type").value_or("")) == "buttons";
    const auto* list = buttons ? json::find_array(*component, "buttons") : nullptr;
    if (list != nullptr && index >= 0 && static_cast<std::size_t>(index) < list->size())
      return (*list)[static_cast<std::size_t>(index)].if_object();
  }
  return nullptr;
}

// WhatsApp appends the value to what is fixed of the address; whoever gives the whole address means the rest of it.
std::string variable_part(std::string value, std::string_view address) {
  const auto fixed = address.substr(0, address.find("{{"));
  if (fixed.size() < address.size() && value.size() > fixed.size() && value.starts_with(fixed)) value.erase(0, fixed.size());
  return value;
}

std::string value_of(const TemplateParameter& parameter) {
  if (const auto* text = std::get_if<TextParameter>(&parameter)) return text->text;
  if (const auto* payload = std::get_if<PayloadParameter>(&parameter)) return payload->payload;
  return {};
}

}  // namespace

void fit_buttons(TemplateContent& message, const MessageTemplate& known) {
  for (auto& component : message.components) {
    if (component.type != "button" || component.parameters.size() != 1) continue;
    const auto* button = button_of(known, component.index.value_or(0));
    if (button == nullptr) continue;
    const auto type = to_upper_ascii(json::find_string(*button, "type").value_or(""));
    auto value = value_of(component.parameters.front());
    if (type == "URL" || type == "OTP") {
      component.sub_type = "url";
      component.parameters.front() = TextParameter{variable_part(std::move(value), json::find_string(*button, "url").value_or("")), {}};
    } else if (type == "QUICK_REPLY") {
      component.sub_type = "quick_reply";
      component.parameters.front() = PayloadParameter{std::move(value)};
    } else if (type == "COPY_CODE") {
      component.sub_type = "copy_code";
      component.parameters.front() = CouponParameter{std::move(value)};
    }
  }
}

}  // namespace wherry::api::pepipost

#include "domain/message_template.h"

#include <algorithm>
#include <set>

#include "base/bytes.h"
#include "base/overloaded.h"
#include "domain/meta_media.h"
#include "domain/template_text.h"

namespace wherry {

namespace {

constexpr int count_mismatch_code = 132000, unknown_code = 132001, format_code = 132012, paused_code = 132015, disabled_code = 132016,
              parameters_code = 132018, missing_code = 131008;

std::string text_in(const json::object& object, std::string_view name) { return std::string(json::find_string(object, name).value_or("")); }

/// Calls use(component, type in lower case) for each component of the template.
template <class Use>
void each_component(const json::array& components, Use use) {
  for (const auto& value : components) {
    if (const auto* component = value.if_object()) use(*component, to_lower_ascii(text_in(*component, "type")));
  }
}

const json::object* component_of(const MessageTemplate& known, std::string_view type) {
  const json::object* found = nullptr;
  each_component(known.components, [&](const json::object& component, const std::string& its_type) {
    if (found == nullptr && its_type == type) found = &component;
  });
  return found;
}

const TemplateComponent* sent_component(const TemplateContent& message, std::string_view type) {
  for (const auto& component : message.components) {
    if (component.type == type) return &component;
  }
  return nullptr;
}

const std::vector<TemplateParameter>& parameters_of(const TemplateComponent* component) {
  static const std::vector<TemplateParameter> none;
  return component != nullptr ? component->parameters : none;
}

UpstreamError fault(int code, std::string title, std::string details) {
  UpstreamError error;
  error.code = code;
  error.http_status = code == unknown_code ? 404 : 400;
  error.title = std::move(title);
  error.details = std::move(details);
  return error;
}

UpstreamError count_mismatch(std::string_view component, std::size_t given, std::size_t expected) {
  return fault(count_mismatch_code, "Number of parameters does not match the expected number of params",
               std::string(component) + ": number of localizable_params (" + std::to_string(given) +
                   ") does not match the expected number of params (" + std::to_string(expected) + ")");
}

UpstreamError wrong_format(std::string_view component, std::string_view expected, std::string_view given) {
  return fault(format_code, "Parameter format does not match format in the created template",
               std::string(component) + ": Format mismatch, expected " + std::string(expected) + ", received " + std::string(given));
}

UpstreamError wrong_parameters(std::string details) {
  return fault(parameters_code, "There's an issue with the parameters in your template", std::move(details));
}

struct Shown {
  std::string name, text;
};

/// What a parameter puts into a text; nullopt when it is none for texts.
std::optional<Shown> shown(const TemplateParameter& parameter) {
  using Maybe = std::optional<Shown>;
  return std::visit(Overloaded{[](const TextParameter& value) { return Maybe(Shown{value.name, value.text}); },
                               [](const CurrencyParameter& value) { return Maybe(Shown{value.name, value.fallback_value}); },
                               [](const DateTimeParameter& value) { return Maybe(Shown{value.name, value.fallback_value}); },
                               [](const OtherParameter& other) {
                                 const auto group = json::find_string(other.object, "group_id");
                                 return group ? Maybe(Shown{"", std::string(*group)}) : Maybe();
                               },
                               [](const auto&) { return Maybe(); }},
                    parameter);
}

std::string type_of(const TemplateParameter& parameter) {
  return std::visit(
      Overloaded{[](const TextParameter&) { return std::string("TEXT"); }, [](const CurrencyParameter&) { return std::string("CURRENCY"); },
                 [](const DateTimeParameter&) { return std::string("DATE_TIME"); },
                 [](const MediaReference& media) { return to_upper_ascii(to_string(media.kind)); },
                 [](const LocationContent&) { return std::string("LOCATION"); },
                 [](const PayloadParameter&) { return std::string("PAYLOAD"); },
                 [](const CouponParameter&) { return std::string("COUPON_CODE"); },
                 [](const OtherParameter& other) { return to_upper_ascii(text_in(other.object, "type")); }},
      parameter);
}

using Fault = std::optional<UpstreamError>;

class Judge {
 public:
  Judge(const MessageTemplate& known, const TemplateContent& message) : known_(known), message_(message) {}

  Fault run() {
    Fault found;
    each_component(known_.components, [&](const json::object& component, const std::string& type) {
      if (found) return;
      if (type == "header") found = header(component);
      if (type == "body") found = body(component);
      if (type == "buttons") found = buttons(component);
    });
    if (found) return found;
    for (const std::string_view extra : {"header", "body"}) {
      const auto given = parameters_of(sent_component(message_, extra)).size();
      if (given > 0 && component_of(known_, extra) == nullptr) return count_mismatch(extra, given, 0);
    }
    return std::nullopt;
  }

 private:
  bool named() const { return known_.parameter_format == "NAMED"; }

  Fault text(std::string_view words, std::string_view component, const std::vector<TemplateParameter>& parameters) const {
    const auto variables = variables_of(words);
    if (parameters.size() != variables.size()) return count_mismatch(component, parameters.size(), variables.size());
    std::set<std::string> names;
    for (const auto& parameter : parameters) {
      const auto value = shown(parameter);
      if (!value) return wrong_format(component, "TEXT", type_of(parameter));
      if (!named()) continue;
      if (value->name.empty()) return wrong_parameters(std::string(component) + ": Parameter name is missing or empty");
      if (std::find(variables.begin(), variables.end(), value->name) == variables.end()) {
        return wrong_parameters(std::string(component) + ": parameter name '" + value->name + "' does not exist in the template");
      }
      if (!names.insert(value->name).second) return wrong_parameters(std::string(component) + ": parameter names must be unique");
    }
    return std::nullopt;
  }

  Fault header(const json::object& component) const {
    const auto format = to_upper_ascii(text_in(component, "format"));
    const auto& parameters = parameters_of(sent_component(message_, "header"));
    if (format.empty() || format == "TEXT") return text(text_in(component, "text"), "header", parameters);
    const bool judged = format == "LOCATION" || header_media_kind(to_lower_ascii(format)).has_value();
    if (!judged) return std::nullopt;
    if (parameters.empty()) return wrong_format("header", format, "UNKNOWN");
    if (parameters.size() != 1) return count_mismatch("header", parameters.size(), 1);
    if (const auto given = type_of(parameters.front()); given != format) return wrong_format("header", format, given);
    return std::nullopt;
  }

  Fault body(const json::object& component) const {
    auto words = text_in(component, "text");
    const bool code_only = known_.category == "AUTHENTICATION" && variables_of(words).empty();
    return text(code_only ? "{{1}}" : words, "body", parameters_of(sent_component(message_, "body")));
  }

  Fault buttons(const json::object& component) const {
    static const json::array none;
    const auto* given = json::find_array(component, "buttons");
    const auto& known = given != nullptr ? *given : none;
    for (std::size_t i = 0; i < known.size(); ++i) {
      const auto* one = known[i].if_object();
      if (auto found = one != nullptr ? button(*one, i) : std::nullopt) return found;
    }
    for (const auto& sent : message_.components) {
      if (sent.type == "button" && static_cast<std::size_t>(sent.index.value_or(0)) >= known.size()) {
        return wrong_parameters("buttons: the template has no button at index " + std::to_string(sent.index.value_or(0)));
      }
    }
    return std::nullopt;
  }

  Fault button(const json::object& known, std::size_t index) const {
    const TemplateComponent* sent = nullptr;
    for (const auto& component : message_.components) {
      if (component.type == "button" && static_cast<std::size_t>(component.index.value_or(0)) == index) sent = &component;
    }
    const auto given = parameters_of(sent).size();
    const auto type = to_upper_ascii(text_in(known, "type"));
    const bool variable_url = type == "URL" && !variables_of(text_in(known, "url")).empty();
    if (type == "URL" && !variable_url && given > 0) return count_mismatch("button", given, 0);
    const bool needs_value = variable_url || type == "OTP" || type == "COPY_CODE";
    if (needs_value && given == 0) {
      return fault(missing_code, "Required parameter is missing",
                   "buttons: Button at index " + std::to_string(index) + " of type " + type + " requires a parameter");
    }
    return std::nullopt;
  }

  const MessageTemplate& known_;
  const TemplateContent& message_;
};

TemplateValues values_for(const MessageTemplate& known, const TemplateComponent* sent) {
  TemplateValues values;
  const auto& parameters = parameters_of(sent);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    auto value = shown(parameters[i]);
    if (!value) continue;
    const bool named = known.parameter_format == "NAMED" && !value->name.empty();
    values.emplace(named ? std::move(value->name) : std::to_string(i + 1), std::move(value->text));
  }
  return values;
}

}  // namespace

std::string template_body(const MessageTemplate& known) {
  const auto* body = component_of(known, "body");
  return body != nullptr ? text_in(*body, "text") : std::string();
}

std::string template_preview(const MessageTemplate& known, const TemplateContent& message) {
  std::string preview;
  for (const std::string_view part : {"header", "body", "footer"}) {
    const auto* component = component_of(known, part);
    const auto words = component != nullptr ? text_in(*component, "text") : std::string();
    if (words.empty()) continue;
    if (!preview.empty()) preview += "\n";
    preview += fill_variables(words, values_for(known, sent_component(message, part)));
  }
  return preview;
}

UpstreamError unknown_template(const TemplateContent& message) {
  return fault(unknown_code, "Template name does not exist in the translation",
               "template name (" + message.name + ") does not exist in " + message.language);
}

std::optional<UpstreamError> template_fault(const MessageTemplate& known, const TemplateContent& message) {
  if (known.status == "PAUSED") return fault(paused_code, "Template is Paused", "Template is paused due to low quality");
  if (known.status == "DISABLED") return fault(disabled_code, "Template is Disabled", "Template was paused too often and is disabled");
  if (known.status != "APPROVED") return unknown_template(message);
  return Judge(known, message).run();
}

}  // namespace wherry

#include <algorithm>

#include "base/bytes.h"
#include "simulator/graph/send_draft.h"
#include "simulator/graph/template_text.h"

namespace wherry::sim {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;
using http::equal_ignoring_case;

const json::array& no_array() {
  static const json::array empty;
  return empty;
}

const json::array& array_of(const json::object& in, std::string_view name) {
  const auto* found = json::find_array(in, name);
  return found ? *found : no_array();
}

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return result;
}

GraphError count_mismatch(std::string_view component, std::size_t given, std::size_t expected) {
  return graph_error(132000, std::string(component) + ": number of localizable_params (" + std::to_string(given) +
                                 ") does not match the expected number of params (" + std::to_string(expected) + ")");
}

GraphError format_mismatch(std::string_view component, std::string_view expected, std::string_view received) {
  return graph_error(132012, std::string(component) + ": Format mismatch, expected " + upper(expected) + ", received " + upper(received));
}

bool has_forbidden_space(std::string_view text) {
  return text.find('\n') != std::string_view::npos || text.find('\t') != std::string_view::npos ||
         text.find("     ") != std::string_view::npos;
}

/// One text-like parameter: its shown value, or what is wrong.
Failure shown_value(const json::object& parameter, std::string_view component, std::string& value) {
  const std::string_view type = text_of(parameter, "type");
  if (equal_ignoring_case(type, "text")) {
    value = scalar_of(parameter, "text");
    if (value.empty()) return graph_error(131008, "Parameter of type text is missing text value");
    if (component == "body" && has_forbidden_space(value)) {
      return graph_error(132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces");
    }
    return std::nullopt;
  }
  if (component == "body" && (equal_ignoring_case(type, "currency") || equal_ignoring_case(type, "date_time"))) {
    const auto* object = json::find_object(parameter, equal_ignoring_case(type, "currency") ? "currency" : "date_time");
    if (!object || text_of(*object, "fallback_value").empty()) {
      return graph_error(131008, "Parameter of type " + std::string(type) + " is missing fallback_value");
    }
    value = text_of(*object, "fallback_value");
    return std::nullopt;
  }
  if (component == "body" && equal_ignoring_case(type, "group_id")) {
    value = text_of(parameter, "group_id");
    return std::nullopt;
  }
  return format_mismatch(component, "TEXT", type.empty() ? "UNKNOWN" : type);
}

/// The parameters of a text against its variables; fills `values`.
Failure match_text(std::string_view text, bool named, const json::array& parameters, std::string_view component, Values& values) {
  const auto variables = variables_of(text);
  if (parameters.size() != variables.size()) return count_mismatch(component, parameters.size(), variables.size());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const auto* parameter = parameters[i].if_object();
    if (!parameter) return parameter_error("Invalid parameter", "Template parameters must be objects");
    std::string value;
    if (auto failure = shown_value(*parameter, component, value)) return failure;
    std::string key = named ? std::string(text_of(*parameter, "parameter_name")) : std::to_string(i + 1);
    if (key.empty()) return parameter_error("Invalid parameter", "Parameter name is missing or empty");
    if (std::find(variables.begin(), variables.end(), key) == variables.end()) {
      return graph_error(132018, std::string(component) + ": parameter name '" + key + "' does not exist in the template");
    }
    if (!values.emplace(std::move(key), std::move(value)).second) {
      return graph_error(132018, std::string(component) + ": parameter names must be unique");
    }
  }
  return std::nullopt;
}

class TemplateCheck {
 public:
  TemplateCheck(const Call& call, SendDraft& draft) : call_(call), draft_(draft), stored_(*draft.template_) {}

  Failure run() {
    const json::array& sent = array_of(*draft_.content, "components");
    if (auto failure = check_components(stored_.components, sent)) return failure;
    if (count_code_points(draft_.rendered) > 1024) return graph_error(132005);
    return std::nullopt;
  }

 private:
  bool named() const { return stored_.parameter_format == "NAMED"; }

  Failure check_components(const json::array& wanted, const json::array& sent) {
    for (const auto& value : wanted) {
      const auto* component = value.if_object();
      if (!component) continue;
      const std::string type = upper(text_of(*component, "type"));
      if (type == "HEADER") {
        if (auto failure = check_header(*component, sent)) return failure;
      } else if (type == "BODY") {
        if (auto failure = check_body(*component, sent)) return failure;
      } else if (type == "BUTTONS") {
        if (auto failure = check_buttons(array_of(*component, "buttons"), sent)) return failure;
      } else if (type == "LIMITED_TIME_OFFER") {
        if (auto failure = check_offer(*component, sent)) return failure;
      } else if (type == "CAROUSEL") {
        if (auto failure = check_carousel(*component, sent)) return failure;
      }
    }
    for (const std::string_view extra : {"header", "body", "carousel"}) {
      const auto* component = find_component(sent, extra);
      if (component && !find_component(wanted, extra) && !array_of(*component, "parameters").empty()) {
        return count_mismatch(extra, array_of(*component, "parameters").size(), 0);
      }
    }
    return std::nullopt;
  }

  Failure check_header(const json::object& stored, const json::array& sent) {
    const auto* component = find_component(sent, "header");
    const json::array& parameters = component ? array_of(*component, "parameters") : no_array();
    const std::string format = upper(text_of(stored, "format"));
    if (format == "TEXT" || format.empty()) {
      Values values;
      return match_text(text_of(stored, "text"), named(), parameters, "header", values);
    }
    const auto* parameter = parameters.empty() ? nullptr : parameters[0].if_object();
    if (!parameter) {
      if (format == "PRODUCT") return std::nullopt;
      return format_mismatch("header", format, "UNKNOWN");
    }
    if (parameters.size() != 1) return count_mismatch("header", parameters.size(), 1);
    const std::string_view type = text_of(*parameter, "type");
    if (!equal_ignoring_case(type, format)) return format_mismatch("header", format, type.empty() ? "UNKNOWN" : type);
    std::string key(type);
    for (char& c : key) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const auto* object = json::find_object(*parameter, key);
    const ParamPath at{nullptr, key};
    if (!object) return graph_error(131008, "Parameter of type " + key + " is missing " + key + " value");
    if (key == "image" || key == "video" || key == "document" || key == "gif") {
      return check_media(call_, draft_, *object, at, key == "gif" ? "video" : std::string_view(key));
    }
    if (key == "location" && (!decimal_of(*object, "latitude") || !decimal_of(*object, "longitude"))) {
      return graph_error(131008, "Parameter of type location is missing latitude or longitude");
    }
    return std::nullopt;
  }

  Failure check_body(const json::object& stored, const json::array& sent) {
    const auto* component = find_component(sent, "body");
    const json::array& parameters = component ? array_of(*component, "parameters") : no_array();
    std::string_view text = text_of(stored, "text");
    if (stored_.category == "AUTHENTICATION" && variables_of(text).empty()) text = "*{{1}}* is your verification code.";
    Values values;
    if (auto failure = match_text(text, named(), parameters, "body", values)) return failure;
    if (stored_.category == "AUTHENTICATION" && values.contains("1") && count_code_points(values["1"]) > 15) {
      return graph_error(132012, "body: the code must be at most 15 characters long");
    }
    if (draft_.rendered.empty()) draft_.rendered = fill_variables(text, values);
    return std::nullopt;
  }

  /// The button component sent for an index; null when there is none.
  static const json::object* find_button(const json::array& sent, std::size_t index) {
    const std::string wanted = std::to_string(index);
    for (const auto& value : sent) {
      const auto* component = value.if_object();
      if (!component || !equal_ignoring_case(text_of(*component, "type"), "button")) continue;
      const std::string at = scalar_of(*component, "index");
      if ((at.empty() ? "0" : at) == wanted) return component;
    }
    return nullptr;
  }

  static GraphError needs_parameter(std::size_t index, std::string_view type) {
    return graph_error(131008,
                       "buttons: Button at index " + std::to_string(index) + " of type " + std::string(type) + " requires a parameter");
  }

  Failure check_buttons(const json::array& stored, const json::array& sent) {
    for (std::size_t i = 0; i < stored.size(); ++i) {
      const auto* button = stored[i].if_object();
      if (!button) continue;
      if (auto failure = check_button(*button, i, find_button(sent, i))) return failure;
    }
    for (const auto& value : sent) {
      const auto* component = value.if_object();
      if (!component || !equal_ignoring_case(text_of(*component, "type"), "button")) continue;
      const auto index = int_param(*component, "index").value_or(0);
      if (index < 0 || static_cast<std::size_t>(index) >= stored.size()) {
        return graph_error(132018, "buttons: the template has no button at index " + std::to_string(index));
      }
    }
    return std::nullopt;
  }

  Failure check_button(const json::object& stored, std::size_t index, const json::object* sent) {
    const std::string type = upper(text_of(stored, "type"));
    const json::array& parameters = sent ? array_of(*sent, "parameters") : no_array();
    const auto* first = parameters.empty() ? nullptr : parameters[0].if_object();
    if (type == "OTP") draft_.otp_template = true;
    if (type == "URL" || type == "OTP") {
      const bool variable = type == "OTP" || !variables_of(text_of(stored, "url")).empty();
      if (!variable) return parameters.empty() ? Failure() : count_mismatch("button", parameters.size(), 0);
      if (!first || scalar_of(*first, "text").empty()) return needs_parameter(index, "Url");
      if (!equal_ignoring_case(text_of(*first, "type"), "text")) return format_mismatch("button", "TEXT", text_of(*first, "type"));
      return std::nullopt;
    }
    if (type == "COPY_CODE") {
      if (!first || text_of(*first, "coupon_code").empty()) return needs_parameter(index, "CopyCode");
      if (count_code_points(text_of(*first, "coupon_code")) > 15)
        return graph_error(132012, "button: coupon_code is longer than 15 characters");
      return std::nullopt;
    }
    if (type == "QUICK_REPLY" && first) {
      if (!equal_ignoring_case(text_of(*first, "type"), "payload")) return format_mismatch("button", "PAYLOAD", text_of(*first, "type"));
      if (text_of(*first, "payload").size() > 256) return graph_error(132012, "button: payload is longer than 256 characters");
    }
    if (type == "MPM" && (!first || !json::find_object(*first, "action"))) return needs_parameter(index, "Mpm");
    return std::nullopt;
  }

  Failure check_offer(const json::object& stored, const json::array& sent) {
    const auto* offer = json::find_object(stored, "limited_time_offer");
    if (!offer || !bool_param(*offer, "has_expiration").value_or(false)) return std::nullopt;
    const auto* component = find_component(sent, "limited_time_offer");
    const json::array& parameters = component ? array_of(*component, "parameters") : no_array();
    const auto* first = parameters.empty() ? nullptr : parameters[0].if_object();
    const auto* value = first ? json::find_object(*first, "limited_time_offer") : nullptr;
    if (!value) return count_mismatch("limited_time_offer", 0, 1);
    const auto until = int_param(*value, "expiration_time_ms");
    if (!until) return graph_error(131008, "limited_time_offer: expiration_time_ms is missing");
    if (*until <= to_unix_millis(call_.now())) return graph_error(132012, "limited_time_offer: expiration_time_ms is in the past");
    return std::nullopt;
  }

  Failure check_carousel(const json::object& stored, const json::array& sent) {
    const auto* component = find_component(sent, "carousel");
    const json::array& wanted = array_of(stored, "cards");
    const json::array& cards = component ? array_of(*component, "cards") : no_array();
    if (cards.size() != wanted.size()) return count_mismatch("carousel", cards.size(), wanted.size());
    for (std::size_t i = 0; i < cards.size(); ++i) {
      const auto* card = cards[i].if_object();
      const auto* model = wanted[i].if_object();
      if (!card || !model) return parameter_error("Invalid parameter", "Carousel cards must be objects");
      if (auto failure = check_components(array_of(*model, "components"), array_of(*card, "components"))) return failure;
    }
    return std::nullopt;
  }

  const Call& call_;
  SendDraft& draft_;
  const Template& stored_;
};

}  // namespace

Failure check_template(const Call& call, SendDraft& draft) {
  const std::string name(text_of(*draft.content, "name"));
  const auto* language = json::find_object(*draft.content, "language");
  const std::string code(language ? text_of(*language, "code") : "");
  draft.template_ = call.world().find_template(draft.number->waba_id, name, code);
  const GraphError unknown = graph_error(132001, "template name (" + name + ") does not exist in " + code);
  if (!draft.template_) return unknown;
  const std::string& status = draft.template_->status;
  if (status == "PAUSED") return graph_error(132015);
  if (status == "DISABLED") return graph_error(132016);
  if (status != "APPROVED") return unknown;
  if (auto failure = TemplateCheck(call, draft).run()) return failure;
  if (draft.template_->category == "MARKETING") {
    const auto waba = call.world().wabas.find(draft.number->waba_id);
    if (waba && waba->marketing_off) return graph_error(131063);
  }
  if (draft.otp_template && !draft.bsuid.empty()) return graph_error(131062);
  return std::nullopt;
}

}  // namespace wherry::sim

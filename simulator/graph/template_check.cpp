#include "simulator/graph/template_check.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "simulator/graph/checks.h"
#include "simulator/graph/template_text.h"

namespace wherry::sim {
namespace {

constexpr int too_long_text = 2388040, bad_header = 2388047, bad_body = 2388072, bad_footer = 2388073, edge_variable = 2388299;

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return result;
}

GraphError bad(std::string text) { return template_error(0, "Invalid parameter", std::move(text)); }

class ComponentCheck {
 public:
  ComponentCheck(std::string_view category, bool named) : category_(category), named_(named) {}

  Failure run(const json::array& components, bool card) {
    bool body = false;
    std::size_t offers = 0;
    for (const auto& value : components) {
      const auto* component = value.if_object();
      if (!component) return bad("Components must be objects.");
      const std::string type = upper(text_of(*component, "type"));
      if (std::count_if(components.begin(), components.end(),
                        [&](const auto& other) { return other.is_object() && upper(text_of(other.get_object(), "type")) == type; }) > 1) {
        return bad("A template can have only one " + type + " component.");
      }
      if (type == "LIMITED_TIME_OFFER") ++offers;
      body = body || type == "BODY";
    }
    if (!body && !card) return template_error(bad_body, "Message template body is missing", "The template needs a BODY component.");
    for (const auto& value : components) {
      if (auto failure = check_one(value.get_object(), card, offers > 0)) return failure;
    }
    return std::nullopt;
  }

 private:
  Failure check_one(const json::object& component, bool card, bool offer) {
    const std::string type = upper(text_of(component, "type"));
    if (type == "HEADER") return check_header(component);
    if (type == "BODY") return check_body(component, card ? 160 : offer ? 600 : 1024);
    if (type == "FOOTER") return check_footer(component);
    if (type == "BUTTONS") return check_buttons(component);
    if (type == "CAROUSEL") return check_carousel(component);
    if (type == "LIMITED_TIME_OFFER") {
      const auto* inner = json::find_object(component, "limited_time_offer");
      if (!inner) return bad("LIMITED_TIME_OFFER needs limited_time_offer.");
      if (count_code_points(text_of(*inner, "text")) > 16)
        return template_error(too_long_text, "Text too long", "The offer text is longer than 16 characters.");
      return std::nullopt;
    }
    if (type == "CALL_PERMISSION_REQUEST") return std::nullopt;
    return not_one_of("components['type']", "HEADER, BODY, FOOTER, BUTTONS, CAROUSEL, LIMITED_TIME_OFFER, CALL_PERMISSION_REQUEST", type);
  }

  /// Variables of a text: well named, and with one example each.
  Failure check_variables(std::string_view text, const json::object& component, std::string_view list, std::string_view named_list,
                          int subcode) {
    const auto variables = variables_of(text);
    if (variables.empty()) return std::nullopt;
    if (!named_ && !are_positional(variables)) {
      return template_error(subcode, "Invalid variables", "Variables must be numbered {{1}}, {{2}} and so on, without gaps.");
    }
    if (named_) {
      for (const auto& name : variables) {
        const bool plain =
            std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
        if (!plain || (name[0] >= '0' && name[0] <= '9')) {
          return template_error(subcode, "Invalid variables", "Named variables must be lower-case letters, digits and underscores.");
        }
      }
    }
    const auto* example = json::find_object(component, "example");
    const auto* values = example ? json::find_array(*example, named_ ? named_list : list) : nullptr;
    if (!values) return template_error(subcode, "Missing example", "Every variable needs an example.");
    std::size_t given = values->size();
    if (!named_ && !values->empty() && values->front().is_array()) given = values->front().get_array().size();
    if (given < variables.size()) return template_error(subcode, "Missing example", "Every variable needs an example.");
    return std::nullopt;
  }

  Failure check_header(const json::object& header) {
    const std::string format = upper(text_of(header, "format"));
    if (format == "TEXT") {
      const std::string_view text = text_of(header, "text");
      if (text.empty()) return template_error(bad_header, "Message template header is missing", "The header has no text.");
      if (count_code_points(text) > 60) return template_error(too_long_text, "Header too long", "The header is longer than 60 characters.");
      if (variables_of(text).size() > 1) return template_error(bad_header, "Invalid header", "The header can have one variable.");
      return check_variables(text, header, "header_text", "header_text_named_params", bad_header);
    }
    if (format == "IMAGE" || format == "VIDEO" || format == "GIF" || format == "DOCUMENT") {
      const auto* example = json::find_object(header, "example");
      const auto* handles = example ? json::find_array(*example, "header_handle") : nullptr;
      if (!handles || handles->empty()) return template_error(2388273, "Missing sample", "A media header needs example.header_handle.");
      return std::nullopt;
    }
    if (format == "LOCATION" || format == "PRODUCT") return std::nullopt;
    return not_one_of("components['format']", "TEXT, IMAGE, VIDEO, GIF, DOCUMENT, LOCATION, PRODUCT", format);
  }

  Failure check_body(const json::object& body, std::size_t limit) {
    const std::string_view text = text_of(body, "text");
    if (category_ == "AUTHENTICATION") {
      if (!text.empty()) return template_error(bad_body, "Invalid body", "The body of an authentication template is preset.");
      return std::nullopt;
    }
    if (text.empty()) return template_error(bad_body, "Message template body is missing", "The body has no text.");
    if (count_code_points(text) > limit) {
      return template_error(too_long_text, "Body too long", "The body is longer than " + std::to_string(limit) + " characters.");
    }
    if (has_edge_variable(text)) {
      return template_error(edge_variable, "Leading or trailing variables", "Variables can't be at the start or end of the template.");
    }
    if (has_adjacent_variables(text)) return template_error(bad_body, "Adjacent variables", "Variables need text between them.");
    return check_variables(text, body, "body_text", "body_text_named_params", bad_body);
  }

  Failure check_footer(const json::object& footer) {
    if (category_ == "AUTHENTICATION") {
      const auto minutes = int_param(footer, "code_expiration_minutes");
      if (minutes && (*minutes < 1 || *minutes > 90)) return bad("code_expiration_minutes must be between 1 and 90.");
      return std::nullopt;
    }
    const std::string_view text = text_of(footer, "text");
    if (text.empty()) return template_error(bad_footer, "Invalid footer", "The footer has no text.");
    if (count_code_points(text) > 60) return template_error(too_long_text, "Footer too long", "The footer is longer than 60 characters.");
    if (!variables_of(text).empty()) return template_error(bad_footer, "Invalid footer", "The footer can't have variables.");
    return std::nullopt;
  }

  Failure check_buttons(const json::object& component) {
    const auto* buttons = json::find_array(component, "buttons");
    if (!buttons || buttons->empty()) return bad("BUTTONS needs buttons.");
    if (buttons->size() > 10) return bad("A template can have at most 10 buttons.");
    std::size_t urls = 0, phones = 0, codes = 0, reply_runs = 0;
    bool previous_reply = false;
    for (const auto& value : *buttons) {
      const auto* button = value.if_object();
      if (!button) return bad("Buttons must be objects.");
      const std::string type = upper(text_of(*button, "type"));
      const bool reply = type == "QUICK_REPLY";
      if (reply && !previous_reply) ++reply_runs;
      previous_reply = reply;
      urls += type == "URL";
      phones += type == "PHONE_NUMBER";
      codes += type == "COPY_CODE";
      if (auto failure = check_button(*button, type)) return failure;
    }
    if (urls > 2) return bad("A template can have at most 2 URL buttons.");
    if (phones > 1) return bad("A template can have at most 1 phone number button.");
    if (codes > 1) return bad("A template can have at most 1 copy code button.");
    if (reply_runs > 1) return bad("Quick reply buttons must stand together.");
    return std::nullopt;
  }

  Failure check_button(const json::object& button, const std::string& type) {
    static constexpr std::array<std::string_view, 13> types{
        "QUICK_REPLY", "URL",           "PHONE_NUMBER",         "COPY_CODE", "OTP", "FLOW", "CATALOG", "MPM", "SPM",
        "VOICE_CALL",  "ORDER_DETAILS", "REQUEST_CONTACT_INFO", "APP"};
    if (std::find(types.begin(), types.end(), type) == types.end()) {
      return not_one_of("buttons['type']", "QUICK_REPLY, URL, PHONE_NUMBER, COPY_CODE, OTP, FLOW, CATALOG, MPM, SPM, VOICE_CALL", type);
    }
    const std::string_view text = text_of(button, "text");
    const bool needs_text = type == "QUICK_REPLY" || type == "URL" || type == "PHONE_NUMBER" || type == "FLOW";
    if (needs_text && text.empty()) return bad("The button has no text.");
    if (count_code_points(text) > 25)
      return template_error(too_long_text, "Button text too long", "The button text is longer than 25 characters.");
    if (type == "PHONE_NUMBER" && (text_of(button, "phone_number").empty() || text_of(button, "phone_number").size() > 20)) {
      return bad("The phone number of the button is missing or too long.");
    }
    if (type == "COPY_CODE") {
      const std::string example = json::find_array(button, "example") ? std::string() : scalar_of(button, "example");
      if (example.size() > 15) return bad("The example code is longer than 15 characters.");
    }
    if (type == "OTP") {
      const std::string kind = upper(text_of(button, "otp_type"));
      if (kind != "COPY_CODE" && kind != "ONE_TAP" && kind != "ZERO_TAP")
        return not_one_of("otp_type", "COPY_CODE, ONE_TAP, ZERO_TAP", kind);
      if (category_ != "AUTHENTICATION") return bad("OTP buttons are for authentication templates only.");
      const auto* apps = json::find_array(button, "supported_apps");
      if (apps && apps->size() > 5) return bad("At most 5 supported_apps are allowed.");
    }
    if (type == "URL") return check_url(button);
    return std::nullopt;
  }

  Failure check_url(const json::object& button) {
    const std::string_view url = text_of(button, "url");
    if (url.empty() || url.size() > 2000 || !is_http_url(url)) return bad("The URL of the button is missing, too long or not valid.");
    const auto variables = variables_of(url);
    if (variables.empty()) return std::nullopt;
    if (variables.size() > 1 || !url.ends_with("}}")) return bad("A URL can have one variable, at its end.");
    const auto* examples = json::find_array(button, "example");
    if (!examples || examples->empty()) return template_error(0, "Missing example", "A URL with a variable needs an example.");
    return std::nullopt;
  }

  Failure check_carousel(const json::object& component) {
    const auto* cards = json::find_array(component, "cards");
    if (!cards || cards->size() < 2 || cards->size() > 10) return bad("A carousel needs 2 to 10 cards.");
    std::string shape;
    for (const auto& value : *cards) {
      const auto* card = value.if_object();
      const auto* components = card ? json::find_array(*card, "components") : nullptr;
      if (!components) return bad("Carousel cards need components.");
      if (auto failure = run(*components, true)) return failure;
      std::string this_shape;
      for (const auto& part : *components)
        this_shape += upper(text_of(part.get_object(), "type")) + upper(text_of(part.get_object(), "format")) + "/";
      if (!shape.empty() && shape != this_shape) return bad("All carousel cards must have the same components.");
      shape = this_shape;
    }
    return std::nullopt;
  }

  std::string_view category_;
  bool named_;
};

}  // namespace

GraphError template_error(int subcode, std::string title, std::string text) {
  GraphError error = parameter_error("Invalid parameter");
  error.message = "Invalid parameter";
  error.subcode = subcode;
  error.user_title = std::move(title);
  error.user_message = std::move(text);
  return error;
}

Failure check_template_components(const boost::json::array& components, std::string_view category, std::string_view format) {
  return ComponentCheck(category, format == "NAMED").run(components, false);
}

Failure check_ttl(std::int64_t ttl, std::string_view category) {
  if (ttl == -1) return std::nullopt;
  std::int64_t least = 30, most = 43'200;
  if (category == "AUTHENTICATION") most = 900;
  if (category == "MARKETING") {
    least = 43'200;
    most = 2'592'000;
  }
  if (ttl >= least && ttl <= most) return std::nullopt;
  return template_error(0, "Invalid time to live",
                        "message_send_ttl_seconds must be between " + std::to_string(least) + " and " + std::to_string(most) + ".");
}

}  // namespace wherry::sim

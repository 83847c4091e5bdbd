#include "domain/check_template.h"

#include <set>

#include "base/overloaded.h"
#include "domain/check_media.h"
#include "domain/field_check.h"

namespace wherry {

namespace {

constexpr std::size_t max_components = 30, max_parameters = 100, max_cards = 10, max_files = 11;
constexpr std::size_t max_value = 32'768;  // what a filled-in text may have is WhatsApp's to say

bool is_template_name(std::string_view name) {
  return !name.empty() && name.size() <= 512 && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

class ComponentsCheck {
 public:
  explicit ComponentsCheck(FieldCheck& check) : check_(check) {}

  void components(const std::string& at, const std::vector<TemplateComponent>& components) {
    check_.count(at, components.size(), 0, max_components);
    for (const auto& one : components) component(at, one);
  }

 private:
  void component(const std::string& at, const TemplateComponent& component) {
    check_.required(at + ".type", component.type, 64).text(at + ".sub_type", component.sub_type, 64);
    const bool button = component.type == "button";
    check_.that(!button || !component.sub_type.empty(), at + ".sub_type", "is required for a button");
    check_.that(!button || component.index.has_value(), at + ".index", "is required for a button");
    check_.count(at + ".parameters", component.parameters.size(), 0, max_parameters)
        .count(at + ".cards", component.cards.size(), 0, max_cards);
    for (const auto& one : component.parameters) parameter(at + ".parameters", one);
    for (const auto& card : component.cards) components(at + ".cards.components", card.components);
  }

  void parameter(const std::string& at, const TemplateParameter& parameter) {
    const auto name = [&](const std::string& text) { check_.text(at + ".parameter_name", text, 512); };
    std::visit(Overloaded{[&](const TextParameter& value) {
                            name(value.name);
                            check_.required(at + ".text", value.text, max_value);
                          },
                          [&](const CurrencyParameter& value) {
                            name(value.name);
                            check_.required(at + ".currency.fallback_value", value.fallback_value, max_value);
                            check_.that(value.code.size() == 3, at + ".currency.code", "must be a currency code of three letters");
                            check_.text(at + ".currency.code", value.code, 3);
                          },
                          [&](const DateTimeParameter& value) {
                            name(value.name);
                            check_.required(at + ".date_time.fallback_value", value.fallback_value, max_value);
                          },
                          [&](const MediaReference& media) { file(at, media); },
                          [&](const LocationContent& location) { check_location(check_, at + ".location", location); },
                          [&](const PayloadParameter& value) { check_.required(at + ".payload", value.payload, 256); },
                          [&](const CouponParameter& value) { check_.required(at + ".coupon_code", value.code, 15); },
                          [&](const OtherParameter& other) { check_object(check_, at, other.object); }},
               parameter);
  }

  void file(const std::string& at, const MediaReference& media) {
    check_media(check_, at + "." + std::string(to_string(media.kind)), media);
    const auto* ours = std::get_if<MediaId>(&media.source);
    if (ours == nullptr) return;
    files_.insert(*ours);
    check_.that(files_.size() <= max_files, at, "can name 11 stored files at most; give links for the others");
  }

  FieldCheck& check_;
  std::set<MediaId> files_;
};

}  // namespace

Result<void> check_template(const TemplateContent& content) {
  FieldCheck check;
  check.that(is_template_name(content.name), "template.name", "must be 1 to 512 lower-case letters, digits and underscores");
  check.required("template.language.code", content.language, 16);
  ComponentsCheck(check).components("template.components", content.components);
  return check.result();
}

}  // namespace wherry

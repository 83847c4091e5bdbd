#include "base/bytes.h"
#include "base/overloaded.h"
#include "domain/meta_media.h"
#include "domain/meta_shape.h"

namespace wherry {

namespace {

using Presence = ObjectReader::Presence;

json::object parameter_head(std::string_view type, const std::string& name) {
  json::object out{{"type", type}};
  if (!name.empty()) out["parameter_name"] = name;
  return out;
}

json::object parameter_object(const TemplateParameter& parameter, UploadedFiles uploaded) {
  return std::visit(
      Overloaded{[](const TextParameter& value) {
                   auto out = parameter_head("text", value.name);
                   out["text"] = value.text;
                   return out;
                 },
                 [](const CurrencyParameter& value) {
                   auto out = parameter_head("currency", value.name);
                   out["currency"] =
                       json::object{{"fallback_value", value.fallback_value}, {"code", value.code}, {"amount_1000", value.amount_1000}};
                   return out;
                 },
                 [](const DateTimeParameter& value) {
                   auto out = parameter_head("date_time", value.name);
                   out["date_time"] = json::object{{"fallback_value", value.fallback_value}};
                   return out;
                 },
                 [&](const MediaReference& media) { return typed_media(media, uploaded); },
                 [](const LocationContent& location) { return json::object{{"type", "location"}, {"location", meta_object(location)}}; },
                 [](const PayloadParameter& value) { return json::object{{"type", "payload"}, {"payload", value.payload}}; },
                 [](const CouponParameter& value) { return json::object{{"type", "coupon_code"}, {"coupon_code", value.code}}; },
                 [](const OtherParameter& other) { return other.object; }},
      parameter);
}

json::array components_array(const std::vector<TemplateComponent>& components, UploadedFiles uploaded) {
  json::array out;
  for (const auto& component : components) {
    json::object one{{"type", component.type}};
    if (!component.sub_type.empty()) one["sub_type"] = component.sub_type;
    if (component.index) one["index"] = std::to_string(*component.index);
    json::array parameters;
    for (const auto& parameter : component.parameters) parameters.push_back(parameter_object(parameter, uploaded));
    if (!parameters.empty()) one["parameters"] = std::move(parameters);
    json::array cards;
    for (const auto& card : component.cards) {
      cards.push_back(json::object{{"card_index", card.index}, {"components", components_array(card.components, uploaded)}});
    }
    if (!cards.empty()) one["cards"] = std::move(cards);
    out.push_back(std::move(one));
  }
  return out;
}

CurrencyParameter read_currency(const ObjectReader& in, std::string name) {
  CurrencyParameter out;
  out.name = std::move(name);
  if (const auto currency = in.object("currency", Presence::required)) {
    out.fallback_value = currency->text("fallback_value", Presence::required);
    out.code = currency->text("code", Presence::required);
    out.amount_1000 = currency->integer("amount_1000", Presence::required).value_or(0);
  }
  return out;
}

DateTimeParameter read_date_time(const ObjectReader& in, std::string name) {
  DateTimeParameter out;
  out.name = std::move(name);
  if (const auto date = in.object("date_time", Presence::required)) out.fallback_value = date->text("fallback_value", Presence::required);
  return out;
}

TemplateParameter read_parameter(const ObjectReader& in) {
  const auto type = to_lower_ascii(in.text("type", Presence::required));
  auto name = in.text("parameter_name");
  if (type == "text") return TextParameter{in.text("text", Presence::required), std::move(name)};
  if (type == "currency") return read_currency(in, std::move(name));
  if (type == "date_time") return read_date_time(in, std::move(name));
  if (type == "payload") return PayloadParameter{in.text("payload", Presence::required)};
  if (type == "coupon_code") return CouponParameter{in.text("coupon_code", Presence::required)};
  if (const auto kind = header_media_kind(type)) return read_media_reference(in, *kind);
  if (type == "location") {
    const auto place = in.object("location", Presence::required);
    return place ? read_location_members(*place) : LocationContent();
  }
  return OtherParameter{in.raw()};
}

std::optional<int> small_index(const ObjectReader& in, std::string_view name, Presence presence) {
  const auto value = in.integer(name, presence);
  if (!value) return std::nullopt;
  if (*value < 0 || *value > 99) {
    in.refuse(name, "must be a small number from 0");
    return std::nullopt;
  }
  return static_cast<int>(*value);
}

enum class Cards { allowed, inside };

std::vector<TemplateComponent> read_components(const ObjectReader& parent, Presence presence, Cards cards) {
  std::vector<TemplateComponent> out;
  parent.each("components", presence, [&](const ObjectReader& in) {
    TemplateComponent component;
    component.type = to_lower_ascii(in.text("type", Presence::required));
    component.sub_type = to_lower_ascii(in.text("sub_type"));
    component.index = small_index(in, "index", Presence::optional);
    in.each("parameters", Presence::optional, [&](const ObjectReader& item) { component.parameters.push_back(read_parameter(item)); });
    if (cards == Cards::inside && in.has("cards")) in.refuse("cards", "cannot be inside a card");
    if (cards == Cards::allowed) {
      in.each("cards", Presence::optional, [&](const ObjectReader& card) {
        const auto index = small_index(card, "card_index", Presence::required);
        component.cards.push_back({index.value_or(0), read_components(card, Presence::required, Cards::inside)});
      });
    }
    out.push_back(std::move(component));
  });
  return out;
}

}  // namespace

json::object meta_object(const TemplateContent& message, UploadedFiles uploaded) {
  json::object out{{"name", message.name}, {"language", json::object{{"code", message.language}}}};
  if (!message.components.empty()) out["components"] = components_array(message.components, uploaded);
  return out;
}

Result<TemplateContent> read_template(const json::object& object) {
  std::optional<Error> failure;
  const ObjectReader in(object, "template", failure);
  TemplateContent content;
  content.name = in.text("name", Presence::required);
  if (const auto language = in.object("language", Presence::required)) content.language = language->text("code", Presence::required);
  content.components = read_components(in, Presence::optional, Cards::allowed);
  if (failure) return std::move(*failure);
  return content;
}

Result<std::vector<TemplateComponent>> read_template_components(const json::array& array) {
  std::optional<Error> failure;
  const json::object around{{"components", array}};
  auto components = read_components(ObjectReader(around, "", failure), Presence::optional, Cards::allowed);
  if (failure) return std::move(*failure);
  return components;
}

}  // namespace wherry

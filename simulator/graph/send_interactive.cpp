#include <set>

#include "simulator/graph/send_draft.h"

namespace wherry::sim {
namespace {

enum class Header { none, text, text_required, text_or_media };
enum class Part { none, optional, required };

struct Shape {
  std::string_view type;
  Header header;
  Part body;
  std::size_t body_limit;
  Part footer;
};

constexpr Shape shapes[] = {
    {"button", Header::text_or_media, Part::required, 1024, Part::optional},
    {"list", Header::text, Part::required, 4096, Part::optional},
    {"cta_url", Header::text_or_media, Part::required, 1024, Part::optional},
    {"flow", Header::text_or_media, Part::required, 1024, Part::optional},
    {"location_request_message", Header::none, Part::required, 1024, Part::none},
    {"address_message", Header::text_or_media, Part::required, 1024, Part::optional},
    {"call_permission_request", Header::none, Part::optional, 1024, Part::none},
    {"voice_call", Header::none, Part::required, 1024, Part::none},
    {"request_contact_info", Header::none, Part::required, 1024, Part::optional},
    {"catalog_message", Header::none, Part::required, 1024, Part::optional},
    {"product", Header::none, Part::optional, 1024, Part::optional},
    {"product_list", Header::text_required, Part::required, 1024, Part::optional},
    {"carousel", Header::none, Part::required, 1024, Part::none},
    {"order_details", Header::text_or_media, Part::required, 1024, Part::optional},
    {"order_status", Header::none, Part::required, 1024, Part::optional},
};

const Shape* shape_of(std::string_view type) {
  for (const Shape& shape : shapes) {
    if (shape.type == type) return &shape;
  }
  return nullptr;
}

class InteractiveCheck {
 public:
  InteractiveCheck(const Call& call, SendDraft& draft) : call_(call), draft_(draft) {}

  Failure run() {
    const json::object& content = *draft_.content;
    const std::string_view type = text_of(content, "type");
    if (type.empty()) return missing(root_.child("type"));
    const Shape* shape = shape_of(type);
    if (!shape) return not_valid("Interactive message type '" + std::string(type.substr(0, 64)) + "' is not supported");
    if (auto failure = check_header(content, root_, shape->header, type)) return failure;
    if (auto failure = check_part(content, root_, "body", shape->body, shape->body_limit, type)) return failure;
    if (auto failure = check_part(content, root_, "footer", shape->footer, 60, type)) return failure;
    const auto* action = json::find_object(content, "action");
    if (!action) return missing(root_.child("action"));
    const ParamPath at = root_.child("action");
    if (type == "button") return check_buttons(*action, at);
    if (type == "list") return check_list(*action, at);
    if (type == "carousel") return check_carousel(*action, at);
    if (type == "product_list") return check_product_list(*action, at);
    if (type == "product") return check_product(*action, at);
    if (type == "order_details" || type == "order_status") return check_text(*action, at, "name", 0, Absent::missing_131008);
    return check_named_action(*action, at, type);
  }

 private:
  Failure check_header(const json::object& in, const ParamPath& parent, Header allowed, std::string_view type) {
    const ParamPath at = parent.child("header");
    const auto* value = json::find(in, "header");
    if (!value) {
      if (allowed == Header::text_required) return missing(at);
      return std::nullopt;
    }
    if (allowed == Header::none) return not_valid("Header is not allowed for interactive type '" + std::string(type) + "'");
    if (!value->is_object()) return parameter_error("Param " + at.text() + " must be an object.");
    const json::object& header = value->get_object();
    const std::string_view kind = text_of(header, "type");
    if (kind.empty()) return missing(at.child("type"));
    if (kind == "text") return check_text(header, at, "text", 60, Absent::missing_131008);
    const bool media = kind == "image" || kind == "video" || kind == "document";
    if (!media || allowed != Header::text_or_media) {
      return not_valid("Header type '" + std::string(kind.substr(0, 32)) + "' is not allowed for interactive type '" + std::string(type) +
                       "'");
    }
    const auto* object = json::find_object(header, kind);
    if (!object) return missing(at.child(kind));
    return check_media(call_, draft_, *object, at.child(kind), kind);
  }

  Failure check_part(const json::object& in, const ParamPath& parent, std::string_view name, Part wanted, std::size_t limit,
                     std::string_view type) {
    const ParamPath at = parent.child(name);
    const auto* value = json::find(in, name);
    if (!value) return wanted == Part::required ? Failure(missing(at)) : std::nullopt;
    if (wanted == Part::none) {
      return not_valid("Parameter '" + std::string(name) + "' is not allowed for interactive type '" + std::string(type) + "'");
    }
    if (!value->is_object()) return parameter_error("Param " + at.text() + " must be an object.");
    return check_text(value->get_object(), at, "text", limit, Absent::missing_131008);
  }

  Failure check_buttons(const json::object& action, const ParamPath& parent) {
    const ParamPath at = parent.child("buttons");
    const auto* buttons = json::find_array(action, "buttons");
    if (!buttons || buttons->empty()) return missing(at);
    if (buttons->size() > 3) return not_valid("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3");
    std::set<std::string_view> ids, titles;
    for (std::size_t i = 0; i < buttons->size(); ++i) {
      const ParamPath entry = at.at(i);
      const auto* button = (*buttons)[i].if_object();
      if (!button) return parameter_error("Param " + entry.text() + " must be an object.");
      if (text_of(*button, "type") != "reply") return not_valid("Button type must be 'reply'");
      const auto* reply = json::find_object(*button, "reply");
      const ParamPath reply_at = entry.child("reply");
      if (!reply) return missing(reply_at);
      if (auto failure = check_text(*reply, reply_at, "id", 256, Absent::missing_131008)) return failure;
      if (auto failure = check_text(*reply, reply_at, "title", 20, Absent::missing_131008)) return failure;
      if (!ids.insert(text_of(*reply, "id")).second) return not_valid("Duplicate button id: button ids must be unique");
      if (!titles.insert(text_of(*reply, "title")).second) return not_valid("Duplicate button title: button titles must be unique");
    }
    return std::nullopt;
  }

  Failure check_list(const json::object& action, const ParamPath& parent) {
    if (auto failure = check_text(action, parent, "button", 20, Absent::missing_131008)) return failure;
    const ParamPath at = parent.child("sections");
    const auto* sections = json::find_array(action, "sections");
    if (!sections || sections->empty()) return missing(at);
    if (sections->size() > 10) return not_valid("Total section count exceed max allowed count: 10");
    std::size_t total = 0;
    std::set<std::string_view> ids;
    for (std::size_t i = 0; i < sections->size(); ++i) {
      const ParamPath section_at = at.at(i);
      const auto* section = (*sections)[i].if_object();
      if (!section) return parameter_error("Param " + section_at.text() + " must be an object.");
      const Absent title = sections->size() > 1 ? Absent::missing_131008 : Absent::allowed;
      if (auto failure = check_text(*section, section_at, "title", 24, title)) return failure;
      const ParamPath rows_at = section_at.child("rows");
      const auto* rows = json::find_array(*section, "rows");
      if (!rows || rows->empty()) return missing(rows_at);
      total += rows->size();
      if (total > 10) return not_valid("Total row count exceed max allowed count: 10");
      for (std::size_t k = 0; k < rows->size(); ++k) {
        const ParamPath row_at = rows_at.at(k);
        const auto* row = (*rows)[k].if_object();
        if (!row) return parameter_error("Param " + row_at.text() + " must be an object.");
        if (auto failure = check_text(*row, row_at, "id", 200, Absent::missing_131008)) return failure;
        if (auto failure = check_text(*row, row_at, "title", 24, Absent::missing_131008)) return failure;
        if (auto failure = check_text(*row, row_at, "description", 72, Absent::allowed)) return failure;
        if (!ids.insert(text_of(*row, "id")).second) return not_valid("Duplicate row id: row ids must be unique");
      }
    }
    return std::nullopt;
  }

  Failure check_cta(const json::object& action, const ParamPath& parent) {
    const auto* parameters = json::find_object(action, "parameters");
    const ParamPath at = parent.child("parameters");
    if (!parameters) return missing(at);
    if (auto failure = check_text(*parameters, at, "display_text", 20, Absent::missing_131008)) return failure;
    if (auto failure = check_text(*parameters, at, "url", 2000, Absent::missing_131008)) return failure;
    if (!is_http_url(text_of(*parameters, "url"))) return not_valid(at.child("url").text() + " is not a valid URL");
    return std::nullopt;
  }

  Failure check_named_action(const json::object& action, const ParamPath& at, std::string_view type) {
    const std::string_view wanted = type == "location_request_message" ? "send_location" : type;
    const std::string_view name = text_of(action, "name");
    if (name.empty()) return missing(at.child("name"));
    if (name != wanted)
      return not_valid("Action name must be '" + std::string(wanted) + "' for interactive type '" + std::string(type) + "'");
    if (type == "cta_url") return check_cta(action, at);
    const auto* parameters = json::find_object(action, "parameters");
    const ParamPath in = at.child("parameters");
    if (type == "flow") return check_flow(parameters, in);
    if (type == "address_message") {
      if (!parameters) return missing(in);
      return check_text(*parameters, in, "country", 0, Absent::missing_131008);
    }
    if (type == "voice_call" && parameters) return check_text(*parameters, in, "display_text", 20, Absent::allowed);
    return std::nullopt;
  }

  Failure check_flow(const json::object* parameters, const ParamPath& at) {
    if (!parameters) return missing(at);
    if (scalar_of(*parameters, "flow_message_version").empty()) return missing(at.child("flow_message_version"));
    if (scalar_of(*parameters, "flow_message_version") != "3") return not_valid("flow_message_version must be 3");
    const bool by_id = !scalar_of(*parameters, "flow_id").empty(), by_name = !text_of(*parameters, "flow_name").empty();
    if (by_id == by_name) return not_valid("Exactly one of flow_id and flow_name is needed");
    if (auto failure = check_text(*parameters, at, "flow_cta", 30, Absent::missing_131008)) return failure;
    const std::string_view mode = text_of(*parameters, "mode"), action = text_of(*parameters, "flow_action");
    if (!mode.empty() && mode != "published" && mode != "draft") return not_valid("Flow mode must be published or draft");
    if (!action.empty() && action != "navigate" && action != "data_exchange")
      return not_valid("flow_action must be navigate or data_exchange");
    return std::nullopt;
  }

  Failure check_product(const json::object& action, const ParamPath& at) {
    if (auto failure = check_text(action, at, "catalog_id", 0, Absent::missing_131008)) return failure;
    return check_text(action, at, "product_retailer_id", 0, Absent::missing_131008);
  }

  Failure check_product_list(const json::object& action, const ParamPath& parent) {
    if (auto failure = check_text(action, parent, "catalog_id", 0, Absent::missing_131008)) return failure;
    const ParamPath at = parent.child("sections");
    const auto* sections = json::find_array(action, "sections");
    if (!sections || sections->empty()) return missing(at);
    if (sections->size() > 10) return not_valid("Total section count exceed max allowed count: 10");
    std::size_t total = 0;
    for (std::size_t i = 0; i < sections->size(); ++i) {
      const ParamPath section_at = at.at(i);
      const auto* section = (*sections)[i].if_object();
      if (!section) return parameter_error("Param " + section_at.text() + " must be an object.");
      const Absent title = sections->size() > 1 ? Absent::missing_131008 : Absent::allowed;
      if (auto failure = check_text(*section, section_at, "title", 24, title)) return failure;
      const auto* items = json::find_array(*section, "product_items");
      const ParamPath items_at = section_at.child("product_items");
      if (!items || items->empty()) return missing(items_at);
      total += items->size();
      if (total > 30) return not_valid("Total product count exceed max allowed count: 30");
      for (std::size_t k = 0; k < items->size(); ++k) {
        const auto* item = (*items)[k].if_object();
        if (!item || text_of(*item, "product_retailer_id").empty()) return missing(items_at.at(k).child("product_retailer_id"));
      }
    }
    return std::nullopt;
  }

  Failure check_media_card(const json::object& card, const ParamPath& at, std::string& kind_of_all) {
    const auto* header = json::find_object(card, "header");
    if (!header) return missing(at.child("header"));
    const std::string_view kind = text_of(*header, "type");
    if (kind != "image" && kind != "video") return not_valid("The header of a carousel card must be an image or a video");
    if (!kind_of_all.empty() && kind_of_all != kind) return not_valid("All carousel cards must have the same kind of header");
    kind_of_all = kind;
    if (auto failure = check_header(card, at, Header::text_or_media, "carousel")) return failure;
    if (auto failure = check_part(card, at, "body", Part::optional, 160, "carousel")) return failure;
    if (const auto* body = json::find_object(card, "body")) {
      const std::string_view text = text_of(*body, "text");
      if (std::count(text.begin(), text.end(), '\n') > 2) return not_valid("The body of a carousel card may have at most 2 line breaks");
    }
    const auto* action = json::find_object(card, "action");
    if (!action) return missing(at.child("action"));
    return check_cta(*action, at.child("action"));
  }

  Failure check_carousel(const json::object& action, const ParamPath& parent) {
    const ParamPath at = parent.child("cards");
    const auto* cards = json::find_array(action, "cards");
    if (!cards) return missing(at);
    if (cards->size() < 2 || cards->size() > 10) return not_valid("A carousel needs 2 to 10 cards");
    std::set<std::int64_t> indexes;
    std::string media_kind, card_type, catalog;
    for (std::size_t i = 0; i < cards->size(); ++i) {
      const ParamPath card_at = at.at(i);
      const auto* card = (*cards)[i].if_object();
      if (!card) return parameter_error("Param " + card_at.text() + " must be an object.");
      const auto index = int_param(*card, "card_index");
      if (!index) return missing(card_at.child("card_index"));
      if (*index < 0 || *index > 9 || !indexes.insert(*index).second) return not_valid("card_index must be unique and between 0 and 9");
      const std::string type(text_of(*card, "type"));
      if (type != "cta_url" && type != "product") return not_valid("The type of a carousel card must be cta_url or product");
      if (!card_type.empty() && card_type != type) return not_valid("All carousel cards must have the same type");
      card_type = type;
      if (type == "cta_url") {
        if (auto failure = check_media_card(*card, card_at, media_kind)) return failure;
        continue;
      }
      const auto* product = json::find_object(*card, "action");
      if (!product) return missing(card_at.child("action"));
      if (auto failure = check_product(*product, card_at.child("action"))) return failure;
      const std::string of(text_of(*product, "catalog_id"));
      if (!catalog.empty() && catalog != of) return not_valid("All carousel cards must be of the same catalog");
      catalog = of;
    }
    return std::nullopt;
  }

  const Call& call_;
  SendDraft& draft_;
  ParamPath root_{nullptr, "interactive"};
};

}  // namespace

Failure check_interactive(const Call& call, SendDraft& draft) { return InteractiveCheck(call, draft).run(); }

}  // namespace wherry::sim

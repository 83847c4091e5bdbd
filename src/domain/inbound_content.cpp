#include "domain/inbound_content.h"

#include "domain/meta_shape.h"
#include "domain/object_reader.h"

namespace wherry {

namespace {

InboundReply read_template_button(const ObjectReader& button) {
  return {InboundReply::Kind::template_button, button.text("payload"), button.text("text"), {}, {}};
}

InboundReply read_reply(const ObjectReader& interactive) {
  InboundReply reply;
  if (const auto button = interactive.object("button_reply")) {
    reply = {InboundReply::Kind::button, button->text("id"), button->text("title"), {}, {}};
  } else if (const auto row = interactive.object("list_reply")) {
    reply = {InboundReply::Kind::list_row, row->text("id"), row->text("title"), row->text("description"), {}};
  } else if (const auto form = interactive.object("nfm_reply")) {
    reply = {InboundReply::Kind::form, {}, form->text("body"), {}, form->text("response_json")};
  }
  return reply;
}

InboundOrder read_order(const ObjectReader& in) {
  InboundOrder order;
  order.catalog_id = in.text("catalog_id");
  order.text = in.text("text");
  in.each("product_items", ObjectReader::Presence::optional, [&](const ObjectReader& item) {
    order.items.push_back({item.text("product_retailer_id"), item.integer("quantity").value_or(0),
                           item.has("item_price") ? item.number("item_price") : 0, item.text("currency")});
  });
  return order;
}

InboundContext read_context(const ObjectReader& message) {
  InboundContext context;
  const auto in = message.object("context");
  if (!in) return context;
  context.message_id = in->text("id");
  context.from = in->text("from");
  context.forwarded = in->flag("forwarded");
  context.frequently_forwarded = in->flag("frequently_forwarded");
  return context;
}

std::string read_problem(const ObjectReader& message) {
  std::string problem;
  message.each("errors", ObjectReader::Presence::optional, [&](const ObjectReader& error) {
    if (problem.empty()) problem = error.text("title");
  });
  return problem;
}

void read_what(std::string_view type, const ObjectReader& message, InboundContent& content) {
  if (type == "contacts") {
    const auto* cards = json::find_array(message.raw(), type);
    if (auto contacts = cards != nullptr ? read_contacts(*cards) : Result<ContactsContent>(Error{})) content.what = std::move(*contacts);
    return;
  }
  if (type == "unsupported") content.problem = read_problem(message);
  const auto in = message.object(type);
  if (!in) return;
  if (type == "audio") content.voice = in->flag("voice");
  if (type == "sticker") content.animated = in->flag("animated");
  if (type == "button") content.what = read_template_button(*in);
  if (type == "interactive") content.what = read_reply(*in);
  if (type == "order") content.what = read_order(*in);
  if (type == "system") content.what = InboundSystemNote{in->text("type"), in->text("body"), in->text("wa_id"), in->text("user_id")};
  if (type == "reaction") content.what = ReactionContent{in->text("message_id"), in->text("emoji")};
  if (type == "location") {
    content.location_url = in->text("url");
    if (auto place = read_location(in->raw())) content.what = std::move(*place);
  }
}

}  // namespace

InboundContent read_inbound_content(std::string_view type, const json::object& message) {
  InboundContent content;
  std::optional<Error> ignored;
  const ObjectReader in(message, "", ignored);
  content.context = read_context(in);
  read_what(type, in, content);
  return content;
}

InboundContent read_inbound_content(std::string_view type, std::string_view raw) {
  const auto parsed = json::parse(raw);
  return parsed && parsed->is_object() ? read_inbound_content(type, parsed->get_object()) : InboundContent();
}

}  // namespace wherry

#include "domain/inbound_content.h"

#include <gtest/gtest.h>

namespace wherry {
namespace {

template <class What>
What read(std::string_view type, std::string_view raw) {
  auto content = read_inbound_content(type, raw);
  EXPECT_TRUE(std::holds_alternative<What>(content.what)) << raw;
  auto* what = std::get_if<What>(&content.what);
  return what != nullptr ? *what : What();
}

TEST(InboundContent, TapsSayWhatWasTapped) {
  const auto button =
      read<InboundReply>("interactive", R"({"interactive":{"type":"button_reply","button_reply":{"id":"y","title":"Yes"}}})");
  EXPECT_EQ(button.kind, InboundReply::Kind::button);
  EXPECT_EQ(button.id, "y");
  EXPECT_EQ(button.title, "Yes");
  const auto row = read<InboundReply>(
      "interactive", R"({"interactive":{"type":"list_reply","list_reply":{"id":"r","title":"9:00","description":"30 min"}}})");
  EXPECT_EQ(row.kind, InboundReply::Kind::list_row);
  EXPECT_EQ(row.description, "30 min");
  const auto quick = read<InboundReply>("button", R"({"button":{"payload":"STOP-4711","text":"Stop"}})");
  EXPECT_EQ(quick.kind, InboundReply::Kind::template_button);
  EXPECT_EQ(quick.id, "STOP-4711");
  EXPECT_EQ(quick.title, "Stop");
  const auto form = read<InboundReply>(
      "interactive", R"({"interactive":{"type":"nfm_reply","nfm_reply":{"name":"flow","body":"Sent","response_json":"{\"a\":1}"}}})");
  EXPECT_EQ(form.kind, InboundReply::Kind::form);
  EXPECT_EQ(form.response_json, R"({"a":1})");
}

TEST(InboundContent, PlacesContactsAndReactions) {
  const auto raw = R"({"location":{"latitude":51.5,"longitude":-0.12,"name":"Office","address":"1 High St","url":"https://a.example"}})";
  const auto place = read<LocationContent>("location", raw);
  EXPECT_EQ(place.latitude, 51.5);
  EXPECT_EQ(place.longitude, -0.12);
  EXPECT_EQ(place.address, "1 High St");
  EXPECT_EQ(read_inbound_content("location", raw).location_url, "https://a.example");
  const auto cards = read<ContactsContent>(
      "contacts", R"({"contacts":[{"name":{"formatted_name":"Sam Roe"},"phones":[{"phone":"+447700900456","type":"CELL"}]}]})");
  EXPECT_EQ(cards.contacts.at(0).name.formatted_name, "Sam Roe");
  EXPECT_EQ(cards.contacts.at(0).phones.at(0).type, "CELL");
  EXPECT_EQ(read<ReactionContent>("reaction", R"({"reaction":{"message_id":"wamid.A","emoji":"x"}})").emoji, "x");
  EXPECT_EQ(read<ReactionContent>("reaction", R"({"reaction":{"message_id":"wamid.A"}})").emoji, "");
}

TEST(InboundContent, OrdersAndSystemNotes) {
  const auto order = read<InboundOrder>(
      "order",
      R"({"order":{"catalog_id":"7","text":"fast","product_items":[{"product_retailer_id":"a","quantity":2,"item_price":9.5,"currency":"EUR"}]}})");
  EXPECT_EQ(order.catalog_id, "7");
  ASSERT_EQ(order.items.size(), 1u);
  EXPECT_EQ(order.items[0].quantity, 2);
  EXPECT_EQ(order.items[0].item_price, 9.5);
  const auto note =
      read<InboundSystemNote>("system", R"({"system":{"body":"changed","type":"user_changed_number","wa_id":"15550100099"}})");
  EXPECT_EQ(note.kind, "user_changed_number");
  EXPECT_EQ(note.wa_id, "15550100099");
}

TEST(InboundContent, ContextAndFlags) {
  const auto answer = read_inbound_content("audio", R"({"context":{"from":"1555","id":"wamid.B"},"audio":{"id":"1","voice":true}})");
  EXPECT_EQ(answer.context.message_id, "wamid.B");
  EXPECT_EQ(answer.context.from, "1555");
  EXPECT_TRUE(answer.voice);
  EXPECT_TRUE(read_inbound_content("text", R"({"context":{"frequently_forwarded":true}})").context.frequently_forwarded);
  EXPECT_TRUE(read_inbound_content("sticker", R"({"sticker":{"animated":true}})").animated);
  EXPECT_EQ(read_inbound_content("unsupported", R"({"errors":[{"code":131051,"title":"Message type unknown"}]})").problem,
            "Message type unknown");
}

TEST(InboundContent, WhatCannotBeReadStaysEmpty) {
  for (const std::string_view raw :
       {"", "[]", "{}", R"({"interactive":7,"context":[]})", R"({"location":{"latitude":"x"}})", R"({"contacts":[7]})"}) {
    for (const std::string_view type : {"location", "contacts", "order", "reaction", "unsupported", "text", "strange"}) {
      EXPECT_TRUE(std::holds_alternative<std::monostate>(read_inbound_content(type, raw).what)) << type << " " << raw;
    }
  }
}

}  // namespace
}  // namespace wherry

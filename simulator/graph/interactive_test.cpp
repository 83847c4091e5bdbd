#include "simulator/graph/graph_fixture.h"

namespace wherry::sim {
namespace {

using test::Answer;

struct Row {
  const char* name;
  const char* interactive;
  int code;          // 0: accepted
  const char* text;  // of details, or of message when there are none
};

class Interactive : public test::GraphTest, public ::testing::WithParamInterface<Row> {};

TEST_P(Interactive, IsJudgedByItsStructure) {
  const Row& row = GetParam();
  const Answer answer = send(std::string(R"("type":"interactive","interactive":)") + row.interactive);
  EXPECT_EQ(answer.code(), row.code) << answer.body;
  if (row.code == 0) return;
  EXPECT_EQ(answer.details().empty() ? answer.message() : answer.details(), row.text);
}

#define BODY R"("body":{"text":"b"})"
#define BUTTON(id, title) R"({"type":"reply","reply":{"id":")" id R"(","title":")" title "\"}}"
#define ROW(id) R"({"id":")" id R"(","title":"t"})"
#define CARD(n, kind)                                                                \
  R"({"card_index":)" n R"(,"type":"cta_url","header":{"type":")" kind R"(",")" kind \
  R"(":{"link":"https://a.b/c"}},"action":{"name":"cta_url","parameters":{"display_text":"d","url":"https://a.b"}}})"

INSTANTIATE_TEST_SUITE_P(
    Rows, Interactive,
    ::testing::Values(
        Row{"buttons",
            R"({"type":"button","header":{"type":"image","image":{"link":"https://a.b/c"}},"footer":{"text":"f"},)" BODY
            R"(,"action":{"buttons":[)" BUTTON("1", "a") "," BUTTON("2", "b") "," BUTTON("3", "c") "]}}",
            0, ""},
        Row{"four_buttons",
            R"({"type":"button",)" BODY
            R"(,"action":{"buttons":[)" BUTTON("1", "a") "," BUTTON("2", "b") "," BUTTON("3", "c") "," BUTTON("4", "d") "]}}",
            131009, "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3"},
        Row{"no_buttons", R"({"type":"button",)" BODY R"(,"action":{"buttons":[]}})", 131008,
            "Missing required parameter: interactive['action']['buttons']"},
        Row{"same_button_id", R"({"type":"button",)" BODY R"(,"action":{"buttons":[)" BUTTON("1", "a") "," BUTTON("1", "b") "]}}", 131009,
            "Duplicate button id: button ids must be unique"},
        Row{"same_button_title", R"({"type":"button",)" BODY R"(,"action":{"buttons":[)" BUTTON("1", "a") "," BUTTON("2", "a") "]}}",
            131009, "Duplicate button title: button titles must be unique"},
        Row{"long_button_title", R"({"type":"button",)" BODY R"(,"action":{"buttons":[)" BUTTON("1", "123456789012345678901") "]}}", 100,
            "(#100) Param interactive['action']['buttons'][0]['reply']['title'] must be at most 20 characters long."},
        Row{"no_type", R"({)" BODY R"(,"action":{}})", 131008, "Missing required parameter: interactive['type']"},
        Row{"strange_type", R"({"type":"poll",)" BODY R"(,"action":{}})", 131009, "Interactive message type 'poll' is not supported"},
        Row{"no_body", R"({"type":"button","action":{"buttons":[)" BUTTON("1", "a") "]}}", 131008,
            "Missing required parameter: interactive['body']"},
        Row{"no_action", R"({"type":"button",)" BODY "}", 131008, "Missing required parameter: interactive['action']"},
        Row{"list",
            R"({"type":"list","header":{"type":"text","text":"h"},)" BODY
            R"(,"action":{"button":"Show","sections":[{"title":"s","rows":[)" ROW("1") "," ROW("2") "]}]}}",
            0, ""},
        Row{"list_image_header",
            R"({"type":"list","header":{"type":"image","image":{"link":"https://a.b/c"}},)" BODY
            R"(,"action":{"button":"Show","sections":[{"rows":[)" ROW("1") "]}]}}",
            131009, "Header type 'image' is not allowed for interactive type 'list'"},
        Row{"eleven_rows",
            R"({"type":"list",)" BODY
            R"(,"action":{"button":"Show","sections":[{"title":"s","rows":[)" ROW("1") "," ROW("2") "," ROW("3") "," ROW("4") "," ROW(
                "5") "," ROW("6") R"(]},{"title":"u","rows":[)" ROW("7") "," ROW("8") "," ROW("9") "," ROW("10") "," ROW("11") "]}]}}",
            131009, "Total row count exceed max allowed count: 10"},
        Row{"same_row_id", R"({"type":"list",)" BODY R"(,"action":{"button":"Show","sections":[{"rows":[)" ROW("1") "," ROW("1") "]}]}}",
            131009, "Duplicate row id: row ids must be unique"},
        Row{"untitled_sections",
            R"({"type":"list",)" BODY
            R"(,"action":{"button":"Show","sections":[{"rows":[)" ROW("1") R"(]},{"title":"u","rows":[)" ROW("2") "]}]}}",
            131008, "Missing required parameter: interactive['action']['sections'][0]['title']"},
        Row{"cta", R"({"type":"cta_url",)" BODY R"(,"action":{"name":"cta_url","parameters":{"display_text":"Go","url":"https://a.b"}}})",
            0, ""},
        Row{"cta_url",
            R"({"type":"cta_url",)" BODY R"(,"action":{"name":"cta_url","parameters":{"display_text":"Go","url":"javascript:x"}}})", 131009,
            "interactive['action']['parameters']['url'] is not a valid URL"},
        Row{"flow",
            R"({"type":"flow",)" BODY
            R"(,"action":{"name":"flow","parameters":{"flow_message_version":"3","flow_id":"1","flow_cta":"Go","flow_action":"navigate"}}})",
            0, ""},
        Row{"flow_twice",
            R"({"type":"flow",)" BODY
            R"(,"action":{"name":"flow","parameters":{"flow_message_version":"3","flow_id":"1","flow_name":"n","flow_cta":"Go"}}})",
            131009, "Exactly one of flow_id and flow_name is needed"},
        Row{"location_request", R"({"type":"location_request_message",)" BODY R"(,"action":{"name":"send_location"}})", 0, ""},
        Row{"location_request_name", R"({"type":"location_request_message",)" BODY R"(,"action":{"name":"x"}})", 131009,
            "Action name must be 'send_location' for interactive type 'location_request_message'"},
        Row{"call_permission", R"({"type":"call_permission_request","action":{"name":"call_permission_request"}})", 0, ""},
        Row{"voice_call", R"({"type":"voice_call",)" BODY R"(,"action":{"name":"voice_call","parameters":{"display_text":"Call"}}})", 0,
            ""},
        Row{"contact_info", R"({"type":"request_contact_info",)" BODY R"(,"action":{"name":"request_contact_info"}})", 0, ""},
        Row{"address", R"({"type":"address_message",)" BODY R"(,"action":{"name":"address_message","parameters":{"country":"IN"}}})", 0,
            ""},
        Row{"catalog", R"({"type":"catalog_message",)" BODY R"(,"action":{"name":"catalog_message"}})", 0, ""},
        Row{"product", R"({"type":"product","action":{"catalog_id":"1","product_retailer_id":"2"}})", 0, ""},
        Row{"product_header",
            R"({"type":"product","header":{"type":"text","text":"h"},"action":{"catalog_id":"1","product_retailer_id":"2"}})", 131009,
            "Header is not allowed for interactive type 'product'"},
        Row{"product_list",
            R"({"type":"product_list","header":{"type":"text","text":"h"},)" BODY
            R"(,"action":{"catalog_id":"1","sections":[{"product_items":[{"product_retailer_id":"a"}]}]}})",
            0, ""},
        Row{"product_list_header",
            R"({"type":"product_list",)" BODY
            R"(,"action":{"catalog_id":"1","sections":[{"product_items":[{"product_retailer_id":"a"}]}]}})",
            131008, "Missing required parameter: interactive['header']"},
        Row{"carousel", R"({"type":"carousel",)" BODY R"(,"action":{"cards":[)" CARD("0", "image") "," CARD("1", "image") "]}}", 0, ""},
        Row{"carousel_mixed", R"({"type":"carousel",)" BODY R"(,"action":{"cards":[)" CARD("0", "image") "," CARD("1", "video") "]}}",
            131009, "All carousel cards must have the same kind of header"},
        Row{"carousel_one", R"({"type":"carousel",)" BODY R"(,"action":{"cards":[)" CARD("0", "image") "]}}", 131009,
            "A carousel needs 2 to 10 cards"},
        Row{"carousel_index", R"({"type":"carousel",)" BODY R"(,"action":{"cards":[)" CARD("0", "image") "," CARD("0", "image") "]}}",
            131009, "card_index must be unique and between 0 and 9"},
        Row{"carousel_footer",
            R"({"type":"carousel","footer":{"text":"f"},)" BODY R"(,"action":{"cards":[)" CARD("0", "image") "," CARD("1", "image") "]}}",
            131009, "Parameter 'footer' is not allowed for interactive type 'carousel'"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace wherry::sim

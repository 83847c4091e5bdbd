// Replies over the WebSocket: what comes back, in which order, and what is met with silence.
#include "api/pipes/ws_session.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "tests/support/fake_websocket.h"
#include "tests/support/pipes_world.h"

namespace wherry::api::pipes {
namespace {

using Lines = std::vector<std::string>;

struct WebSocketDoor : testing::Test {
  std::string channel() const { return world.access_store.channels.front().id.text(); }

  std::string frame(std::string_view type, std::string_view conversation, json::object more) const {
    json::object data;
    data["conversationId"] = conversation;
    data["poolNumberId"] = channel();
    data["toNumber"] = "+447700900123";
    for (auto& [name, value] : more) data[name] = std::move(value);
    return json::serialize(json::object{{"type", type}, {"data", std::move(data)}});
  }
  std::string reply(std::string_view conversation, std::string_view text = "hi") const {
    return frame("whatsapp_reply", conversation, {{"text", text}});
  }
  std::string reply_with(std::string_view name, json::value value) const {
    json::object more{{"text", "hi"}};
    more[name] = std::move(value);
    return frame("whatsapp_reply", open.text(), std::move(more));
  }

  // Plays the frames, and gives what was sent behind the greeting once everything has been settled.
  Lines play(std::deque<std::string> frames, std::optional<ConversationId> scoped = std::nullopt) {
    auto services = std::make_shared<const PipesServices>(PipesServices{world.access, world.outbox, world.media, world.idempotency,
                                                                        world.messages, world.live, world.channels, world.templates,
                                                                        world.accounts, world.secrets, world.clock});
    socket = std::make_shared<test::FakeWebSocket>();
    socket->incoming = std::move(frames);
    socket->piece = piece;
    const SocketScope scope{world.tenant, KeyId{}, scoped, std::nullopt};
    const auto session = std::make_shared<SocketSession>(services, scope, socket, world.io.get_executor());
    bool ended = false;
    boost::asio::co_spawn(world.io, session->run(), [&](std::exception_ptr) { ended = true; });
    for (int i = 0; i < 100'000 && (!ended || world.live.work().size() > 0); ++i) {
      world.io.restart();
      world.io.poll();
      most_left = std::max(most_left, socket->incoming.size());
      if (world.clock.sleepers() > 0) world.clock.advance(milliseconds(10));
      else if (!ended || world.live.work().size() > 0) world.io.run_one_for(milliseconds(20));
    }
    EXPECT_TRUE(ended);
    greeting = socket->sent.empty() ? std::string() : socket->sent.front();
    return socket->sent.empty() ? Lines() : Lines(socket->sent.begin() + 1, socket->sent.end());
  }

  test::PipesWorld world;
  ConversationId open = world.add_conversation(world.tenant, world.clock.now());
  std::shared_ptr<test::FakeWebSocket> socket;
  std::size_t piece = 4096;
  std::size_t most_left = 0;  // frames still unread while replies were under way
  std::string greeting;
};

std::string failed(std::string_view conversation, std::string_view error, std::string_view code) {
  return R"({"type":"reply_status","data":{"conversationId":")" + std::string(conversation) + R"(","success":false,"error":")" +
         std::string(error) + R"(","code":")" + std::string(code) + "\"}}";
}

TEST_F(WebSocketDoor, GreetsEachScopeAsItIs) {
  play({});
  const auto user = json::parse(greeting)->as_object();
  EXPECT_EQ(json::find_string(user, "type"), "connected");
  EXPECT_EQ(json::find_string(user, "userId"), world.tenant.text());
  EXPECT_EQ(json::find_string(user, "connectionId")->size(), 36U);
  EXPECT_EQ(json::find_string(user, "scope"), "user");
  EXPECT_EQ(user.size(), 4U);

  play({}, open);
  const auto scoped = json::parse(greeting)->as_object();
  EXPECT_EQ(json::find_string(scoped, "scope"), "conversation");
  EXPECT_EQ(json::find_string(scoped, "conversationId"), open.text());
  EXPECT_EQ(scoped.size(), 5U);
}

TEST_F(WebSocketDoor, AReplyIsSentAndItsStatusNamesTheMessage) {
  EXPECT_EQ(play({reply(open.text(), "On our way")}), Lines{status_sent(open.text(), "wamid.1")});

  ASSERT_EQ(world.upstream.sent.size(), 1U);
  EXPECT_EQ(std::get<TextContent>(world.upstream.sent[0].content).body, "On our way");
}

TEST_F(WebSocketDoor, WrongFieldsAreRefusedInOrder) {
  const auto id = open.text();
  const std::string invalid = "INVALID_REQUEST";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"type":"whatsapp_reply"})", failed("", "'conversationId' is required", invalid)},
      {R"({"type":"whatsapp_reply","data":"x"})", failed("", "'conversationId' is required", invalid)},
      {R"({"type":"whatsapp_reply","data":{"conversationId":7}})", failed("", "'conversationId' is required", invalid)},
      {reply_with("poolNumberId", nullptr), failed(id, "'poolNumberId' is required", invalid)},
      {reply_with("poolNumberId", "pool_x"), failed(id, "'poolNumberId' is not the conversation's", invalid)},
      {reply_with("toNumber", json::array{}), failed(id, "'toNumber' is required", invalid)},
      {reply_with("toNumber", "+447700900124"), failed(id, "'toNumber' is not the conversation's", invalid)},
      {reply_with("text", ""), failed(id, "'text' is required", invalid)},
      {reply_with("text", nullptr), failed(id, "'text' is required", invalid)},
      {reply_with("text", 7), failed(id, "'text' must be a string of at most 4096 characters", invalid)},
      {reply_with("text", boost::json::string(4097, 'x')), failed(id, "'text' must be a string of at most 4096 characters", invalid)},
      {frame("whatsapp_media_reply", id, {}), failed(id, "'media' with 'data' is required", invalid)},
      {frame("whatsapp_media_reply", id, {{"media", {{"data", "AAAA"}}}}), failed(id, "'mimeType' is required", invalid)},
      {frame("whatsapp_media_reply", id, {{"media", {{"data", "A=A"}, {"mimeType", "image/png"}}}}),
       failed(id, "The media is not valid base64", invalid)},
      {frame("whatsapp_reaction", id, {{"emoji", "x"}}), failed(id, "'messageId' is required", invalid)},
      {frame("whatsapp_reaction", id, {{"messageId", "wamid.A"}, {"emoji", std::string(65, 'x')}}),
       failed(id, "'emoji' must be one emoji", invalid)},
      {frame("whatsapp_reaction", id, {{"messageId", MessageId::make(world.clock.now()).text()}, {"emoji", "x"}}),
       failed(id, "'messageId' is not known in this conversation", invalid)},
  };
  for (const auto& [sent, seen] : cases) EXPECT_EQ(play({sent}), Lines{seen}) << sent.substr(0, 200);
  EXPECT_TRUE(world.upstream.sent.empty());
}

TEST_F(WebSocketDoor, ANumberWithoutPlusAndTheLongestTextAreFine) {
  auto with_digits = reply_with("toNumber", "447700900123");
  auto longest = reply_with("text", boost::json::string(4096, 'x'));

  EXPECT_EQ(play({with_digits, longest}), (Lines{status_sent(open.text(), "wamid.1"), status_sent(open.text(), "wamid.2")}));
}

TEST_F(WebSocketDoor, AClosedWindowIsSaidSo) {
  const auto closed = world.add_conversation(world.tenant, std::nullopt).text();
  EXPECT_EQ(play({reply(closed)}), Lines{failed(closed, "Service window expired \xe2\x80\x94 last inbound message is older than 24 hours.",
                                                "SERVICE_WINDOW_EXPIRED")});
}

TEST_F(WebSocketDoor, ForeignAndUnknownConversationsAreMetWithSilence) {
  const auto foreign = world.add_conversation(world.other_tenant, world.clock.now()).text();
  const auto unknown = ConversationId::make(world.clock.now()).text();

  EXPECT_EQ(play({reply(foreign), reply(unknown), reply("conv_x"), reply(open.text())}), Lines{status_sent(open.text(), "wamid.1")});
  EXPECT_EQ(world.upstream.sent.size(), 1U);
}

TEST_F(WebSocketDoor, AConversationScopeAnswersItsOwnOnly) {
  const auto own = world.add_conversation(world.tenant, world.clock.now()).text();
  const std::string text = "This connection may answer its own conversation only";

  EXPECT_EQ(play({reply(own), reply("conv_x"), reply(open.text())}, open),
            (Lines{failed(own, text, "FORBIDDEN"), failed("conv_x", text, "FORBIDDEN"), status_sent(open.text(), "wamid.1")}));
}

TEST_F(WebSocketDoor, WhatIsNoReplyIsIgnored) {
  EXPECT_EQ(play({"", "hello", "{", "[1]", "7", "\"x\"", "{}", R"({"type":7})", R"({"type":"typing","data":{}})",
                  R"({"data":{"type":"whatsapp_reply"}})", R"([{"type":"whatsapp_reply"}])", "{\"type\":\"whatsapp_reply\"} x",
                  reply(open.text())}),
            Lines{status_sent(open.text(), "wamid.1")});
}

TEST_F(WebSocketDoor, StatusesKeepTheOrderOfTheReplies) {
  const auto other = world.add_conversation(world.tenant, world.clock.now());
  world.upstream.script = {test::refused(130429)};  // the first has to be tried again, the second overtakes it

  const auto seen = play({reply(open.text(), "slow"), reply(other.text(), "fast"), reply("conv_x"), R"({"type":"whatsapp_reply"})"});

  ASSERT_EQ(world.upstream.sent.size(), 3U);
  EXPECT_EQ(std::get<TextContent>(world.upstream.sent[1].content).body, "fast");
  EXPECT_EQ(seen, (Lines{status_sent(open.text(), "wamid.3"), status_sent(other.text(), "wamid.2"),
                         failed("", "'conversationId' is required", "INVALID_REQUEST")}));
}

TEST_F(WebSocketDoor, RepliesToOneConversationKeepTheirOrder) {
  const auto upload = frame("whatsapp_media_reply", open.text(), {{"media", {{"data", "JVBERg=="}, {"mimeType", "application/pdf"}}}});

  play({upload, reply(open.text(), "second"), reply(open.text(), "third")});

  ASSERT_EQ(world.upstream.sent.size(), 3U);
  EXPECT_TRUE(std::holds_alternative<MediaContent>(world.upstream.sent[0].content));
  EXPECT_EQ(std::get<TextContent>(world.upstream.sent[1].content).body, "second");
  EXPECT_EQ(std::get<TextContent>(world.upstream.sent[2].content).body, "third");
}

TEST_F(WebSocketDoor, TooManyRepliesUnderWayHoldUpTheReading) {
  std::deque<std::string> frames;
  for (std::size_t i = 0; i < SocketSession::most_under_way + 6; ++i) {
    frames.push_back(reply(world.add_conversation(world.tenant, world.clock.now()).text()));
    if (i < SocketSession::most_under_way) world.upstream.script.push_back(test::refused(130429));
  }
  most_left = 0;

  const auto seen = play(frames);

  EXPECT_EQ(most_left, 6U);
  EXPECT_EQ(seen.size(), SocketSession::most_under_way + 6);
}

TEST_F(WebSocketDoor, AFileIsStoredAndSentHoweverItIsCut) {
  const std::string bytes(test::PipesWorld::png);
  for (const std::size_t cut : {std::size_t{1}, std::size_t{7}, std::size_t{4096}}) {
    piece = cut;
    world.upstream.sent.clear();
    const json::object media{{"data", to_base64(as_bytes(bytes))}, {"mimeType", "image/png"}, {"fileName", "plan.png"}};
    const auto seen = play({frame("whatsapp_media_reply", open.text(), {{"media", media}})});
    ASSERT_EQ(world.upstream.sent.size(), 1U) << seen.front();
    EXPECT_EQ(world.upstream.sent[0].files.at(0).media.size, bytes.size());
    EXPECT_EQ(std::get<MediaContent>(world.upstream.sent[0].content).kind, MediaKind::image);
  }
  EXPECT_EQ(world.blobs.open_writers, 0);
}

TEST_F(WebSocketDoor, AFileOverFiftyMegabytesIsInvalidMedia) {
  const std::string head = R"({"type":"whatsapp_media_reply","data":{"conversationId":")" + open.text() + R"(","poolNumberId":")" +
                           channel() + R"(","toNumber":"447700900123","media":{"mimeType":"application/zip","data":")";
  piece = 64 * 1024;

  const auto seen = play({head + std::string((ws_file_limit + 2) / 3 * 4 + 4, 'A') + "\"}}}"});

  EXPECT_EQ(seen, Lines{failed(open.text(), "The file is larger than 50 MB", "INVALID_MEDIA")});
  EXPECT_EQ(world.blobs.open_writers, 0);
}

TEST_F(WebSocketDoor, AReactionKnowsACustomersMessageByOurId) {
  const auto ours = MessageId::make(world.clock.now());
  world.messages.inbound_wamids[ours] = {open, "wamid.IN"};

  play({frame("whatsapp_reaction", open.text(), {{"messageId", ours.text()}, {"emoji", "x"}}),
        frame("whatsapp_reaction", open.text(), {{"messageId", "wamid.OUT"}, {"emoji", ""}})});

  ASSERT_EQ(world.upstream.sent.size(), 2U);
  EXPECT_EQ(std::get<ReactionContent>(world.upstream.sent[0].content).message_id, "wamid.IN");
  EXPECT_EQ(std::get<ReactionContent>(world.upstream.sent[1].content).message_id, "wamid.OUT");
}

TEST_F(WebSocketDoor, AConnectionIsFoundForAsLongAsItIsServed) {
  std::vector<LiveSocketPtr> came, went;
  world.live.on_user_connect([&](const LiveSocketPtr& one) {
    EXPECT_EQ(socket->sent.size(), 1U) << "greeted first";
    came.push_back(one);
  });
  world.live.on_user_disconnect([&](const LiveSocketPtr& one) { went.push_back(one); });

  play({});

  ASSERT_EQ(came.size(), 1U);
  EXPECT_EQ(came, went);
  EXPECT_NE(greeting.find(came.front()->id), std::string::npos);
  EXPECT_EQ(world.live.counts().user_scoped, 0U);
}

}  // namespace
}  // namespace wherry::api::pipes

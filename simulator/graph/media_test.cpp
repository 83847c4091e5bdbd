#include "base/crypto.h"
#include "simulator/graph/graph_fixture.h"
#include "simulator/graph/media_url.h"

namespace wherry::sim {
namespace {

using http::Method;
using test::Answer;

class GraphMedia : public test::GraphTest {
 protected:
  static std::string part(const std::string& head, const std::string& content) {
    return "--b\r\nContent-Disposition: form-data; " + head + "\r\n\r\n" + content + "\r\n";
  }
  static std::string form(const std::string& bytes, const std::string& mime, const std::string& more = {}) {
    return part("name=\"messaging_product\"", "whatsapp") + more +
           part("name=\"file\"; filename=\"a.bin\"\r\nContent-Type: " + mime, bytes) + "--b--\r\n";
  }
  Answer upload(const std::string& body, std::optional<std::string> token = "EAAtoken", const std::string& query = {}) {
    return call(Method::post, "/v26.0/106540352242922/media" + query, body, "multipart/form-data; boundary=b", token);
  }
  std::string stored(const std::string& bytes, const std::string& mime) {
    const Answer answer = upload(form(bytes, mime));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return std::string(answer.json().at("id").as_string());
  }
  /// Path and query of an absolute URL.
  static std::string target_of(const std::string& url) { return url.substr(url.find('/', 8)); }
  std::string download_target(const std::string& id) { return target_of(std::string(get("/v26.0/" + id).json().at("url").as_string())); }
};

TEST_F(GraphMedia, AFileComesBackAsItWentIn) {
  std::string bytes;
  for (int i = 0; i < 300'000; ++i) bytes += static_cast<char>(i * 7 % 251);
  const std::string id = stored(bytes, "image/JPEG");
  const Answer node = get("/v26.0/" + id);
  EXPECT_EQ(node.json().at("mime_type"), "image/jpeg");
  EXPECT_EQ(std::string(node.json().at("sha256").as_string()), to_hex(sha256(bytes)));
  EXPECT_EQ(node.json().at("file_size"), "300000");
  EXPECT_NE(node.body.find(R"(\/whatsapp_business\/attachments\/?mid=)"), std::string::npos);
  EXPECT_TRUE(node.body.starts_with(R"({"messaging_product":"whatsapp","url":")"));

  const Answer file = get(download_target(id));
  EXPECT_EQ(file.status, 200);
  EXPECT_TRUE(file.body == bytes);
  EXPECT_EQ(file.headers.find("Content-Type"), "image/jpeg");
}

TEST_F(GraphMedia, ARangeGivesAPart) {
  const std::string target = download_target(stored("0123456789", "text/plain"));
  const auto part_of = [&](const std::string& range) {
    http::Headers headers;
    headers.add("Range", range);
    return call(Method::get, target, {}, {}, "EAAtoken", headers);
  };
  EXPECT_EQ(part_of("bytes=2-4").body, "234");
  EXPECT_EQ(part_of("bytes=2-4").headers.find("Content-Range"), "bytes 2-4/10");
  EXPECT_EQ(part_of("bytes=7-").body, "789");
  EXPECT_EQ(part_of("bytes=-2").body, "89");
  EXPECT_EQ(part_of("bytes=20-").status, 200);
}

TEST_F(GraphMedia, ADownloadNeedsATokenAndAFreshUntouchedAddress) {
  const std::string id = stored("x", "text/plain");
  const std::string target = download_target(id);
  EXPECT_EQ(call(Method::get, target, {}, {}, std::nullopt).status, 404);
  EXPECT_EQ(call(Method::get, target, {}, {}, "EAAother").status, 404);
  EXPECT_EQ(get(target + "x").status, 404);
  std::string longer = target;
  longer.replace(longer.find("ext=") + 4, 1, "2");
  EXPECT_EQ(get(longer).status, 404);
  clock.advance(seconds(302));
  EXPECT_EQ(get(target).status, 200);
  clock.advance(seconds(1));
  EXPECT_EQ(get(target).status, 404);
}

TEST_F(GraphMedia, DeletedExpiredAndForeignMediaIsUnknown) {
  const std::string id = stored("x", "text/plain");
  EXPECT_EQ(get("/v26.0/" + id + "?phone_number_id=1").code(), 100);
  EXPECT_EQ(get("/v26.0/" + id + "?phone_number_id=106540352242922").status, 200);
  EXPECT_EQ(remove("/v26.0/" + id).body, R"({"success":true})");
  const Answer gone = get("/v26.0/" + id);
  EXPECT_EQ(gone.message(),
            "Unsupported get request. Object with ID '" + id +
                "' does not exist, cannot be loaded due to missing permissions, or does not support this operation. Please read "
                "the Graph API documentation at https://developers.facebook.com/docs/graph-api");
  EXPECT_EQ(gone.json().at("error").at("error_subcode"), 33);
  EXPECT_EQ(gone.json().at("error").at("type"), "GraphMethodException");
  const std::string old = stored("x", "text/plain");
  clock.advance(std::chrono::hours(24 * 30));
  EXPECT_EQ(get("/v26.0/" + old).code(), 100);
}

TEST_F(GraphMedia, UnsupportedTypesAndSizesAreRefused) {
  const Answer type = upload(form("x", "application/zip"));
  EXPECT_EQ(type.code(), 100);
  EXPECT_TRUE(type.message().starts_with("(#100) Param file must be a file with one of the following types: audio/aac"));
  EXPECT_EQ(upload(form(std::string(5 * 1024 * 1024 + 1, 'x'), "image/png")).code(), 131053);
  EXPECT_EQ(upload(form(std::string(5 * 1024 * 1024, 'x'), "image/png")).status, 200);
  EXPECT_EQ(upload(form(std::string(100 * 1024 + 1, 'x'), "image/webp")).code(), 131053);
  std::string animated = std::string("RIFFxxxxWEBPVP8Xxxxx") + '\x02' + std::string(200 * 1024, 'x');
  EXPECT_EQ(upload(form(animated, "image/webp")).status, 200);
  EXPECT_EQ(upload(form("", "image/png")).code(), 100);
}

TEST_F(GraphMedia, TheFormIsChecked) {
  const std::string file = part("name=\"file\"; filename=\"a\"\r\nContent-Type: text/plain", "x") + "--b--\r\n";
  EXPECT_EQ(upload(file).message(), "(#100) The parameter messaging_product is required.");
  EXPECT_EQ(upload(file, "EAAtoken", "?messaging_product=whatsapp").status, 200);
  EXPECT_EQ(upload(part("name=\"messaging_product\"", "whatsapp") + "--b--\r\n").message(), "(#100) The parameter file is required.");
  EXPECT_EQ(upload(form("x", "text/plain", part("name=\"ttl_minutes\"", "59"))).code(), 100);
  EXPECT_EQ(upload("--b\r\nbroken").code(), 100);
  EXPECT_EQ(post("/v26.0/106540352242922/media", "{}").message(), "(#100) The parameter messaging_product is required.");
}

TEST_F(GraphMedia, AStrangersFileIsNotStored) {
  EXPECT_EQ(upload(form("x", "text/plain"), std::nullopt).code(), 104);
  EXPECT_EQ(upload(form("x", "text/plain"), "EAAother").code(), 190);
  EXPECT_EQ(call(Method::post, "/v26.0/1/media", form("x", "text/plain"), "multipart/form-data; boundary=b").code(), 100);
  EXPECT_EQ(world.media.bytes(), 0u);
  EXPECT_EQ(upload(form("x", "text/plain", part("name=\"access_token\"", "EAAtoken")), std::nullopt).status, 200);
}

TEST_F(GraphMedia, MediaIsSentByItsIdAndAWrongKindFailsLater) {
  open_window();
  const std::string id = stored("x", "image/png");
  EXPECT_EQ(send(R"("type":"image","image":{"id":")" + id + "\"}").status, 200);
  EXPECT_FALSE(events.accepted.back()->failure);
  EXPECT_EQ(send(R"("type":"document","document":{"id":")" + id + "\"}").status, 200);
  EXPECT_FALSE(events.accepted.back()->failure);
  EXPECT_EQ(send(R"("type":"video","video":{"id":")" + id + "\"}").status, 200);
  EXPECT_EQ(events.accepted.back()->failure->code, 131053);
  const Answer unknown = send(R"("type":"image","image":{"id":"12345"})");
  EXPECT_EQ(unknown.code(), 100);
  EXPECT_EQ(unknown.json().at("error").at("error_subcode"), 33);
}

TEST_F(GraphMedia, ExpiredFilesLeaveTheDisk) {
  stored("old", "text/plain");
  clock.advance(std::chrono::hours(24 * 30));
  stored("young", "text/plain");
  EXPECT_EQ(world.media.bytes(), 5u);
}

TEST_F(GraphMedia, AResumableUploadGoesOnWhereItStopped) {
  const Answer begun = post("/v26.0/670843887433847/uploads?file_length=10&file_type=image%2Fpng", "");
  ASSERT_EQ(begun.status, 200) << begun.body;
  const std::string target = "/v26.0/" + std::string(begun.json().at("id").as_string());
  const auto append = [&](const std::string& offset, const std::string& bytes) {
    http::Headers headers;
    headers.add("file_offset", offset);
    return call(Method::post, target, bytes, {}, "EAAtoken", headers);
  };
  EXPECT_EQ(append("0", "0123456").json().at("file_offset"), 7);
  EXPECT_EQ(append("0", "0123456").code(), 100);
  EXPECT_EQ(get(target).json().at("file_offset"), 7);
  EXPECT_EQ(append("7", "7890").code(), 100);
  EXPECT_TRUE(std::string(append("7", "789").json().at("h").as_string()).starts_with("4::"));
  EXPECT_EQ(call(Method::get, target, {}, {}, "EAAother").code(), 190);
  EXPECT_EQ(post("/v26.0/670843887433847/uploads?file_type=image%2Fpng", "").message(), "(#100) The parameter file_length is required.");
}

TEST_F(GraphMedia, EqualBytesShareOneFileUntilTheLastGoes) {
  const std::string one = stored("same", "text/plain"), two = stored("same", "text/plain");
  EXPECT_EQ(world.media.bytes(), 4u);
  remove("/v26.0/" + one);
  EXPECT_EQ(get(download_target(two)).body, "same");
  remove("/v26.0/" + two);
  EXPECT_EQ(world.media.bytes(), 0u);
}

}  // namespace
}  // namespace wherry::sim

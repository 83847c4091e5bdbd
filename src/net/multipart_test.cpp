#include "net/multipart.h"

#include <gtest/gtest.h>

#include "net/field_value.h"
#include "tests/support/pieces.h"
#include "tests/support/run.h"

namespace wherry::http {
namespace {

using test::PiecesReader;

struct Part {
  PartHead head;
  std::string content;
};
struct Parsed {
  std::vector<Part> parts;
  std::optional<Error> error;
};

Task<Parsed> parse_all(BodyReader& body, std::string content_type) {
  Parsed parsed;
  auto reader = MultipartReader::create(content_type, body);
  if (!reader) {
    parsed.error = reader.error();
    co_return parsed;
  }
  while (true) {
    auto head = co_await (*reader)->next();
    if (!head) parsed.error = head.error();
    if (!head || !*head) co_return parsed;
    auto& part = parsed.parts.emplace_back(Part{**head, {}});
    while (true) {
      auto piece = co_await (*reader)->read();
      if (!piece) {
        parsed.error = piece.error();
        co_return parsed;
      }
      if (piece->empty()) break;
      part.content += *piece;
    }
  }
}

Parsed parse(std::string text, std::vector<std::size_t> cuts = {}, std::string type = "multipart/form-data; boundary=XX") {
  PiecesReader body(std::move(text), std::move(cuts));
  return test::run(parse_all(body, std::move(type)));
}

const std::string form =
    "preamble\r\n--XX\r\nContent-Disposition: form-data; name=\"caption\"\r\n\r\nhello\r\n--X not yet\r\n--XX \t\r\n"
    "content-disposition: form-data; name=\"file\"; filename=\"a;b \\\"c\\\".png\"\r\nContent-Type: image/png\r\n\r\n\r\n\r\n--X\r\n"
    "--XX\r\nContent-Disposition: form-data; name=\"empty\"; filename=\"\"\r\n\r\n\r\n--XX--\r\nepilogue";

void expect_form(const Parsed& parsed) {
  ASSERT_FALSE(parsed.error) << parsed.error->message;
  ASSERT_EQ(parsed.parts.size(), 3u);
  EXPECT_EQ(parsed.parts[0].head.name, "caption");
  EXPECT_FALSE(parsed.parts[0].head.file_name);
  EXPECT_EQ(parsed.parts[0].content, "hello\r\n--X not yet");
  EXPECT_EQ(parsed.parts[1].head.name, "file");
  EXPECT_EQ(parsed.parts[1].head.file_name, "a;b \"c\".png");
  EXPECT_EQ(parsed.parts[1].head.content_type, "image/png");
  EXPECT_EQ(parsed.parts[1].content, "\r\n\r\n--X");
  EXPECT_EQ(parsed.parts[2].head.file_name, "");
  EXPECT_EQ(parsed.parts[2].content, "");
}

TEST(Multipart, AFormIsReadWhole) { expect_form(parse(form)); }

TEST(Multipart, AFormCutInTwoAnywhereIsTheSameForm) {
  for (std::size_t at = 1; at < form.size(); ++at) {
    SCOPED_TRACE(at);
    expect_form(parse(form, {at}));
  }
}

TEST(Multipart, AFormThatArrivesByteByByteIsTheSameForm) { expect_form(parse(form, std::vector<std::size_t>(form.size(), 1))); }

TEST(Multipart, AFormWithoutItsClosingBoundaryIsRefusedWhereverItEnds) {
  const auto close = form.find("--XX--") + 4;
  for (std::size_t size = 0; size <= close + 1; ++size) {
    const auto parsed = parse(form.substr(0, size));
    ASSERT_TRUE(parsed.error) << size;
    EXPECT_EQ(parsed.error->code, ErrorCode::invalid_argument);
  }
}

TEST(Multipart, AnUnreadPartIsSkipped) {
  PiecesReader body(form, {});
  const auto names = [](BodyReader& input) -> Task<std::string> {
    auto reader = MultipartReader::create("multipart/form-data; boundary=XX", input);
    std::string all;
    while (true) {
      auto head = co_await (*reader)->next();
      if (!head || !*head) break;
      all += (*head)->name + ",";
    }
    auto after = co_await (*reader)->next();
    co_return all + (after && !*after ? "end" : "error");
  };
  EXPECT_EQ(test::run(names(body)), "caption,file,empty,end");
}

std::string part_with(const std::string& head, const std::string& content = "x") {
  return "--XX\r\n" + head + "\r\n\r\n" + content + "\r\n--XX--";
}
std::string disposition(const std::string& rest) { return part_with("Content-Disposition: form-data" + rest); }

TEST(Multipart, APartMayHaveNoContentAtAll) {
  const auto parsed = parse("--XX\r\nContent-Disposition: form-data; name=a\r\n\r\n--XX--");
  ASSERT_FALSE(parsed.error);
  ASSERT_EQ(parsed.parts.size(), 1u);
  EXPECT_EQ(parsed.parts[0].content, "");
}

TEST(Multipart, FileNamesMayBeUtf8InEitherForm) {
  EXPECT_EQ(parse(disposition("; name=f; filename=\"Grüße 📷.jpg\"")).parts.at(0).head.file_name, "Grüße 📷.jpg");
  EXPECT_EQ(parse(disposition("; name=f; filename=\"x\"; filename*=utf-8''Gr%C3%BC%C3%9Fe.jpg")).parts.at(0).head.file_name, "Grüße.jpg");
  EXPECT_EQ(parse(disposition("; name=f; filename=C:\\dir\\a.txt")).parts.at(0).head.file_name, "C:\\dir\\a.txt");
}

TEST(Multipart, BrokenPartHeadsAreRefused) {
  const std::vector<std::string> bodies{
      part_with("Content-Type: text/plain"),
      part_with("Content-Disposition form-data"),
      part_with("Content-Disposition : form-data; name=a"),
      part_with(" Content-Disposition: form-data; name=a"),
      part_with("Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b"),
      part_with("Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64"),
      part_with("Content-Disposition: attachment; name=a"),
      part_with("Content-Disposition: form-data; name=a\r\n folded: b"),
      part_with("Content-Disposition: form-data; name=\"a\nb\""),
      disposition(""),
      disposition("; name"),
      disposition("; name=\"a"),
      disposition("; name=\"a\"b"),
      disposition("; name=a; name=b"),
      disposition("; name=\"\xff\""),
      disposition("; name=f; filename*=latin1''a"),
      disposition("; name=f; filename*=utf-8''%ff"),
      disposition("; name=f; filename*=utf-8''%zz"),
      "--XX\r\n\r\n\r\nx\r\n--XX--",
      "--XXX\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--XX--",
      part_with("Content-Disposition: form-data; name=a", "x\r\n--XXtail"),
  };
  for (const auto& text : bodies) {
    const auto parsed = parse(text);
    ASSERT_TRUE(parsed.error) << text;
    EXPECT_EQ(parsed.error->code, ErrorCode::invalid_argument);
  }
}

TEST(Multipart, APartHeadMayBeEightKibibytesLong) {
  const std::string start = "Content-Disposition: form-data; name=a\r\nX: ";
  EXPECT_FALSE(parse(part_with(start + std::string(8000 - start.size(), 'x'))).error);
  const auto parsed = parse(part_with(start + std::string(9000, 'x')));
  ASSERT_TRUE(parsed.error);
  EXPECT_EQ(parsed.error->code, ErrorCode::invalid_argument);
  const auto endless = parse("--XX\r\nX: " + std::string(100'000, 'x'), {1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000});
  ASSERT_TRUE(endless.error);
  EXPECT_EQ(endless.error->message, "A part's header is too long.");
}

TEST(Multipart, ThereMayBeSixtyFourParts) {
  const auto with_parts = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "--XX\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n";
    return parse(text + "--XX--");
  };
  EXPECT_EQ(with_parts(64).parts.size(), 64u);
  EXPECT_FALSE(with_parts(64).error);
  EXPECT_TRUE(with_parts(65).error);
}

TEST(Multipart, TheBoundaryMustBeUsable) {
  PiecesReader body("", {});
  for (const auto* type : {"multipart/form-data", "multipart/mixed; boundary=a", "multipart/form-data; boundary=",
                           "multipart/form-data; boundary=\"a\"b", "multipart/form-data; boundary=a; boundary=b", "text/plain", "",
                           "multipart/form-data; boundary=a\xc3\xbc", "multipart/form-data; boundary=\"a \""}) {
    EXPECT_FALSE(MultipartReader::create(type, body)) << type;
  }
  EXPECT_FALSE(MultipartReader::create("multipart/form-data; boundary=" + std::string(71, 'a'), body));
  for (const auto* type :
       {"multipart/form-data; boundary=a", "Multipart/Form-Data; charset=utf-8; Boundary=\"a:b c\"", "multipart/form-data; boundary=a;"}) {
    EXPECT_TRUE(MultipartReader::create(type, body)) << type;
  }
}

TEST(Multipart, AnErrorOfTheBodyIsPassedOnAndStays) {
  PiecesReader body(form.substr(0, 100), {}, Error(ErrorCode::timeout, "slow"));
  const auto twice = [](BodyReader& input) -> Task<std::string> {
    auto reader = MultipartReader::create("multipart/form-data; boundary=XX", input);
    std::string codes;
    for (int i = 0; i < 4; ++i) {
      auto head = co_await (*reader)->next();
      codes += head ? "part," : std::string(to_string(head.error().code)) + ",";
    }
    co_return codes;
  };
  EXPECT_EQ(test::run(twice(body)), "part,timeout,timeout,timeout,");
}

TEST(FieldValue, StraySemicolonsAndSpacesDoNotMatter) {
  const auto parsed = parse_parameterized(" Text/HTML ;; Charset = UTF-8 ; q=\"\\\"\\\\\\x\" ; ");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->main, "text/html");
  EXPECT_EQ(*parsed->find("charset"), "UTF-8");
  EXPECT_EQ(*parsed->find("q"), "\"\\\\x");
}

}  // namespace
}  // namespace wherry::http

#include "net/request_parser.h"

#include <gtest/gtest.h>

#include "net/request_target.h"

namespace wherry::http {
namespace {

using Step = RequestParser::Step;

struct Outcome {
  int status = 0;  ///< 200 for a whole request, 0 when it waits for more, else the refusal's
  Request request;
  std::string body;
  std::size_t used = 0;
};

/// Feeds the text in pieces of the given size, as a connection does: what is used is dropped, the rest stays.
Outcome feed(std::string_view text, std::size_t piece = std::string_view::npos, const ParseLimits& limits = {}) {
  Outcome outcome;
  RequestParser parser(limits);
  std::string input;
  std::size_t sent = 0;
  bool in_body = false;
  while (true) {
    Step step;
    if (!in_body) {
      const auto head = parser.read_head(input, outcome.request);
      input.erase(0, head.used);
      outcome.used += head.used;
      step = head.step;
      if (step == Step::done) {
        in_body = true;
        continue;
      }
    } else {
      const auto body = parser.read_body(input);
      outcome.body += body.piece;
      input.erase(0, body.used);
      outcome.used += body.used;
      step = body.step;
      if (!body.piece.empty()) continue;
    }
    if (step == Step::done) outcome.status = 200;
    if (step == Step::refused) outcome.status = parser.refusal().status;
    if (step != Step::need_more || sent == text.size()) return outcome;
    const auto more = text.substr(sent, piece);
    input += more;
    sent += more.size();
  }
}

/// The outcome must not depend on where the bytes were cut.
int status_of(const std::string& text) {
  const int whole = feed(text).status;
  EXPECT_EQ(feed(text, 1).status, whole) << text;
  EXPECT_EQ(feed(text, 7).status, whole) << text;
  return whole;
}

std::string with(const std::string& fields, const std::string& body = "") {
  return "POST /x HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}
std::string target(const std::string& text) { return "GET " + text + " HTTP/1.1\r\nHost: a\r\n\r\n"; }

TEST(RequestParser, ARequestIsTakenApart) {
  const std::string text =
      "PUT /a%20b/c?q=1&r=%2f HTTP/1.1\r\nHost: example.com:8080\r\nX-Y:  spaced \t\r\nContent-Length: 3\r\nX-Request-Id: "
      "id-1\r\n\r\nabcGET ";
  const auto outcome = feed(text);
  EXPECT_EQ(outcome.status, 200);
  EXPECT_EQ(outcome.request.method, Method::put);
  EXPECT_EQ(outcome.request.target, "/a%20b/c?q=1&r=%2f");
  EXPECT_EQ(outcome.request.path, "/a b/c");
  EXPECT_EQ(outcome.request.query, "q=1&r=%2f");
  EXPECT_EQ(outcome.request.headers.find("x-y"), "spaced");
  EXPECT_EQ(outcome.request.id, "id-1");
  EXPECT_EQ(outcome.body, "abc");
  EXPECT_EQ(outcome.used, text.size() - 4);
}

TEST(RequestParser, AmbiguousLengthsAreRefused) {
  EXPECT_EQ(status_of(with("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")), 400);
  EXPECT_EQ(status_of(with("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n")), 400);
  EXPECT_EQ(status_of(with("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd")), 400);
  EXPECT_EQ(status_of(with("Content-Length: 3\r\nContent-Length: 3\r\n", "abc")), 400);
  for (const auto* length : {"3, 3", "3,4", "+3", "-3", "0x3", "3 3", "", "3;", "18446744073709551616", "1e3"}) {
    EXPECT_EQ(status_of(with("Content-Length: " + std::string(length) + "\r\n", "abc")), 400) << length;
  }
}

TEST(RequestParser, OnlyChunkedIsATransferEncoding) {
  EXPECT_EQ(status_of(with("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n")), 200);
  EXPECT_EQ(status_of(with("Transfer-Encoding: Chunked\r\n", "0\r\n\r\n")), 200);
  for (const auto* coding : {"gzip", "identity", "xchunked", "chunked, identity", "chunked;q=1", "\"chunked\"", "chunked chunked", "", ",",
                             "\x0b"
                             "chunked"}) {
    EXPECT_EQ(status_of(with("Transfer-Encoding: " + std::string(coding) + "\r\n", "0\r\n\r\n")), 400) << coding;
  }
  EXPECT_EQ(status_of(with("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")), 501);
  EXPECT_EQ(status_of(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")), 400);
  EXPECT_EQ(status_of(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n")), 400);
  EXPECT_EQ(status_of("POST /x HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
}

TEST(RequestParser, ThereIsExactlyOneValidHost) {
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\n\r\n"), 200);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n"), 400);
  for (const auto* host : {"a", "a.b-c_d:80", "127.0.0.1:1", "[::1]", "[::1]:8080", "a:"}) {
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), 200) << host;
  }
  for (const auto* host :
       {"", "a b", "a/b", "user@a", "a,b\x7f", "a:80:80", "a:x", "[::1", "[]", "[x]", "a?b", "a#b", "a\\b", "\xc3\xa4"}) {
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), 400) << host;
  }
}

TEST(RequestParser, LinesAndFieldsAreStrict) {
  const std::vector<std::string> bad{
      "GET / HTTP/1.1\nHost: a\n\n",
      "GET / HTTP/1.1\r\nHost: a\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\n\n",
      "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n",
      with("X: a\r\n b\r\n"),
      with("X: a\r\n\tb\r\n"),
      "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
      with("X : a\r\n"),
      with("X\t: a\r\n"),
      with(": a\r\n"),
      with("X\r\n"),
      with("X(Y): a\r\n"),
      with("\xc3\xa4: a\r\n"),
      with(std::string("X: a\0b\r\n", 8)),
      with(std::string("X\0: a\r\n", 7)),
      with("X: a\x01"
           "b\r\n"),
      with("X: a\x7f"
           "b\r\n"),
      "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /  HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
      "GET /\r\nHost: a\r\n\r\n",
      "GET / http/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/11\r\nHost: a\r\n\r\n",
      "G(T / HTTP/1.1\r\nHost: a\r\n\r\n",
      "\x16\x03\x01\x02",
      "\r\n\r\n\r\n\r\n\r\n\r\n",
  };
  for (const auto& text : bad) EXPECT_EQ(status_of(text), 400) << text;
  EXPECT_EQ(status_of("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
  EXPECT_EQ(status_of(with("X: \xc3\xa4 ok\r\nX-Empty:\r\n")), 200);
}

TEST(RequestParser, UnknownProtocolsAndExpectationsHaveTheirOwnStatus) {
  EXPECT_EQ(status_of("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 505);
  EXPECT_EQ(status_of("GET / HTTP/1.2\r\nHost: a\r\n\r\n"), 505);
  EXPECT_EQ(status_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
  EXPECT_EQ(status_of("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"), 501);
  EXPECT_EQ(status_of(with("Expect: 200-ok\r\n")), 417);
}

TEST(RequestParser, ChunksAreStrict) {
  const auto chunks = [](const std::string& body) { return status_of(with("Transfer-Encoding: chunked\r\n", body)); };
  EXPECT_EQ(chunks("3\r\nabc\r\n0\r\nTrailer: x\r\n\r\n"), 200);
  EXPECT_EQ(chunks("003;a=b;c=\"d;\"\r\nabc\r\n000\r\n\r\n"), 200);
  EXPECT_EQ(chunks("3\r\nabc\r\n"), 0);
  for (const auto* body : {"3\r\nabcd\r\n0\r\n\r\n", "3\r\nab\r\n0\r\n\r\n", "x\r\nabc", "-1\r\nabc", "0x3\r\nabc\r\n0\r\n\r\n",
                           "3 \r\nabc\r\n0\r\n\r\n", " 3\r\nabc\r\n0\r\n\r\n", "3\nabc\n0\n\n\r\n\r\n", "3\rabc\r\n", "3;\r\nabc\r\n",
                           "3;a=\"\r\nabc\r\n\"\r\n0\r\n\r\n", "\r\n3\r\nabc\r\n", "fffffffffffffffff\r\n"}) {
    const int status = chunks(body);
    EXPECT_TRUE(status == 400 || status == 413) << body << " gave " << status;
  }
}

TEST(RequestParser, SizesAreBounded) {
  const auto limited = [](const std::string& text, std::size_t piece = 1000) { return feed(text, piece).status; };
  EXPECT_EQ(limited(with("X: " + std::string(16'000, 'x') + "\r\n")), 200);
  EXPECT_EQ(limited(with("X: " + std::string(1u << 20, 'x') + "\r\n")), 431);
  EXPECT_EQ(limited("GET /" + std::string(1u << 20, 'x')), 431);
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "A: b\r\n";
  EXPECT_EQ(limited(with(many)), 431);
  std::string few;
  for (int i = 0; i < 127; ++i) few += "A: b\r\n";
  EXPECT_EQ(limited(with(few)), 200);
  EXPECT_EQ(limited(with(few + "A: b\r\n")), 431);

  const auto chunked = [&](const std::string& body) { return limited(with("Transfer-Encoding: chunked\r\n", body)); };
  EXPECT_EQ(chunked("1;x=" + std::string(1u << 20, 'x') + "\r\na\r\n0\r\n\r\n"), 400);
  std::string extended;
  for (int i = 0; i < 100; ++i) extended += "1;x=" + std::string(100, 'x') + "\r\na\r\n";
  EXPECT_EQ(chunked(extended + "0\r\n\r\n"), 400);
  EXPECT_EQ(chunked("0\r\nX: " + std::string(1u << 20, 'x') + "\r\n\r\n"), 400);
}

TEST(RequestParser, BodiesAreBounded) {
  ParseLimits limits;
  limits.body = 10;
  EXPECT_EQ(feed(with("Content-Length: 10\r\n", "0123456789"), 1, limits).status, 200);
  EXPECT_EQ(feed(with("Content-Length: 11\r\n"), 1, limits).status, 413);
  EXPECT_EQ(feed(with("Transfer-Encoding: chunked\r\n", "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n"), 1, limits).status, 200);
  EXPECT_EQ(feed(with("Transfer-Encoding: chunked\r\n", "5\r\n01234\r\n6\r\n567890\r\n0\r\n\r\n"), 1, limits).status, 413);
  EXPECT_EQ(feed(with("Transfer-Encoding: chunked\r\n", "ffffffffffffffff\r\n"), 1, limits).status, 413);
}

TEST(RequestParser, PathsAreDecodedOnceAndCannotClimb) {
  EXPECT_EQ(feed(target("/a%2525b")).request.path, "/a%25b");
  EXPECT_EQ(feed(target("/Gr%C3%BC%C3%9Fe")).request.path, "/Grüße");
  EXPECT_EQ(feed(target("/a..b/...")).request.path, "/a..b/...");
  EXPECT_EQ(feed(target("/a/?x=../..%2f%00")).request.path, "/a/");
  for (const auto* path : {"/..",          "/../a",         "/a/../b",  "/a/..",     "/./a",     "/a/.",
                           "/%2e%2e/a",    "/.%2E/a",       "/..%2f",   "/..%2Fetc", "/a%2fb",   "//////../",
                           "/a%00b",       "/%00",          "/a\\b",    "/a%5cb",    "/..%5c..", "/a%0ab",
                           "/a%7fb",       "/a%",           "/a%2",     "/a%zz",     "/a%ff",    "/a%c0%af",
                           "/a#b",         "/\xc3\xa4",     "/a\x01",   "a",         "*",        "",
                           "ftp://a/b",    "http",          "https",    "http:",     "http:/a",  "http:///a",
                           "http://u@a/b", "http://a/../b", "http//a/b"}) {
    EXPECT_EQ(status_of(target(path)), 400) << path;
  }
}

TEST(RequestParser, TheOtherTargetFormsAreUnderstood) {
  const auto absolute = feed("GET http://b.example:81/p/q?r HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(absolute.status, 200);
  EXPECT_EQ(absolute.request.path, "/p/q");
  EXPECT_EQ(absolute.request.query, "r");
  EXPECT_EQ(absolute.request.headers.find("Host"), "b.example:81");
  EXPECT_EQ(feed("GET HTTPS://b?r HTTP/1.1\r\nHost: a\r\n\r\n").request.path, "/");
  const auto asterisk = feed("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(asterisk.status, 200);
  EXPECT_EQ(asterisk.request.path, "*");
}

TEST(RequestParser, OneParserReadsRequestAfterRequest) {
  RequestParser parser{ParseLimits{}};
  std::string input = with("Content-Length: 2\r\n", "ab") + with("Transfer-Encoding: chunked\r\n", "1\r\nc\r\n0\r\n\r\n") + target("/last");
  for (const auto* expected : {"ab", "c", ""}) {
    parser.reset();
    Request request;
    const auto head = parser.read_head(input, request);
    ASSERT_EQ(head.step, Step::done);
    input.erase(0, head.used);
    std::string body;
    while (true) {
      const auto read = parser.read_body(input);
      body += read.piece;
      const bool done = read.step == Step::done;
      input.erase(0, read.used);
      if (done) break;
    }
    EXPECT_EQ(body, expected);
    EXPECT_TRUE(parser.keep_alive());
  }
  EXPECT_EQ(input, "");
}

}  // namespace
}  // namespace wherry::http

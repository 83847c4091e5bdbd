#include "net/url.h"

#include <gtest/gtest.h>

namespace wherry::http {
namespace {

TEST(Url, ATargetKeepsItsQueryAndLosesItsFragment) {
  const std::pair<std::string, std::string> rows[] = {
      {"http://a.example", "/"},
      {"http://a.example/", "/"},
      {"http://a.example?x=1", "/?x=1"},
      {"http://a.example#top", "/"},
      {"http://a.example/b/../c?d=/e#f?g", "/b/../c?d=/e"},
      {"http://a.example/%2e%2f%zz", "/%2e%2f%zz"},
      {"http://a.example/caf\xC3\xA9?n=\xE2\x82\xAC", "/caf%C3%A9?n=%E2%82%AC"},
  };
  for (const auto& [url, target] : rows) {
    auto parsed = parse_strict_url(url);
    ASSERT_TRUE(parsed) << url << " " << parsed.error().message;
    EXPECT_EQ(parsed->target, target) << url;
  }
  EXPECT_FALSE(parse_strict_url("http://a.example/\xC3(")) << "broken UTF-8 has no agreed escape";
}

TEST(Url, AHostIsLowerCaseWithoutBracketsOrAFinalDot) {
  const std::pair<std::string, std::string> rows[] = {
      {"HTTPS://ExAmple.COM./", "example.com"},
      {"http://1.2.3.4./", "1.2.3.4"},
      {"http://[2001:DB8:0:0::1]/", "2001:db8::1"},
      {"http://my_service:8080/", "my_service"},
      {"http://xn--bcher-kva.example/", "xn--bcher-kva.example"},
      {"http://r3---sn-x.example/", "r3---sn-x.example"},
  };
  for (const auto& [url, host] : rows) {
    auto parsed = parse_strict_url(url);
    ASSERT_TRUE(parsed) << url << " " << parsed.error().message;
    EXPECT_EQ(parsed->host, host) << url;
  }
}

TEST(Url, AHostThatSomeParserWouldReadOtherwiseIsRefused) {
  for (const auto* url :
       {"http://-a.example/",    "http://a-.example/",     "http://a.example../", "http://./",       "http://0x/",
        "http://a.0X7F/",        "http://1.2.3/",          "http://[::1]x/",      "http://[::1]80/", "http://[]/",
        "http://[1.2.3.4]/",     "http://[::ffff:1.2.3]/", "http://[::1/",        "http://]/",       "http://a.example:00080/x:1",
        "http://a.example:8_0/", "http://a.example:+80/",  "http://a,b/",         "http://a!b/",     "http://a%/"}) {
    auto parsed = parse_strict_url(url);
    if (std::string_view(url).find(":00080") != std::string_view::npos) {
      ASSERT_TRUE(parsed) << "leading zeros of a port mean the same everywhere";
      EXPECT_EQ(parsed->port, 80);
      continue;
    }
    ASSERT_FALSE(parsed) << url;
    EXPECT_EQ(parsed.error().code, ErrorCode::url_blocked) << url;
  }
}

TEST(Url, TheTextOfAParsedUrlParsesToTheSame) {
  for (const auto* url :
       {"http://a.example", "https://a.example:8443/x?y#z", "http://[::1]:8080/a", "https://[2001:db8::1]/", "http://a.example:443/"}) {
    const auto once = *parse_strict_url(url);
    const auto twice = *parse_strict_url(to_text(once));
    EXPECT_TRUE(same_origin(once, twice)) << url;
    EXPECT_EQ(once.target, twice.target) << url;
  }
}

TEST(Url, TheHostHeaderNamesThePortOnlyWhenItIsNotTheSchemesOwn) {
  EXPECT_EQ(host_header(*parse_strict_url("http://a.example:80/")), "a.example");
  EXPECT_EQ(host_header(*parse_strict_url("https://a.example:80/")), "a.example:80");
  EXPECT_EQ(host_header(*parse_strict_url("https://[::1]:443/")), "[::1]");
  EXPECT_EQ(host_header(*parse_strict_url("http://[::1]:81/")), "[::1]:81");
}

TEST(Url, SchemeHostAndPortMakeAnOrigin) {
  const auto base = *parse_strict_url("https://a.example/x");
  EXPECT_TRUE(same_origin(base, *parse_strict_url("https://A.example.:443/y")));
  EXPECT_FALSE(same_origin(base, *parse_strict_url("http://a.example:443/")));
  EXPECT_FALSE(same_origin(base, *parse_strict_url("https://a.example:444/")));
  EXPECT_FALSE(same_origin(base, *parse_strict_url("https://b.a.example/")));
}

TEST(Url, ARedirectIsResolvedAgainstWhereItCameFrom) {
  const auto base = *parse_strict_url("https://a.example:8443/x/y?z");
  const std::pair<std::string, std::string> rows[] = {
      {"/w", "https://a.example:8443/w"},           {"w", "https://a.example:8443/x/w"},
      {"./w?q#f", "https://a.example:8443/x/w?q"},  {"../w", "https://a.example:8443/w"},
      {"../../../w/..", "https://a.example:8443/"}, {"?q", "https://a.example:8443/x/y?q"},
      {"", "https://a.example:8443/x/y?z"},         {"//169.254.169.254/", "https://169.254.169.254/"},
      {"http://b.example/", "http://b.example/"},   {"a:b", "a:b"},
      {"./a:b", "https://a.example:8443/x/a:b"},
  };
  for (const auto& [reference, expected] : rows) EXPECT_EQ(resolve_reference(base, reference), expected) << reference;
}

TEST(Url, ARedirectWithForbiddenCharactersStaysForbidden) {
  const auto base = *parse_strict_url("https://a.example/x");
  for (const auto* reference :
       {"http://b.example/\r\nX: y", "\\\\b.example", "/\\b.example", "/a b", "//b.example\\@c.example", "javascript:alert(1)"}) {
    EXPECT_FALSE(parse_strict_url(resolve_reference(base, reference))) << reference;
  }
}

TEST(Url, OnlyASpelledOutAddressIsALiteral) {
  EXPECT_EQ(literal_address("127.0.0.1")->to_string(), "127.0.0.1");
  EXPECT_EQ(literal_address("::1")->to_string(), "::1");
  EXPECT_FALSE(literal_address("127.1"));
  EXPECT_FALSE(literal_address("a.example"));
}

}  // namespace
}  // namespace wherry::http

#include "net/egress.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <map>

#include "tests/support/run.h"

namespace wherry::http {
namespace {

IpAddress ip(const std::string& text) { return boost::asio::ip::make_address(text); }

/// A resolver that answers from a table, one answer after the other, the last for ever.
class TableResolver final : public Resolver {
 public:
  std::map<std::string, std::vector<std::vector<std::string>>> answers;
  int asked = 0;

  Task<Result<std::vector<IpAddress>>> resolve(std::string host) override {
    ++asked;
    boost::system::error_code failure;
    const auto literal = boost::asio::ip::make_address(host, failure);
    if (!failure) co_return std::vector<IpAddress>{literal};
    auto& turns = answers[host];
    if (turns.empty()) co_return Error{ErrorCode::upstream_unavailable, "no such host"};
    std::vector<IpAddress> addresses;
    for (const auto& text : turns.front()) addresses.push_back(ip(text));
    if (turns.size() > 1) turns.erase(turns.begin());
    co_return addresses;
  }
};

class EgressTest : public ::testing::Test {
 protected:
  Result<EgressGuard::Target> check(const std::string& url, EgressPolicy policy = {}) {
    auto guard = EgressGuard::create(policy, resolver);
    EXPECT_TRUE(guard);
    return test::run((*guard)->check(url));
  }
  std::shared_ptr<TableResolver> resolver = std::make_shared<TableResolver>();
};

TEST_F(EgressTest, RefusesEverySpellingOfAnInsideAddress) {
  const std::string urls[] = {"http://127.0.0.1/",
                              "http://127.1/",
                              "http://127.0.1/",
                              "http://0x7f000001/",
                              "http://0x7f.0.0.1/",
                              "http://2130706433/",
                              "http://017700000001/",
                              "http://0177.0.0.1/",
                              "http://0/",
                              "http://0.0.0.0/",
                              "http://127.0.0.1./",
                              "http://00127.0.0.1/",
                              "http://[::1]/",
                              "http://[::]/",
                              "http://[::ffff:127.0.0.1]/",
                              "http://[::ffff:7f00:1]/",
                              "http://[64:ff9b::7f00:1]/",
                              "http://[64:ff9b:1::1]/",
                              "http://[2002:7f00:1::]/",
                              "http://[2001::1]/",
                              "http://[fc00::1]/",
                              "http://[fd00:ec2::254]/",
                              "http://[fe80::1]/",
                              "http://[fe80::1%25eth0]/",
                              "http://[fe80::1%eth0]/",
                              "http://[ff02::1]/",
                              "http://[2001:db8::1]/",
                              "http://localhost/",
                              "http://LOCALHOST/",
                              "http://localhost./",
                              "http://a.localhost/",
                              "http://metadata.google.internal/",
                              "http://10.1.2.3/",
                              "http://172.16.0.1/",
                              "http://172.31.255.255/",
                              "http://192.168.1.1/",
                              "http://169.254.169.254/latest/",
                              "http://100.64.0.1/",
                              "http://100.100.100.200/",
                              "http://168.63.129.16/",
                              "http://192.0.0.1/",
                              "http://192.0.2.1/",
                              "http://198.18.0.1/",
                              "http://198.51.100.1/",
                              "http://203.0.113.1/",
                              "http://224.0.0.1/",
                              "http://240.0.0.1/",
                              "http://255.255.255.255/"};
  for (const auto& url : urls) {
    auto checked = check(url);
    ASSERT_FALSE(checked) << url;
    EXPECT_EQ(checked.error().code, ErrorCode::url_blocked) << url << " " << checked.error().detail;
  }
}

TEST_F(EgressTest, RefusesUrlsThatParsersReadDifferently) {
  const std::string urls[] = {"",
                              "http",
                              "http:/example.com",
                              "http:example.com",
                              "//example.com/",
                              "file:///etc/passwd",
                              "ftp://example.com/",
                              "gopher://example.com/",
                              "javascript:alert(1)",
                              "http://user@example.com/",
                              "http://user:pass@example.com/",
                              "http://a@b@127.0.0.1/",
                              "http://example.com\\@127.0.0.1/",
                              "http://example.com\\/",
                              "http:\\\\example.com/",
                              "http://exa\tmple.com/",
                              "http://exam\nple.com/",
                              "http://example.com/\r\nX: y",
                              " http://example.com/",
                              "http://example.com/ a",
                              "http://%31%32%37.0.0.1/",
                              "http://example%2ecom/",
                              "http://\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x97.0.0.1/",
                              "http://127\xE3\x80\x82"
                              "0\xE3\x80\x82"
                              "0\xE3\x80\x82"
                              "1/",
                              "http://ex\xC3\xA4mple.com/",
                              "http:///path",
                              "http://:80/",
                              "http://example.com:/",
                              "http://example.com:0/",
                              "http://example.com:65536/",
                              "http://example.com:80x/",
                              "http://example.com:-1/",
                              "http://.example.com/",
                              "http://example..com/",
                              "http://[::1/",
                              "http://::1/",
                              "http://[example.com]/",
                              "http://1.2.3.4.5/",
                              "http://256.1.1.1/",
                              "http://1.2.3.0x4/",
                              "http://" + std::string(300, 'a') + ".com/",
                              "http://" + std::string(64, 'a') + ".com/",
                              "http://example.com/" + std::string(9000, 'a')};
  for (const auto& url : urls) EXPECT_EQ(check(url).error().code, ErrorCode::url_blocked) << url;
  EXPECT_EQ(resolver->asked, 0) << "a URL that is refused for its form is never resolved";
}

TEST_F(EgressTest, AllowsPublicNamesThatNaiveFiltersRefuse) {
  for (const auto* host :
       {"fcbarcelona.com", "10.example.com", "fd.io", "127.example.org", "localhost.example.com", "internal-tools.example.com"}) {
    resolver->answers[host] = {{"93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"}};
    auto checked = check("https://" + std::string(host) + "/a?b#c");
    ASSERT_TRUE(checked) << host << " " << checked.error().detail;
    EXPECT_EQ(checked->url.host, host);
    EXPECT_EQ(checked->url.target, "/a?b");
    EXPECT_EQ(checked->url.port, 443);
    EXPECT_EQ(checked->addresses.size(), 2U);
  }
  EXPECT_TRUE(check("http://93.184.216.34/"));
  EXPECT_TRUE(check("http://[2606:2800:220:1:248:1893:25c8:1946]/"));
}

TEST_F(EgressTest, OnePrivateAddressAmongPublicOnesIsEnoughToRefuse) {
  resolver->answers["mixed.example.com"] = {{"93.184.216.34", "10.0.0.1"}};
  resolver->answers["mixed6.example.com"] = {{"93.184.216.34", "::1"}};

  EXPECT_EQ(check("http://mixed.example.com/").error().code, ErrorCode::url_blocked);
  EXPECT_EQ(check("http://mixed6.example.com/").error().code, ErrorCode::url_blocked);
}

TEST_F(EgressTest, ANameIsResolvedOnceAndItsAddressesAreWhatIsConnectedTo) {
  resolver->answers["rebind.example.com"] = {{"93.184.216.34"}, {"127.0.0.1"}};

  auto checked = check("http://rebind.example.com/");

  ASSERT_TRUE(checked);
  EXPECT_EQ(resolver->asked, 1);
  EXPECT_EQ(checked->addresses, std::vector<IpAddress>{ip("93.184.216.34")});
}

TEST_F(EgressTest, ThePolicyLimitsSchemeAndPorts) {
  resolver->answers["example.com"] = {{"93.184.216.34"}};
  EgressPolicy strict;
  strict.https_only = true;

  EXPECT_EQ(check("http://example.com/", strict).error().code, ErrorCode::url_blocked);
  EXPECT_TRUE(check("https://example.com/", strict));
  EXPECT_EQ(check("http://example.com:22/").error().code, ErrorCode::url_blocked);
  EXPECT_EQ(check("http://example.com:6379/").error().code, ErrorCode::url_blocked);
  EXPECT_TRUE(check("http://example.com:8080/"));
}

TEST_F(EgressTest, TheOperatorCanAllowAPrivateBlockAndNothingElse) {
  EgressPolicy policy;
  policy.allow = {"10.1.0.0/16", "127.0.0.1"};

  EXPECT_TRUE(check("http://10.1.2.3/", policy));
  EXPECT_TRUE(check("http://127.0.0.1/", policy));
  EXPECT_EQ(check("http://10.2.0.1/", policy).error().code, ErrorCode::url_blocked);
  EXPECT_EQ(check("http://127.0.0.2/", policy).error().code, ErrorCode::url_blocked);
  policy.allow = {"not a block"};
  EXPECT_FALSE(EgressGuard::create(policy, resolver));
}

TEST_F(EgressTest, AnInsideNamePassesOnlyWhenEveryAddressOfItIsListed) {
  resolver->answers["db.internal"] = {{"10.1.0.1"}};
  resolver->answers["odd.internal"] = {{"10.1.0.1", "93.184.216.34"}};
  EgressPolicy policy;
  policy.allow = {"10.1.0.0/16"};

  EXPECT_TRUE(check("http://db.internal/", policy));
  EXPECT_EQ(check("http://odd.internal/", policy).error().code, ErrorCode::url_blocked) << "public, but not what the operator listed";
  EXPECT_EQ(check("http://db.internal/").error().code, ErrorCode::url_blocked);
}

TEST_F(EgressTest, AnAllowedIpv4BlockAlsoCoversItsMappedForm) {
  EgressPolicy policy;
  policy.allow = {"10.1.0.0/16", "fd12::/16"};

  EXPECT_TRUE(check("http://[::ffff:10.1.2.3]/", policy));
  EXPECT_EQ(check("http://[::ffff:10.2.2.3]/", policy).error().code, ErrorCode::url_blocked);
  EXPECT_TRUE(check("http://[fd12::1]/", policy));
  EXPECT_EQ(check("http://[fd13::1]/", policy).error().code, ErrorCode::url_blocked);
}

TEST_F(EgressTest, RefusesAllowListsThatAreNotBlocks) {
  for (const auto* text : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "localhost", "10.0.0/8"}) {
    EgressPolicy policy;
    policy.allow = {text};
    auto guard = EgressGuard::create(policy, resolver);
    ASSERT_FALSE(guard) << text;
    EXPECT_EQ(guard.error().code, ErrorCode::invalid_argument) << text;
  }
}

TEST_F(EgressTest, NoPortsInThePolicyMeansAnyPort) {
  EgressPolicy policy;
  policy.ports.clear();

  EXPECT_TRUE(check("http://93.184.216.34:12345/", policy));
}

TEST_F(EgressTest, NoTwoGuardsShareAnId) {
  auto first = *EgressGuard::create({}, resolver);
  auto second = *EgressGuard::create({}, resolver);

  EXPECT_NE(first->id(), second->id());
}

TEST_F(EgressTest, ANameThatDoesNotResolveIsNotABlockedOne) {
  EXPECT_EQ(check("http://nowhere.example.com/").error().code, ErrorCode::upstream_unavailable);
}

}  // namespace
}  // namespace wherry::http

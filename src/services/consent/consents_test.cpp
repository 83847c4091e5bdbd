#include "services/consent/consents.h"

#include <gtest/gtest.h>

#include "tests/support/memory_consent_stores.h"
#include "tests/support/run.h"

namespace wherry {
namespace {

const WaId asha{"919812345670"};
const WaId ravi{"919812345671"};

class ConsentsTest : public ::testing::Test {
 protected:
  ConsentChange opt_in(std::vector<WaId> who, bool opted_in = true) {
    ConsentChange change;
    change.tenant = tenant;
    change.opted_in = opted_in;
    for (auto& number : who) change.recipients.push_back({std::move(number), "WEB", "", ""});
    return change;
  }
  Result<void> change(ConsentChange change) { return test::run(consents.change(std::move(change))); }
  bool is_opted_in(const WaId& who) { return test::run(consents.is_opted_in(tenant, who)).value(); }

  VirtualClock clock{from_unix_millis(1'795'000'000'000)};
  TenantId tenant = TenantId::make(clock.now());
  test::MemoryConsentStore store;
  Consents consents{store, clock};
};

TEST_F(ConsentsTest, NobodyHasOptedInUnasked) { EXPECT_FALSE(is_opted_in(asha)); }

TEST_F(ConsentsTest, TheAnswerFollowsEveryChange) {
  EXPECT_FALSE(is_opted_in(asha));
  ASSERT_TRUE(change(opt_in({asha})));
  EXPECT_TRUE(is_opted_in(asha));
  ASSERT_TRUE(change(opt_in({asha}, false)));
  EXPECT_FALSE(is_opted_in(asha));
  ASSERT_TRUE(change(opt_in({asha})));
  ASSERT_TRUE(test::run(consents.remove(tenant, asha)));
  EXPECT_FALSE(is_opted_in(asha));
}

TEST_F(ConsentsTest, TheStoreIsAskedOnceForEachRecipient) {
  ASSERT_TRUE(change(opt_in({asha})));
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(is_opted_in(asha));
    EXPECT_FALSE(is_opted_in(ravi));
  }
  EXPECT_EQ(store.finds, 2);
}

TEST_F(ConsentsTest, AnOptOutDuringALookUpIsNotForgotten) {
  ASSERT_TRUE(change(opt_in({asha})));
  store.on_find = [this] {
    store.on_find = nullptr;
    ASSERT_TRUE(change(opt_in({asha}, false)));
  };
  EXPECT_TRUE(is_opted_in(asha)) << "what it was when the look-up began";

  EXPECT_FALSE(is_opted_in(asha));
}

TEST_F(ConsentsTest, AFullMemoryForgetsSomebodyAndStaysRight) {
  Consents small{store, clock, 16};
  for (int i = 0; i < 200; ++i) {
    const WaId who{std::to_string(919'800'000'000 + i)};
    EXPECT_FALSE(test::run(small.is_opted_in(tenant, who)).value());
    EXPECT_TRUE(test::run(small.change(opt_in({who}))));
    EXPECT_TRUE(test::run(small.is_opted_in(tenant, who)).value());
  }
}

TEST_F(ConsentsTest, WhoHadOptedInAlreadyIsNamed) {
  ASSERT_TRUE(change(opt_in({asha})));
  auto again = opt_in({ravi, asha});
  again.repeated = RepeatedOptIn::refused;

  const auto refused = change(again);

  EXPECT_EQ(refused.error().code, ErrorCode::already_exists);
  EXPECT_EQ(refused.error().message, "919812345670 has opted in already");
  EXPECT_FALSE(is_opted_in(ravi));
}

TEST_F(ConsentsTest, SomebodyNamedTwiceInOneRequestIsARepeatedOptIn) {
  auto twice = opt_in({ravi, ravi});
  twice.repeated = RepeatedOptIn::refused;
  EXPECT_EQ(change(twice).error().message, "919812345671 has opted in already");
}

TEST_F(ConsentsTest, LimitsAreKept) {
  auto long_source = opt_in({asha});
  long_source.recipients[0].source = std::string(25, 'x');
  EXPECT_TRUE(change(long_source));
  long_source.recipients[0].source += 'x';
  EXPECT_EQ(change(long_source).error().code, ErrorCode::invalid_argument);
  long_source.recipients[0].source.clear();
  EXPECT_EQ(change(long_source).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(change(opt_in({})).error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(change(opt_in(std::vector<WaId>(1000, asha))));
  EXPECT_EQ(change(opt_in(std::vector<WaId>(1001, asha))).error().code, ErrorCode::invalid_argument);
}

TEST_F(ConsentsTest, AnOutageIsReportedAndNotRemembered) {
  store.outage = true;
  EXPECT_EQ(test::run(consents.is_opted_in(tenant, asha)).error().code, ErrorCode::unavailable);
  EXPECT_EQ(change(opt_in({asha})).error().code, ErrorCode::unavailable);
  store.outage = false;
  ASSERT_TRUE(change(opt_in({asha})));
  EXPECT_TRUE(is_opted_in(asha));
}

}  // namespace
}  // namespace wherry

#include "domain/meta_error.h"

#include <gtest/gtest.h>

#include <map>

namespace wherry {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using enum RetryClass;

UpstreamError code(int value, int http = 400) {
  UpstreamError error;
  error.code = value;
  error.http_status = http;
  return error;
}

std::vector<long> delays(const UpstreamError& error) {
  std::vector<long> list;
  for (int attempt = 1; attempt < 20; ++attempt) {
    const auto delay = retry_delay(error, attempt);
    if (delay.count() == 0) break;
    list.push_back(static_cast<long>(std::chrono::duration_cast<seconds>(delay).count()));
  }
  return list;
}

TEST(RetryClassOf, KnowsEveryDocumentedCode) {
  const std::map<RetryClass, std::vector<int>> expected{
      {throttled, {4, 613, 80007, 130429, 131056, 131057, 131208, 138002, 138005, 2494100}},
      {transient, {1, 2, 131000, 131016, 131036, 133004, 138004, 138007, 139102, 139103}},
      {recipient,
       {1026, 130403, 130472, 130497, 130501, 131020, 131026, 131041, 131047, 131050, 131052, 131060, 131062, 131203, 137000, 138001,
        138006}},
      {later, {131049, 133008, 133009, 133015, 133016, 134101, 138009, 138012, 138013}},
      {bad_request, {100,    2500,   131002, 131008,  131009,  131021,  131030,  131051,  131053,  131055,  131059,  131201,
                     131202, 131204, 131209, 131210,  131212,  131213,  132000,  132005,  132007,  132008,  132012,  132018,
                     133005, 134100, 135000, 136024,  138003,  138017,  138019,  138023,  139100,  139101,  139200,  147001,
                     147005, 200005, 200007, 2388024, 2388040, 2388047, 2388072, 2388073, 2388293, 2388299, 2494164, 2494179}},
      {account, {3,      10,     33,     104,    190,     200,     250,     299,     368,     131005,  131031,  131035, 131037, 131042,
                 131044, 131045, 131048, 131063, 131064,  131207,  131211,  131214,  131215,  133000,  133006,  133010, 134011, 134102,
                 138000, 138014, 138015, 138018, 2388012, 2388019, 2388091, 2388093, 2388103, 2593107, 2593108, 2593109}},
      {asset, {132001, 132015, 132016, 132068, 132069, 139000, 139006, 2388039}},
  };
  for (const auto& [retry_class, codes] : expected) {
    for (const int value : codes) {
      // The code decides, whatever the HTTP status says.
      for (const int http : {200, 400, 429, 500, 503})
        EXPECT_EQ(retry_class_of(code(value, http)), retry_class) << value << " with HTTP " << http;
    }
  }
}

TEST(RetryClassOf, AnUnknownCodeIsJudgedByItsStatus) {
  for (const int value : {5, 99, 131999, 300, 7, -1, 999999999}) {
    EXPECT_EQ(retry_class_of(code(value, 400)), bad_request);
    EXPECT_EQ(retry_class_of(code(value, 500)), transient);
    EXPECT_EQ(retry_class_of(code(value, 503)), transient);
    EXPECT_EQ(retry_class_of(code(value, 429)), throttled);
  }
}

TEST(RetryClassOf, AnAnswerThatIsNoGraphErrorIsJudgedByItsStatus) {
  EXPECT_EQ(retry_class_of(code(0, 0)), transient);
  EXPECT_EQ(retry_class_of(code(0, 401)), account);
  EXPECT_EQ(retry_class_of(code(0, 404)), bad_request);
  EXPECT_EQ(retry_class_of(code(0, 429)), throttled);
  EXPECT_EQ(retry_class_of(code(0, 502)), transient);
}

TEST(RetryClassOf, IsTransientUpgradesEverythingButAThrottle) {
  for (const int value : {100, 190, 131026, 132001, 424242}) {
    auto error = code(value);
    error.is_transient = true;
    EXPECT_EQ(retry_class_of(error), transient);
  }
  auto throttle = code(131056);
  throttle.is_transient = true;
  EXPECT_EQ(retry_class_of(throttle), throttled);
}

TEST(RetryClassOf, AnInvalidParameterIsRefinedByItsSubcode) {
  auto error = code(100);
  error.subcode = 33;
  EXPECT_EQ(retry_class_of(error), account);
  error.subcode = 2388039;
  EXPECT_EQ(retry_class_of(error), asset);
  error.subcode = 2494010;
  EXPECT_EQ(retry_class_of(error), bad_request);
  error.subcode = 4;  // a small subcode is no code of this table
  EXPECT_EQ(retry_class_of(error), bad_request);
}

TEST(RetryDelay, FollowsTheRhythmOfEachThrottle) {
  EXPECT_EQ(delays(code(131056)), (std::vector<long>{1, 4, 16, 64, 64, 64, 64, 64}));
  EXPECT_EQ(delays(code(130429)), (std::vector<long>{1, 2, 4, 8, 16, 32, 60, 60, 60, 60}));
  EXPECT_EQ(delays(code(131057, 500)), (std::vector<long>{20, 20, 20, 20, 20, 20}));
  EXPECT_EQ(delays(code(4)), (std::vector<long>{60, 120, 240, 480, 600}));
}

TEST(RetryDelay, ServerTroubleIsTriedFiveTimesAndUnknownTroubleThreeTimes) {
  EXPECT_EQ(delays(code(131000, 500)), (std::vector<long>{1, 2, 4, 8}));
  EXPECT_EQ(delays(code(0, 0)), (std::vector<long>{1, 2, 4, 8}));
  EXPECT_EQ(delays(code(999, 500)), (std::vector<long>{1, 2}));
  EXPECT_EQ(delays(code(1)), (std::vector<long>{1, 2}));
  EXPECT_EQ(delays(code(131036)), (std::vector<long>{1}));
}

TEST(RetryDelay, IsZeroForWhateverMustNotBeRetried) {
  for (const int value : {100, 190, 131026, 131047, 131049, 132001, 131053, 131048}) EXPECT_TRUE(delays(code(value)).empty()) << value;
  EXPECT_EQ(retry_delay(code(130429), 0).count(), 0);
  EXPECT_EQ(retry_delay(code(130429), -3).count(), 0);
  EXPECT_EQ(retry_delay(code(130429), 2'000'000'000).count(), 0);
}

TEST(RetryClass, EachHasItsOwnName) {
  EXPECT_EQ(to_string(throttled), "throttled");
  EXPECT_EQ(to_string(transient), "transient");
  EXPECT_EQ(to_string(recipient), "recipient");
  EXPECT_EQ(to_string(later), "later");
  EXPECT_EQ(to_string(bad_request), "bad_request");
  EXPECT_EQ(to_string(account), "account");
  EXPECT_EQ(to_string(asset), "asset");
}

}  // namespace
}  // namespace wherry

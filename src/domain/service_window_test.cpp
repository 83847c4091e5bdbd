#include "domain/service_window.h"

#include <gtest/gtest.h>

namespace wherry {
namespace {

const auto now = from_unix_millis(1'790'000'000'000);

TEST(ServiceWindow, IsOpenForExactlyADay) {
  EXPECT_TRUE(window_open(now - service_window_length, now));
  EXPECT_FALSE(window_open(now - service_window_length - milliseconds(1), now));
  EXPECT_FALSE(window_open(std::nullopt, now));
}

TEST(ServiceWindow, OnlyTemplatesMayComeAfterIt) {
  const TemplateContent approved{"order_ready", "en", {}};
  InteractiveContent buttons;
  EXPECT_TRUE(window_allows(approved, WindowCheck::here, std::nullopt, now));
  EXPECT_FALSE(window_allows(buttons, WindowCheck::here, std::nullopt, now));
  EXPECT_FALSE(window_allows(LocationContent(), WindowCheck::here, std::nullopt, now));
  EXPECT_TRUE(window_allows(buttons, WindowCheck::upstream, std::nullopt, now));
  EXPECT_TRUE(window_allows(buttons, WindowCheck::here, now, now));
}

}  // namespace
}  // namespace wherry

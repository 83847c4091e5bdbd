#include "base/qr_image.h"

#include <gtest/gtest.h>
#include <png.h>

namespace wherry {
namespace {

const std::string whatsapp_code = "2@" + std::string(180, 'x') + ",AbC+/=,dEf,gHi";

// A finder pattern's middle row: dark, bright, three dark, bright, dark.
bool is_finder(const QrImage& code, int x, int y) {
  for (int i = 0; i < 7; ++i) {
    if (code.dark(x + i, y + 3) != (i != 1 && i != 5)) return false;
  }
  return true;
}

TEST(QrImage, IsAsSmallAsItsTextAllowsWithAFinderInThreeCorners) {
  const auto small = *QrImage::of("hello");
  const auto large = *QrImage::of(whatsapp_code);
  EXPECT_EQ(small.size(), 21);
  EXPECT_GT(large.size(), small.size());
  for (const auto* code : {&small, &large}) {
    EXPECT_TRUE(is_finder(*code, 0, 0));
    EXPECT_TRUE(is_finder(*code, code->size() - 7, 0));
    EXPECT_TRUE(is_finder(*code, 0, code->size() - 7));
    EXPECT_FALSE(is_finder(*code, code->size() - 7, code->size() - 7));
    EXPECT_FALSE(code->dark(-1, 0)) << "around it is bright";
    EXPECT_FALSE(code->dark(0, code->size()));
  }
}

TEST(QrImage, WhatNoCodeHoldsIsRefused) {
  EXPECT_EQ(QrImage::of("").error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(QrImage::of(std::string("a\0b", 3)).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(QrImage::of(std::string(4000, 'x')).error().code, ErrorCode::invalid_argument);
}

TEST(QrImage, APngHasTheModulesAsPixels) {
  const auto code = *QrImage::of(whatsapp_code);
  const auto bytes = *code.png(300);
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  ASSERT_TRUE(png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()));
  image.format = PNG_FORMAT_GRAY;
  std::vector<unsigned char> pixels(PNG_IMAGE_SIZE(image));
  ASSERT_TRUE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr));

  EXPECT_GE(image.width, 300U);
  EXPECT_EQ(image.width, image.height);
  const int modules = code.size() + 2 * QrImage::quiet_zone;
  ASSERT_EQ(static_cast<int>(image.width) % modules, 0);
  const int scale = static_cast<int>(image.width) / modules;
  for (int y = 0; y < modules; ++y) {
    for (int x = 0; x < modules; ++x) {
      const auto pixel = pixels[static_cast<std::size_t>((y * scale + scale / 2) * static_cast<int>(image.width) + x * scale + scale / 2)];
      ASSERT_EQ(pixel == 0, code.dark(x - QrImage::quiet_zone, y - QrImage::quiet_zone)) << x << " " << y;
    }
  }
}

TEST(QrImage, AnSvgDrawsEveryDarkModuleOnce) {
  const auto code = *QrImage::of("hello");
  const auto text = code.svg(200);
  EXPECT_TRUE(text.starts_with("<svg xmlns=")) << text;
  EXPECT_NE(text.find(R"(width="200")"), std::string::npos);
  int dark = 0, drawn = 0;
  for (int y = 0; y < code.size(); ++y) {
    for (int x = 0; x < code.size(); ++x) dark += code.dark(x, y) ? 1 : 0;
  }
  for (auto at = text.find('h', text.rfind("d=\"")); at != std::string::npos; at = text.find('h', at + 1)) {
    const auto run = std::atoi(text.c_str() + at + 1);
    if (run > 0) drawn += run;
  }
  EXPECT_EQ(drawn, dark);
}

TEST(QrImage, ATerminalShowsTwoRowsALine) {
  const auto code = *QrImage::of("hello");
  const auto text = code.terminal();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), (21 + 4 + 1) / 2);
  EXPECT_NE(text.find("█"), std::string::npos);
  EXPECT_TRUE(text.ends_with("\x1b[0m\n")) << "colours are reset";
}

}  // namespace
}  // namespace wherry

#include "domain/media_kind.h"

#include <gtest/gtest.h>

namespace wherry {
namespace {

TEST(MediaKind, AMimeTypeIsNormalisedToItsLowerCaseEssence) {
  EXPECT_EQ(normalize_mime("image/JPEG; q=1"), "image/jpeg");
  EXPECT_EQ(normalize_mime("  Audio/Ogg ; codecs=opus"), "audio/ogg");
  EXPECT_EQ(normalize_mime("image/svg+xml;"), "image/svg+xml");
  EXPECT_EQ(normalize_mime("image/jpg"), "image/jpeg");
}

TEST(MediaKind, AMalformedMimeTypeNormalisesToNothing) {
  for (const std::string_view bad :
       {"", "image", "image/", "/png", "image/p ng", "image/png/x", "im age/png", "image\r\n/png", ";", "image/\xc3\xa9"}) {
    EXPECT_EQ(normalize_mime(bad), "") << bad;
  }
  EXPECT_EQ(normalize_mime("image/" + std::string(128, 'a')), "");
  EXPECT_EQ(normalize_mime("image/" + std::string(127, 'a')).size(), 133u);
}

TEST(MediaKind, TheSupportedTypesHaveTheirKindAndEverythingElseIsADocument) {
  for (const auto* mime : {"image/jpeg", "image/png"}) EXPECT_EQ(media_kind_for(mime), MediaKind::image) << mime;
  for (const auto* mime : {"audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg"}) {
    EXPECT_EQ(media_kind_for(mime), MediaKind::audio) << mime;
  }
  for (const auto* mime : {"video/mp4", "video/3gpp"}) EXPECT_EQ(media_kind_for(mime), MediaKind::video) << mime;
  EXPECT_EQ(media_kind_for("image/webp"), MediaKind::sticker);
  for (const auto* mime : {"image/gif", "application/pdf", "video/webm", "x/y", ""}) {
    EXPECT_EQ(media_kind_for(mime), MediaKind::document) << mime;
  }
}

TEST(MediaKind, SizeLimitsAreBinaryUnits) {
  EXPECT_EQ(media_size_limit(MediaKind::image), 5'242'880u);
  EXPECT_EQ(media_size_limit(MediaKind::audio), 16'777'216u);
  EXPECT_EQ(media_size_limit(MediaKind::video), 16'777'216u);
  EXPECT_EQ(media_size_limit(MediaKind::sticker), 512'000u);
  EXPECT_EQ(media_size_limit(MediaKind::document), 104'857'600u);
}

TEST(MediaKind, AnExtensionGivesItsType) {
  EXPECT_EQ(mime_for_extension("menu.PDF"), "application/pdf");
  EXPECT_EQ(mime_for_extension("a/b.c/photo.jpeg"), "image/jpeg");
  EXPECT_EQ(mime_for_extension("archive.tar.gz"), "application/gzip");
  for (const std::string_view none : {"", "noextension", "dir.pdf/file", "x.unknown", "trailing."})
    EXPECT_EQ(mime_for_extension(none), "") << none;
}

}  // namespace
}  // namespace wherry

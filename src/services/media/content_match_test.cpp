#include "services/media/content_match.h"

#include <gtest/gtest.h>

namespace wherry {
namespace {

TEST(ContentMatch, UnrecognisedContentIsAccepted) {
  for (const auto* declared : {"image/png", "audio/amr", "audio/aac", "video/mp4", "image/webp", "application/pdf"}) {
    EXPECT_TRUE(content_may_be(declared, "application/octet-stream")) << declared;
    EXPECT_TRUE(content_may_be(declared, "")) << declared;
  }
}

TEST(ContentMatch, ContainersOfSoundAndFilmAreInterchangeable) {
  for (const auto* sniffed :
       {"video/mp4", "audio/x-m4a", "audio/x-hx-aac-adts", "audio/ogg", "application/ogg", "video/3gpp", "audio/3gpp"}) {
    EXPECT_TRUE(content_may_be("audio/mp4", sniffed)) << sniffed;
    EXPECT_TRUE(content_may_be("video/3gpp", sniffed)) << sniffed;
  }
}

TEST(ContentMatch, ContentOfAnotherNatureIsRefused) {
  for (const auto* sniffed : {"text/html", "application/pdf", "application/zip", "application/x-dosexec", "text/plain"}) {
    for (const auto* declared : {"image/jpeg", "image/webp", "audio/ogg", "video/mp4"}) {
      EXPECT_FALSE(content_may_be(declared, sniffed)) << declared << " " << sniffed;
    }
  }
  EXPECT_FALSE(content_may_be("image/png", "video/mp4"));
  EXPECT_FALSE(content_may_be("video/mp4", "image/png"));
  EXPECT_FALSE(content_may_be("image/png", "image/svg+xml"));
}

TEST(ContentMatch, ADocumentMayHoldAnything) {
  for (const auto* sniffed : {"text/html", "image/png", "application/x-dosexec"}) EXPECT_TRUE(content_may_be("application/pdf", sniffed));
  EXPECT_TRUE(content_may_be("image/gif", "text/plain"));
}

}  // namespace
}  // namespace wherry

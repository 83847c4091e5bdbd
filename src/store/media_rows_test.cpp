#include "store/media_rows.h"

#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

class MediaRowsOnDisk : public test::StoreWorld {
 protected:
  MediaRowsOnDisk() : store(db()) {}
  Media file(const std::string& content) {
    Media made;
    made.id = MediaId::make(now());
    made.tenant = tenant;
    made.sha256 = sha256(content);
    made.size = content.size();
    made.mime_type = "image/png";
    made.file_name = "a b.png";
    made.created_at = now();
    made.expires_at = now() + std::chrono::hours(48);
    return made;
  }
  std::optional<std::string> remote(const std::string& content, const std::string& mime, Timestamp at) {
    auto found = run(store.find_remote_id(channel, sha256(content), mime, at));
    EXPECT_TRUE(found);
    return found ? *found : std::nullopt;
  }
  SqlMediaRows store;
};

TEST_F(MediaRowsOnDisk, ARowComesBackAsItWas) {
  auto media = file("bytes");
  media.state = MediaState::unavailable;
  ASSERT_TRUE(run(store.add_media(media)));

  auto found = run(store.find_media(media.id));
  auto missing = run(store.find_media(MediaId::make(now())));

  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->id, media.id);
  EXPECT_EQ((*found)->tenant, tenant);
  EXPECT_EQ((*found)->sha256, media.sha256);
  EXPECT_EQ((*found)->size, 5U);
  EXPECT_EQ((*found)->mime_type, "image/png");
  EXPECT_EQ((*found)->file_name, "a b.png");
  EXPECT_EQ((*found)->state, MediaState::unavailable);
  EXPECT_EQ((*found)->created_at, media.created_at);
  EXPECT_EQ((*found)->expires_at, media.expires_at);
  EXPECT_FALSE(*missing);
}

TEST_F(MediaRowsOnDisk, ALifeIsBroughtForwardAndNeverProlonged) {
  const auto media = file("bytes");
  ASSERT_TRUE(run(store.add_media(media)));

  ASSERT_TRUE(run(store.expire_media(media.id, now())));
  EXPECT_EQ(run(store.find_media(media.id)).value()->expires_at, now());
  ASSERT_TRUE(run(store.expire_media(media.id, now() + seconds(60))));
  EXPECT_EQ(run(store.find_media(media.id)).value()->expires_at, now());
  EXPECT_FALSE(run(store.is_referenced(media.sha256, now())).value());
}

TEST_F(MediaRowsOnDisk, OnlyTombstonesThatAreOverArePurged) {
  auto old = file("old");
  old.expires_at = now() - seconds(10);
  auto edge = file("edge");
  edge.expires_at = now();
  const auto young = file("young");
  for (const auto& media : {old, edge, young}) ASSERT_TRUE(run(store.add_media(media)));

  auto purged = run(store.purge_media(now()));

  EXPECT_EQ(*purged, 2U);
  EXPECT_FALSE(*run(store.find_media(old.id)));
  EXPECT_TRUE(*run(store.find_media(young.id)));
}

TEST_F(MediaRowsOnDisk, ManyTombstonesArePurgedInOneCall) {
  std::vector<Batch> batches;
  for (int i = 0; i < 4500; ++i) batches.push_back({media_row_once(file("x"))});
  ASSERT_TRUE(run(db().commit_all(std::move(batches))));

  auto purged = run(store.purge_media(now() + std::chrono::hours(48)));

  EXPECT_EQ(*purged, 4500U);
  EXPECT_EQ(count("SELECT count(*) FROM media"), 0);
}

TEST_F(MediaRowsOnDisk, BytesAreReferencedWhileOneAvailableRowLives) {
  const auto media = file("shared");
  ASSERT_TRUE(run(store.add_media(media)));
  auto lost = file("lost");
  lost.state = MediaState::unavailable;
  ASSERT_TRUE(run(store.add_media(lost)));

  EXPECT_TRUE(*run(store.is_referenced(media.sha256, media.expires_at - milliseconds(1))));
  EXPECT_FALSE(*run(store.is_referenced(media.sha256, media.expires_at)));
  EXPECT_FALSE(*run(store.is_referenced(sha256("other"), now())));
  EXPECT_FALSE(*run(store.is_referenced(lost.sha256, now())));
}

TEST_F(MediaRowsOnDisk, ARemoteIdIsKnownPerChannelContentAndTypeUntilItExpires) {
  const auto until = now() + seconds(10);
  ASSERT_TRUE(run(store.remember_remote_id(channel, sha256("a"), "image/png", "meta-1", until)));

  EXPECT_EQ(remote("a", "image/png", now()), "meta-1");
  EXPECT_EQ(remote("a", "image/png", until), std::nullopt);
  EXPECT_EQ(remote("a", "image/webp", now()), std::nullopt);
  EXPECT_EQ(remote("b", "image/png", now()), std::nullopt);
  auto elsewhere = run(store.find_remote_id(ChannelId::make(now()), sha256("a"), "image/png", now()));
  EXPECT_FALSE(*elsewhere);
}

TEST_F(MediaRowsOnDisk, ANewerRemoteIdReplacesTheOlderAndCanBeForgotten) {
  ASSERT_TRUE(run(store.remember_remote_id(channel, sha256("a"), "image/png", "meta-1", now() + seconds(1))));
  ASSERT_TRUE(run(store.remember_remote_id(channel, sha256("a"), "image/png", "meta-2", now() + seconds(9))));
  EXPECT_EQ(remote("a", "image/png", now() + seconds(5)), "meta-2");

  ASSERT_TRUE(run(store.forget_remote_id(channel, sha256("a"), "image/png")));

  EXPECT_EQ(remote("a", "image/png", now()), std::nullopt);
  EXPECT_TRUE(run(store.forget_remote_id(channel, sha256("a"), "image/png")));
}

}  // namespace
}  // namespace wherry::store

#include "services/media/media_service.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/media_fakes.h"
#include "tests/support/run.h"

namespace wherry {
namespace {

using namespace std::chrono_literals;

const std::string png = "\x89PNG\r\n\x1a\n and so on";

struct MediaServiceTest : testing::Test {
  boost::asio::io_context io{1};        // outlives the service, whose disk threads post to it
  boost::asio::io_context second_io{1};
  VirtualClock clock{from_unix_millis(1'700'000'000'000)};
  test::MemoryMediaRows rows;
  test::TempBlobStore blobs{clock};
  test::ScriptedFetcher fetcher;
  SecretBox secrets = SecretBox::create(std::string(SecretBox::key_size, 'k')).value();
  MediaService service{rows, blobs, fetcher, secrets, clock};
  TenantId owner = TenantId::make(clock.now());
  TenantId stranger = TenantId::make(clock.now());

  bool nested = false;  // a store() within another coroutine

  Result<Media> store(std::string mime, std::string bytes, std::string name = {}) {
    auto upload = service.begin(std::move(mime), std::move(name));
    if (!upload) return upload.error();
    const auto written = upload->write(bytes);
    if (!written) return written.error();
    return test::run(nested ? second_io : io, service.finish(owner, std::move(*upload)));
  }
  ErrorCode failure(Result<Media> result) { return result ? ErrorCode::internal : result.error().code; }
  Media stored() { return store("image/png", png).value(); }

  // Takes a link apart and presents it.
  Result<Media> open(const std::string& link) {
    const std::string start = "/v1/media/files/";
    const auto question = link.find('?');
    const auto ampersand = link.find('&');
    return test::run(io, service.open_link(link.substr(start.size(), question - start.size()),
                                           link.substr(question + 9, ampersand - question - 9), link.substr(ampersand + 11)));
  }
};

TEST_F(MediaServiceTest, AnUploadGetsARowThatLives48Hours) {
  const auto media = store("image/JPG; q=1", "\xff\xd8\xff the rest", "a/b/photo.jpg");

  ASSERT_TRUE(media.has_value());
  EXPECT_EQ(media->id.text().size(), 21u);
  EXPECT_EQ(media->mime_type, "image/jpeg");
  EXPECT_EQ(media->file_name, "photo.jpg");
  EXPECT_EQ(media->size, 12u);
  EXPECT_EQ(media->sha256, sha256("\xff\xd8\xff the rest"));
  EXPECT_EQ(media->expires_at, clock.now() + 48h);
  std::ifstream file(service.path_of(*media).value(), std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "\xff\xd8\xff the rest");
}

TEST_F(MediaServiceTest, AnEmptyFileIsUnsupported) { EXPECT_EQ(failure(store("image/png", "")), ErrorCode::unsupported_media); }

TEST_F(MediaServiceTest, AMalformedMimeTypeIsUnsupported) {
  for (const auto* mime : {"", "png", "image/", "a b/c"}) EXPECT_EQ(failure(store(mime, png)), ErrorCode::unsupported_media) << mime;
}

TEST_F(MediaServiceTest, ContentThatIsNotWhatItClaimsIsUnsupportedUnlessItIsADocument) {
  EXPECT_EQ(failure(store("image/png", "<html>hello")), ErrorCode::unsupported_media);
  EXPECT_TRUE(store("application/pdf", "<html>hello").has_value());
  EXPECT_EQ(blobs.open_writers, 0);
}

TEST_F(MediaServiceTest, EachKindHasItsSizeLimitToTheByte) {
  for (const auto* mime : {"image/jpeg", "audio/ogg", "video/mp4", "image/webp"}) {
    const auto limit = media_size_limit(media_kind_for(mime));
    EXPECT_TRUE(store(mime, std::string(limit, 'x')).has_value()) << mime;
    EXPECT_EQ(failure(store(mime, std::string(limit + 1, 'x'))), ErrorCode::too_large) << mime;
  }
}

TEST_F(MediaServiceTest, ATypeThatIsLearntLateIsHeldToItsLimitWhenFinished) {
  auto upload = service.begin({}, {}).value();
  ASSERT_TRUE(upload.writer->write(std::string(512'001, 'x')).has_value());
  upload.declared_mime = "image/webp";

  const auto media = test::run(io, service.finish(owner, std::move(upload)));

  EXPECT_EQ(failure(media), ErrorCode::too_large);
  EXPECT_EQ(media.error().message, "The file is larger than 500 KB, the limit for type sticker");
}

TEST_F(MediaServiceTest, AWriterThatIsFullSaysWhichLimitItWas) {
  const auto refused = store("image/png", std::string(media_size_limit(MediaKind::image) + 1, 'x'));

  EXPECT_EQ(refused.error(), Error(ErrorCode::too_large, "The file is larger than 5 MB, the limit for type image"));
}

TEST_F(MediaServiceTest, AFetchedFileOverAnyLimitIsTooLarge) {
  fetcher.answers["https://a/1"] = {"", {}, Error{ErrorCode::too_large, "sink full"}};

  const auto refused = test::run(io, service.fetch(owner, "https://a/1"));

  EXPECT_EQ(refused.error(), Error(ErrorCode::too_large, "The file is larger than 100 MB, the limit for type document"));
}

TEST_F(MediaServiceTest, AFetchedFileIsHeldToTheLimitOfItsAnnouncedKind) {
  fetcher.answers["https://a/1"] = {std::string(media_size_limit(MediaKind::image) + 1, 'x'), {"image/png", "x"}, {}};

  const auto refused = test::run(io, service.fetch(owner, "https://a/1"));

  EXPECT_EQ(refused.error(), Error(ErrorCode::too_large, "The file is larger than 5 MB, the limit for type image"));
  EXPECT_EQ(blobs.created, 1);
  EXPECT_TRUE(blobs.stored.empty());
}

TEST_F(MediaServiceTest, AStoreOutageIsReportedAndLeavesNoRow) {
  rows.outage = true;
  EXPECT_EQ(failure(store("image/png", png)), ErrorCode::unavailable);
  rows.outage = false;
  blobs.refuse_commit = true;
  EXPECT_EQ(failure(store("image/png", png)), ErrorCode::unavailable);
  EXPECT_TRUE(rows.rows.empty());
}

TEST_F(MediaServiceTest, AFetchedFileHasTheAnswersTypeThenTheExtensionsThenOctetStream) {
  fetcher.answers["https://a/1"] = {png, {"image/png; charset=binary", "x.pdf"}, {}};
  fetcher.answers["https://a/2"] = {png, {"", "x.pdf"}, {}};
  fetcher.answers["https://a/3"] = {png, {"nonsense", "x"}, {}};

  EXPECT_EQ(test::run(io, service.fetch(owner, "https://a/1")).value().mime_type, "image/png");
  EXPECT_EQ(test::run(io, service.fetch(owner, "https://a/2")).value().mime_type, "application/pdf");
  EXPECT_EQ(test::run(io, service.fetch(owner, "https://a/3")).value().mime_type, "application/octet-stream");
}

TEST_F(MediaServiceTest, AFailedFetchKeepsItsReason) {
  fetcher.answers["https://a/1"] = {"", {}, Error{ErrorCode::url_blocked, "not public"}};

  EXPECT_EQ(failure(test::run(io, service.fetch(owner, "https://a/1"))), ErrorCode::url_blocked);
  EXPECT_EQ(failure(test::run(io, service.fetch(owner, "https://a/unknown"))), ErrorCode::fetch_failed);
  EXPECT_EQ(blobs.open_writers, 0);
}

TEST_F(MediaServiceTest, AFileIsFoundByItsOwnerAlone) {
  const auto media = stored();

  EXPECT_EQ(test::run(io, service.find(owner, media.id)).value().id, media.id);
  EXPECT_EQ(failure(test::run(io, service.find(stranger, media.id))), ErrorCode::permission_denied);
  EXPECT_EQ(failure(test::run(io, service.find(owner, MediaId::make(clock.now())))), ErrorCode::not_found);
}

TEST_F(MediaServiceTest, AFileIsGoneAtExactly48HoursAndUnknownAfterTheTombstone) {
  const auto media = stored();

  clock.advance(48h - 1ms);
  EXPECT_TRUE(test::run(io, service.find(owner, media.id)).has_value());
  clock.advance(1ms);
  EXPECT_EQ(failure(test::run(io, service.find(owner, media.id))), ErrorCode::gone);
  EXPECT_EQ(service.path_of(media).error().code, ErrorCode::gone);
  clock.advance(7 * 24h - 1ms);
  EXPECT_EQ(failure(test::run(io, service.find(owner, media.id))), ErrorCode::gone);
  clock.advance(1ms);
  EXPECT_EQ(failure(test::run(io, service.find(owner, media.id))), ErrorCode::not_found);
  EXPECT_EQ(failure(test::run(io, service.find(stranger, media.id))), ErrorCode::not_found);
}

TEST_F(MediaServiceTest, AFileThatCouldNotBeTakenFromWhatsAppIsNotFound) {
  auto media = stored();
  media.state = MediaState::unavailable;
  rows.rows[media.id] = media;

  EXPECT_EQ(failure(test::run(io, service.find(owner, media.id))), ErrorCode::not_found);
}

TEST_F(MediaServiceTest, ALinkOpensItsFileForFiveMinutes) {
  const auto media = stored();
  const auto link = service.signed_link(media);

  EXPECT_EQ(open(link).value().id, media.id);
  clock.advance(5min - 1ms);
  EXPECT_TRUE(open(link).has_value());
  clock.advance(1ms);
  EXPECT_EQ(failure(open(link)), ErrorCode::permission_denied);
}

TEST_F(MediaServiceTest, AnyChangeToALinkIsRefused) {
  const auto media = stored();
  const auto other = store("image/png", png + "other").value();
  const auto link = service.signed_link(media);

  for (std::size_t i = std::string("/v1/media/files/").size(); i < link.size(); ++i) {
    auto changed = link;
    if (changed[i] == '?' || changed[i] == '&' || changed[i] == '=') continue;
    changed[i] = changed[i] == '1' ? '2' : '1';
    if (i > link.find('?') && i < link.find('=')) continue;
    if (i > link.find('&') && i < link.rfind('=')) continue;
    EXPECT_EQ(failure(open(changed)), ErrorCode::permission_denied) << changed;
  }
  const auto transplanted = "/v1/media/files/" + other.id.text() + link.substr(link.find('?'));
  EXPECT_EQ(failure(open(transplanted)), ErrorCode::permission_denied);
}

TEST_F(MediaServiceTest, ALinkToAFileThatExpiredMeanwhileIsGone) {
  const auto media = stored();
  clock.advance(48h - 1min);
  const auto link = service.signed_link(media);
  clock.advance(1min);

  EXPECT_EQ(failure(open(link)), ErrorCode::gone);
}

TEST_F(MediaServiceTest, TheSweepDeletesOldFilesNoLiveRowRefersTo) {
  const auto old = stored();
  clock.advance(47h);
  const auto live = store("image/png", png + "live").value();
  clock.advance(1h + 1ms);

  EXPECT_EQ(test::run(io, service.sweep()).value(), 1u);
  EXPECT_FALSE(blobs.stored.contains(old.sha256));
  EXPECT_TRUE(blobs.stored.contains(live.sha256));
  EXPECT_EQ(test::run(io, service.sweep()).value(), 0u);
}

TEST_F(MediaServiceTest, TheSweepLeavesYoungFilesAlone) {
  const auto media = stored();
  rows.rows.clear();

  clock.advance(1h);
  EXPECT_EQ(test::run(io, service.sweep()).value(), 0u);
  clock.advance(1ms);
  EXPECT_EQ(test::run(io, service.sweep()).value(), 1u);
  EXPECT_FALSE(blobs.stored.contains(media.sha256));
}

TEST_F(MediaServiceTest, TheSweepPurgesRowsOnlyAfterTheirTombstone) {
  const auto media = stored();
  clock.advance(48h + 7 * 24h - 1ms);
  (void)test::run(io, service.sweep());
  EXPECT_TRUE(rows.rows.contains(media.id));

  clock.advance(1ms);
  (void)test::run(io, service.sweep());
  EXPECT_FALSE(rows.rows.contains(media.id));
}

TEST_F(MediaServiceTest, AFileUploadedAgainWhileTheSweepLooksAtItStays) {
  const auto media = stored();
  rows.rows.clear();
  clock.advance(2h);
  rows.on_referenced = [&](const Sha256&) {  // the answer "not referenced" is out; now the same bytes come in
    rows.on_referenced = nullptr;
    nested = true;
    ASSERT_TRUE(store("image/png", png).has_value());
  };

  EXPECT_EQ(test::run(io, service.sweep()).value(), 0u);
  EXPECT_TRUE(blobs.stored.contains(media.sha256));
}

TEST_F(MediaServiceTest, AFileWhoseRowIsBeingWrittenIsNotSwept) {
  const auto media = stored();
  rows.rows.clear();
  clock.advance(2h);
  auto upload = service.begin("image/png", {}).value();
  ASSERT_TRUE(upload.writer->write(png).has_value());
  std::optional<Result<BlobGate::Committed>> committed;
  auto commit = [&]() -> Task<void> { committed.emplace(co_await service.commit(std::move(upload.writer))); };
  test::run(io, commit());
  ASSERT_TRUE(*committed);
  clock.advance(2h);

  EXPECT_EQ(test::run(io, service.sweep()).value(), 0u);
  EXPECT_TRUE(blobs.stored.contains(media.sha256));
}

TEST_F(MediaServiceTest, ASweepDuringAStoreOutageDeletesNothing) {
  const auto media = stored();
  clock.advance(72h);
  rows.outage = true;

  EXPECT_EQ(test::run(io, service.sweep()).error().code, ErrorCode::unavailable);
  EXPECT_TRUE(blobs.stored.contains(media.sha256));
}

}  // namespace
}  // namespace wherry

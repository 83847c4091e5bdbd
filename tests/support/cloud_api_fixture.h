#pragma once

#include <gtest/gtest.h>

#include "tests/support/fake_http_client.h"
#include "tests/support/media_fakes.h"
#include "tests/support/remote_id_rows.h"
#include "tests/support/run.h"
#include "tests/support/test_channel.h"
#include "upstream/cloud_api/cloud_api.h"

namespace wherry::cloud_api {

/// A CloudApi on a scripted client, a text, a picture and its file.
inline constexpr auto accepted_body =
    R"({"messaging_product":"whatsapp","contacts":[{"input":"+15550100042","wa_id":"15550100042"}],"messages":[{"id":"wamid.A"}]})";
inline constexpr auto media_gone_body =
    R"({"error":{"message":"Unsupported post request. Object with ID '1111' does not exist","type":"GraphMethodException","code":100,"error_subcode":33,"fbtrace_id":"T"}})";

class CloudApiTest : public testing::Test {
 protected:
  CloudApiTest() {
    to_.wa_id = WaId{"15550100042"};
    text_.id = MessageId::make(test::test_now);
    text_.content = TextContent{"hello", false};
    image_.id = MessageId::make(test::test_now);
    image_.content = MediaContent{MediaKind::image, MediaId::make(test::test_now), "", ""};
    auto writer = *blobs_.create(1 << 20);
    (void)writer->write("\x89PNG bytes of a picture");
    const auto stored = *writer->commit();
    file_.media.id = *file_of(image_.content);
    file_.media.sha256 = stored.sha256;
    file_.media.size = stored.size;
    file_.media.mime_type = "image/png";
    file_.media.file_name = "cat \"1\".png";
    file_.path = *blobs_.path_of(stored.sha256);
  }

  template <class... Files>
  SendOutcome send(const Message& message, Files... files) {
    return test::run(io_, api_.send(channel_, message, to_, {files...}));
  }
  static const SendRefused& refused(const SendOutcome& outcome) { return std::get<SendRefused>(outcome); }

  boost::asio::io_context io_{1};
  VirtualClock clock_{test::test_now};
  test::FakeHttpClient http_;
  test::RemoteIdRows rows_;
  test::TempBlobStore blobs_{clock_};
  CloudApi api_{http_, rows_, blobs_, clock_};
  std::shared_ptr<const Channel> channel_ = std::make_shared<const Channel>(test::test_channel());
  ContactIdentity to_;
  Message text_, image_;
  OutboundFile file_;
};

}  // namespace wherry::cloud_api

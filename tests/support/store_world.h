#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "store/inbound_store.h"
#include "store/message_store.h"
#include "store/sqlite/open.h"
#include "store/values.h"
#include "tests/support/run.h"
#include "tests/support/temp_dir.h"

namespace wherry::test {

/// A database of its own in a directory that goes with the test, on a clock that stands still.
class StoreWorld : public ::testing::Test {
 protected:
  static constexpr const char* phone_number_id = "100200300";

  StoreWorld() : clock(from_unix_millis(1'790'000'000'000)) { options.directory = dir.path(); }

  store::Database& db() {
    if (!database) reopen();
    return *database;
  }
  void reopen() {
    database.reset();
    auto opened = store::open_sqlite(options, clock);
    if (!opened) throw std::runtime_error(opened.error().message + " " + opened.error().detail);
    database = std::move(*opened);
  }
  std::int64_t places = 0;
  Timestamp now() const { return clock.now(); }
  template <class T>
  T run(Task<T> task) {
    return test::run(io, std::move(task));
  }

  /// The one number a SELECT gives.
  std::int64_t count(const char* sql, std::vector<store::Value> params = {}) {
    auto rows = run(db().query({sql, std::move(params), {}}));
    return rows && !rows->empty() ? store::as_int((*rows)[0][0]) : -1;
  }
  store::Rows rows(const char* sql) {
    auto found = run(db().query({sql, {}, {}}));
    EXPECT_TRUE(found) << found.error().detail;
    return found ? *found : store::Rows();
  }

  Message message() {
    Message made;
    made.id = MessageId::make(now());
    made.tenant = tenant;
    made.channel = channel;
    made.conversation = conversation;
    made.content = TextContent{"hello", false};
    made.place = ++places;
    made.created_at = made.updated_at = now();
    made.give_up_at = now() + seconds(60);
    return made;
  }

  static ContactIdentity customer(const std::string& number, const std::string& bsuid = "") {
    ContactIdentity who;
    if (!number.empty()) who.wa_id = WaId{number};
    if (!bsuid.empty()) who.bsuid = bsuid;
    return who;
  }
  NewInbound text(const std::string& wamid, ContactIdentity from) {
    NewInbound made;
    made.id = MessageId::make(now());
    made.channel = channel;
    made.tenant = tenant;
    made.contact_key = from.wa_id ? contact_key(*from.wa_id) : "";
    made.message.phone_number_id = phone_number_id;
    made.message.wamid = wamid;
    made.message.from = std::move(from);
    made.message.at = now();
    made.message.type = "text";
    made.message.text = "hi";
    made.message.raw = R"({"type":"text"})";
    return made;
  }
  NewStatus status(const std::string& wamid, const std::string& name, std::optional<MessageId> ours = {}) {
    return {channel, tenant, {phone_number_id, wamid, name, "491500000001", ours, now(), std::nullopt, "{}"}};
  }

  boost::asio::io_context io{1};  // outlives the database, whose threads post to it
  TempDir dir;
  VirtualClock clock;
  store::SqliteOptions options;
  TenantId tenant = TenantId::make(clock.now());
  ChannelId channel = ChannelId::make(clock.now());
  ConversationId conversation = ConversationId::make(clock.now());
  std::unique_ptr<store::Database> database;
};

}  // namespace wherry::test

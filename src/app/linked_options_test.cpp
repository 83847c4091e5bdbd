#include "app/linked_options.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/temp_dir.h"

namespace wherry::app {
namespace {

namespace fs = std::filesystem;

class LinkedOptionsTest : public ::testing::Test {
 protected:
  void put_sidecar(const std::string& place) {
    fs::create_directories(dir.path() + "/" + place + "/src");
    std::ofstream(dir.path() + "/" + place + "/src/main.mjs") << "";
  }
  Result<linked::LinkedOptions> options() { return linked_options(config, io.get_executor()); }

  test::TempDir dir;
  boost::asio::io_context io;
  Config config;
};

TEST_F(LinkedOptionsTest, TheSidecarIsFoundInTheSourceTreeWhenInstalledAndBesideTheProgram) {
  const auto program = dir.path() + "/build/release";
  fs::create_directories(program);
  EXPECT_EQ(find_sidecar(program), "");
  for (const auto* place : {"linked", "build/share/wherry/linked", "build/release/linked"}) {
    put_sidecar(place);
    EXPECT_EQ(find_sidecar(program), fs::path(dir.path() + "/" + place).lexically_normal().string());
  }
}

TEST_F(LinkedOptionsTest, PathsAreAbsoluteAndLimitsAreAsSet) {
  config.data_dir = "some/data";
  config.linked_directory = "some/linked";
  config.linked_max_sessions = 120;
  config.linked_process_mib = 300;
  const auto made = options();
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->directory, fs::current_path().string() + "/some/data/linked");
  EXPECT_EQ(std::get<linked::NodeSidecar>(made->transport).directory, fs::current_path().string() + "/some/linked");
  EXPECT_EQ(made->max_resident_bytes, 300u << 20);
  EXPECT_EQ(made->sessions_per_process, 50u);
  EXPECT_GE(made->max_processes * made->sessions_per_process, 120u);
  EXPECT_FALSE(made->server);
  EXPECT_EQ(sessions_options(config).most, 120u);
}

TEST_F(LinkedOptionsTest, ATestServerIsGivenWhole) {
  config.linked_server_media_ca = dir.path() + "/ca.pem";
  EXPECT_EQ(options().error().code, ErrorCode::invalid_argument);
  config.linked_server_url = "ws://127.0.0.1:1/ws";
  EXPECT_EQ(options().error().code, ErrorCode::not_found);
  std::ofstream(config.linked_server_media_ca) << "PEM";
  config.linked_server_root_key = std::string(64, 'a');
  const auto made = options();
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->server->url, "ws://127.0.0.1:1/ws");
  EXPECT_EQ(made->server->root_key, std::string(64, 'a'));
  EXPECT_EQ(made->server->media_ca, "PEM");
}

}  // namespace
}  // namespace wherry::app

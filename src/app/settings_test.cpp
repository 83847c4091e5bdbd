#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "app/config.h"
#include "tests/support/temp_dir.h"

namespace wherry::app {
namespace {

class SettingsTest : public ::testing::Test {
 protected:
  std::string write_file(const std::string& text) {
    const auto path = dir.path() + "/wherry.toml";
    std::ofstream(path) << text;
    return path;
  }
  void set_variable(const char* name, const char* value) {
    ::setenv(name, value, 1);
    variables.push_back(name);
  }
  void TearDown() override {
    for (const auto& name : variables) ::unsetenv(name.c_str());
  }
  test::TempDir dir;
  std::vector<std::string> variables;
};

TEST_F(SettingsTest, FlagsWinOverTheEnvironmentWhichWinsOverTheFile) {
  const auto file = write_file("port = 1001\naddress = \"127.0.0.2\"\nlog_level = \"debug\"\n");
  set_variable("WHERRY_PORT", "1002");
  set_variable("WHERRY_ADDRESS", "127.0.0.3");

  auto config = load_config(file, {{"port", "1003"}});

  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->port, 1003);
  EXPECT_EQ(config->address, "127.0.0.3");
  EXPECT_EQ(config->log_level, "debug");
}

TEST_F(SettingsTest, ABadValueIsRefusedWithItsNameAndWhereItCameFrom) {
  auto flag = load_config(std::nullopt, {{"port", "70000"}});
  ASSERT_FALSE(flag);
  EXPECT_EQ(flag.error().message, "--port: '70000' must be a whole number from 0 to 65535");

  set_variable("WHERRY_LOG_LEVEL", "loud");
  auto variable = load_config(std::nullopt, {});
  ASSERT_FALSE(variable);
  EXPECT_NE(variable.error().message.find("WHERRY_LOG_LEVEL: 'loud'"), std::string::npos);
}

TEST_F(SettingsTest, AMisspeltNameInTheFileIsNamedWithItsLine) {
  auto config = load_config(write_file("port = 1\nprot = 2\n"), {});

  ASSERT_FALSE(config);
  EXPECT_NE(config.error().message.find(":2: unknown setting prot"), std::string::npos);
}

TEST_F(SettingsTest, AFileThatIsMissingOrNoTomlIsAnError) {
  EXPECT_EQ(load_config(dir.path() + "/none.toml", {}).error().code, ErrorCode::not_found);
  EXPECT_EQ(load_config(write_file("port = = 1"), {}).error().code, ErrorCode::invalid_argument);
}

TEST_F(SettingsTest, NeitherAnErrorNorThePrintedConfigurationShowsASecret) {
  auto weak = load_config(std::nullopt, {{"admin_key", "hunter2"}});
  ASSERT_FALSE(weak);
  EXPECT_EQ(weak.error().message.find("hunter2"), std::string::npos);

  auto config = load_config(std::nullopt, {{"admin_key", "adm_0123456789012345678901234"}});
  ASSERT_TRUE(config);
  EXPECT_EQ(print_config(*config).find("adm_0123"), std::string::npos);
}

TEST_F(SettingsTest, ThePrintedConfigurationReadsBackAsItself) {
  auto config = load_config(std::nullopt, {{"port", "1234"}, {"egress_allow", "10.0.0.0/8"}});

  auto again = load_config(write_file(print_config(*config)), {});

  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(print_config(*again), print_config(*config));
}

TEST_F(SettingsTest, EverySettingHasHelpAndTakesItsOwnDefault) {
  for (const auto& setting : settings()) {
    EXPECT_FALSE(setting.help.empty()) << setting.name;
    Config config;
    const auto value = setting.print(config);
    if (!setting.secret) EXPECT_TRUE(setting.assign(config, value)) << setting.name << " = " << value;
  }
}

}  // namespace
}  // namespace wherry::app

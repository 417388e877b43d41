// Promise: `concord tour` shows what it says: each step is checked, and a company that does not
// keep the promises fails it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "index/base/files.h"
#include "index/base/json_reader.h"

namespace concord::test {
namespace {

using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

class TourProgram : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/concord_tour_test_XXXXXX";
    folder_ = mkdtemp(name);
  }
  void TearDown() override { fs::remove_all(folder_); }

  int run(const std::string& arguments) {
    const std::string line = "TMPDIR=" + folder_ + " '" CONCORD_PROGRAM "' tour " + arguments +
                             " >" + folder_ + "/out 2>" + folder_ + "/err </dev/null";
    const int status = std::system(line.c_str());
    out_ = index::read_file(folder_ + "/out").value();
    err_ = index::read_file(folder_ + "/err").value();
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  std::string folder_, out_, err_;
};

TEST_F(TourProgram, EveryStepIsAsTold) {
  EXPECT_EQ(run(""), 0) << out_ << err_;
  EXPECT_THAT(out_, HasSubstr("Everything was as told."));
  EXPECT_THAT(out_, HasSubstr("ok: the problem comes first"));
  EXPECT_THAT(out_, HasSubstr("ok: it is spent once"));
  EXPECT_THAT(out_, HasSubstr("kill -9"));
  EXPECT_THAT(out_, Not(HasSubstr("NOT")));
  std::size_t left = 0;  // the scratch folder is gone
  for (const auto& one : fs::directory_iterator(folder_)) left += one.is_directory() ? 1 : 0;
  EXPECT_EQ(left, 0U);
}

TEST_F(TourProgram, TheStepsAsJson) {
  EXPECT_EQ(run("--json"), 0) << out_ << err_;
  index::JsonReader reader;
  const auto root = reader.parse(out_);
  ASSERT_TRUE(root.has_value()) << out_;
  EXPECT_EQ(root->find("as_told")->as_bool(), true);
  EXPECT_EQ(root->find("steps")->size(), 6U);
}

// The control: a policy that forgets service first is found out, and nothing is left behind.
TEST_F(TourProgram, ACompanyWithoutServiceFirstFails) {
  const std::string set = folder_ + "/set";
  fs::copy(CONCORD_SOURCE_DIR "/scoring/policies/default", set, fs::copy_options::recursive);
  std::string company = index::read_file(set + "/company.toml").value();
  const std::string rule = "name = \"open_case\"\nstrength = \"stop\"";
  const std::size_t at = company.find(rule);
  ASSERT_NE(at, std::string::npos);
  company.replace(at, rule.size(), "name = \"open_case\"\nstrength = \"note\"");
  std::ofstream(set + "/company.toml", std::ios::binary) << company;
  EXPECT_EQ(run("--policy " + set), 1);
  EXPECT_THAT(out_, HasSubstr("NOT SO: nothing else is sold: the campaign waits for case T-991"));
  EXPECT_THAT(out_, HasSubstr("Something was NOT as told."));
}

}  // namespace
}  // namespace concord::test

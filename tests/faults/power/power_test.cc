// Promise P7: what was acknowledged survives a power cut.
// Method: a writer lives on a disk with a volatile cache; the power fails at a drawn moment, a
// drawn part of what was not flushed is gone; what is left is compared with the acknowledgements,
// which were kept elsewhere. Each promise has a control run, with a fault planted, that must lose.
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/faults/power/cuts.h"
#include "tests/faults/power/process.h"
#include "tests/faults/power/workroom.h"

namespace concord::power {
namespace {

namespace fs = std::filesystem;

class PowerCuts : public testing::Test {
 protected:
  void SetUp() override {
    const std::string missing = missing_here();
    if (!missing.empty()) GTEST_SKIP() << missing;
  }
  static Totals run(const Plan& plan) {
    const auto totals = run_cuts(plan);
    EXPECT_TRUE(totals.has_value()) << totals.error().text();
    return totals.value_or(Totals{});
  }
  static Plan plan_of(const std::string& writer, std::uint32_t cuts) {
    Plan plan;
    plan.writer.name = writer;
    plan.cuts = cuts;
    plan.kept_under = "kept";
    return plan;
  }
  // A control run: its losses are wanted, so nothing is kept.
  static Plan control_of(const std::string& writer) {
    Plan plan = plan_of(writer, 12);
    plan.cuts_per_story = 2;
    plan.stop_when_lost = true;
    plan.kept_under.clear();
    return plan;
  }
};

TEST_F(PowerCuts, SyncedFilesSurvive) {
  for (const char* writer : {"append-synced", "replace-synced", "text-synced"}) {
    SCOPED_TRACE(writer);
    const Totals totals = run(plan_of(writer, 10));
    EXPECT_EQ(totals.kept, 10U) << text_of(totals);
    EXPECT_GT(totals.acknowledged, 0U);
    // The cuts hit something: sectors were in the cache, some survived and some did not.
    EXPECT_GT(totals.disk.kept, 0U) << text_of(totals);
    EXPECT_GT(totals.disk.unflushed, totals.disk.kept) << text_of(totals);
  }
}

// A generation that was announced is there, whole; a half-built one is never looked at.
TEST_F(PowerCuts, GenerationsSurvive) {
  const Totals totals = run(plan_of("generations", 15));
  EXPECT_EQ(totals.kept, 15U) << text_of(totals);
  EXPECT_GT(totals.acknowledged, 0U);
}

TEST_F(PowerCuts, ALiveBaseSurvives) {
  const Totals totals = run(plan_of("live", 50));
  EXPECT_EQ(totals.kept, 50U) << text_of(totals);
  EXPECT_GT(totals.acknowledged, 0U);
}

TEST_F(PowerCuts, ALiveBaseSurvivesWhileGenerationsAreRolled) {
  Plan plan = plan_of("live-rolling", 20);
  plan.writer.requests_max = 1500;
  const Totals totals = run(plan);
  EXPECT_EQ(totals.kept, 20U) << text_of(totals);
  EXPECT_GT(totals.acknowledged, 0U);
}

TEST_F(PowerCuts, TheLogSurvives) {
  const Totals totals = run(plan_of("log", 30));
  EXPECT_EQ(totals.kept, 30U) << text_of(totals);
  EXPECT_GT(totals.acknowledged, 0U);
}

// Acknowledged before the sync; renamed without a sync of the folder, by us or by Xapian; the state
// compared with that of another history.
TEST_F(PowerCuts, PlantedFaultsLose) {
  for (const char* writer :
       {"append-early", "replace-early", "text-early", "log-early", "live-early", "live-altered"}) {
    SCOPED_TRACE(writer);
    const Totals totals = run(control_of(writer));
    EXPECT_GT(totals.lost, 0U) << text_of(totals);
    EXPECT_EQ(totals.broken, 0U) << text_of(totals);
  }
}

TEST_F(PowerCuts, AFailingCutIsKept) {
  Plan plan = control_of("append-early");
  plan.kept_under = testing::TempDir() + "/power-kept-" + std::to_string(::getpid());
  const Totals totals = run(plan);
  ASSERT_FALSE(totals.failures.empty());
  const std::string text = totals.failures.front().text;
  EXPECT_NE(text.find(plan.kept_under), std::string::npos) << text;
  const std::string folder = text.substr(text.find(plan.kept_under));
  EXPECT_EQ(fs::file_size(folder + "/disk.img"), plan.writer.image_bytes);
  EXPECT_GT(fs::file_size(folder + "/acknowledged"), 0U);
  fs::remove_all(plan.kept_under);
}

TEST(PowerCutsMissing, SaysWhat) {
  EXPECT_NE(missing_here("/nowhere/fuse").find("/nowhere/fuse"), std::string::npos);
  EXPECT_NE(missing_here("/dev/null", "/nowhere/loop").find("/nowhere/loop"), std::string::npos);
}

// --- nothing is left ----------------------------------------------------------------------------

// The beginning of a file; empty when it is gone by now.
std::string text_in(const fs::path& file) {
  std::string text(1U << 16U, '\0');
  std::ifstream in(file, std::ios::binary);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

// Processes, loop devices and mounts of this process's namespaces that know the workroom's name.
std::string traces_of(const std::string& name) {
  std::string traces;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator("/proc", ignored))
    if (text_in(entry.path() / "cmdline").find(name) != std::string::npos)
      traces += "process " + entry.path().filename().string() + "\n";
  for (const fs::directory_entry& entry : fs::directory_iterator("/sys/block", ignored))
    if (text_in(entry.path() / "loop/backing_file").find(name) != std::string::npos)
      traces += "loop device " + entry.path().filename().string() + "\n";
  if (text_in("/proc/self/mounts").find(name) != std::string::npos) traces += "mount\n";
  return traces;
}

template <typename Condition>
bool becomes_true(const Condition& condition) {
  for (int tries = 0; tries < 2000 && !condition(); ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return condition();
}

class PowerCutsCleanUp : public PowerCuts {
 protected:
  // A long run with its images in `folder_`, at a moment when it has a disk.
  void SetUp() override {
    PowerCuts::SetUp();
    if (IsSkipped()) return;
    fs::create_directories(folder_);
    const auto started = start({.words = {"env", "TMPDIR=" + folder_, CONCORD_POWER_CRASH,
                                          "--writer", "append-synced", "--cuts", "1000"},
                                .log = folder_ + "/log"});
    ASSERT_TRUE(started.has_value());
    process_ = *started;
    ASSERT_TRUE(becomes_true([&] { return !workrooms().empty(); }));
    workroom_ = workrooms().front();
    ASSERT_TRUE(becomes_true(
        [&] { return traces_of(workroom_).find("loop device") != std::string::npos; }));
  }
  void TearDown() override {
    if (process_ >= 0) kill_and_wait(process_);
    fs::remove_all(folder_);
  }
  [[nodiscard]] bool is_clean() const { return traces_of(workroom_).empty(); }
  [[nodiscard]] std::vector<std::string> workrooms() const {
    std::vector<std::string> names;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_))
      if (entry.is_directory()) names.push_back(entry.path().filename().string());
    return names;
  }

  std::string folder_ = testing::TempDir() + "/power-clean-" + std::to_string(::getpid());
  std::string workroom_;
  pid_t process_ = -1;
};

TEST_F(PowerCutsCleanUp, AfterCtrlC) {
  ::kill(process_, SIGINT);
  EXPECT_EQ(wait_for(process_, 30'000), 1);
  process_ = -1;
  EXPECT_TRUE(is_clean()) << traces_of(workroom_);
  EXPECT_TRUE(workrooms().empty());
}

TEST_F(PowerCutsCleanUp, AfterKill) {
  kill_and_wait(process_);
  process_ = -1;
  EXPECT_TRUE(becomes_true([&] { return is_clean(); })) << traces_of(workroom_);
  EXPECT_EQ(workrooms().size(), 1U);  // nobody was left to remove it: the next run does
  EXPECT_TRUE(Workroom::open(folder_).has_value());
  EXPECT_TRUE(workrooms().empty());
}

TEST_F(PowerCutsCleanUp, ARunBesideItIsLeftAlone) {
  EXPECT_TRUE(Workroom::open(folder_).has_value());
  EXPECT_EQ(workrooms().size(), 1U);
  EXPECT_EQ(wait_for(process_, 200), std::nullopt);  // and it goes on
}

}  // namespace
}  // namespace concord::power

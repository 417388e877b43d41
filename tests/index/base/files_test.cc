// Promise: a file is read whole or refused with its name and the reason; a durable write leaves the
// old file or the new one, never a piece.
#include "index/base/files.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>

namespace concord::index {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "concord_files_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }
  [[nodiscard]] std::string at(const char* name) const { return (folder_ / name).string(); }

  fs::path folder_;
};

// No file may grow past `bytes` while this lives: writes fail as on a full disk.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    EXPECT_EQ(::getrlimit(RLIMIT_FSIZE, &before_), 0);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST_F(Files, WrittenBytesReadBack) {
  std::string bytes;
  for (int i = 0; i < 200'000; ++i) bytes.push_back(static_cast<char>(i));
  for (const std::string_view part :
       {std::string_view(bytes), std::string_view(bytes).substr(0, 1), std::string_view()}) {
    ASSERT_TRUE(write_file_durably(at("a"), part));
    EXPECT_EQ(read_file(at("a")).value(), part);
    EXPECT_EQ(MappedFile::open(at("a")).value().bytes(), part);
    EXPECT_FALSE(fs::exists(at("a.tmp")));
  }
}

TEST_F(Files, AMissingFileIsNotFoundByName) {
  for (const Error& error : {read_file(at("none")).error(), MappedFile::open(at("none")).error(),
                             sync_file(at("none")).error(), sync_folder(at("none")).error()}) {
    EXPECT_EQ(error.code, Code::not_found);
    EXPECT_EQ(error.place, at("none"));
    EXPECT_NE(error.detail.find("No such file"), std::string::npos) << error.detail;
  }
}

TEST_F(Files, AFolderIsNoFile) {
  EXPECT_EQ(read_file(folder_.string()).error().code, Code::bad_input);
  EXPECT_EQ(MappedFile::open(folder_.string()).error().code, Code::bad_input);
}

TEST_F(Files, AFileIsNoFolder) {
  ASSERT_TRUE(write_file_durably(at("a"), "x"));
  EXPECT_EQ(sync_folder(at("a")).error().code, Code::io_error);
  const auto written = write_file_durably(at("a/b"), "x");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Code::io_error);
}

TEST_F(Files, SizeIsBounded) {
  ASSERT_TRUE(write_file_durably(at("a"), "12345"));
  EXPECT_EQ(read_file(at("a"), 5).value(), "12345");
  const auto refused = read_file(at("a"), 4);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::over_limit);
  EXPECT_EQ(refused.error().text(), at("a") + ": over 4 bytes");
  // /proc files state size 0 and have bytes: the bound holds for what is really read.
  EXPECT_EQ(read_file("/proc/self/status", 10).error().code, Code::over_limit);
}

TEST_F(Files, AFailedWriteLeavesTheOldFileWhole) {
  ASSERT_TRUE(write_file_durably(at("a"), "old"));
  {
    const FullDisk full(1000);
    const auto written = write_file_durably(at("a"), std::string(5000, 'n'));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, Code::io_error);
    EXPECT_EQ(written.error().place, at("a.tmp"));
  }
  EXPECT_EQ(read_file(at("a")).value(), "old");
  EXPECT_FALSE(fs::exists(at("a.tmp"))) << "a failed write tidies up";
}

TEST_F(Files, AFolderInTheWayIsAnError) {
  fs::create_directory(at("a"));
  const auto written = write_file_durably(at("a"), "x");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Code::io_error);
  EXPECT_EQ(written.error().place, at("a"));
  EXPECT_FALSE(fs::exists(at("a.tmp"))) << "a failed write tidies up";
}

TEST_F(Files, ALeftoverOfACrashIsWrittenOver) {
  std::ofstream(at("a.tmp")) << "left over from a crash, and longer than what comes";
  ASSERT_TRUE(write_file_durably(at("a"), "new"));
  EXPECT_EQ(read_file(at("a")).value(), "new");
}

TEST_F(Files, ABareNameIsWrittenIntoTheWorkingFolder) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  EXPECT_TRUE(write_file_durably("bare", "x"));
  fs::current_path(before);
  EXPECT_EQ(read_file(at("bare")).value(), "x");
}

TEST_F(Files, AMapLivesOnInItsNewOwner) {
  ASSERT_TRUE(write_file_durably(at("a"), "aaa"));
  ASSERT_TRUE(write_file_durably(at("b"), "bbb"));
  MappedFile a = MappedFile::open(at("a")).value();
  MappedFile moved(std::move(a));
  MappedFile b = MappedFile::open(at("b")).value();
  EXPECT_EQ(moved.bytes(), "aaa");
  b = std::move(moved);
  EXPECT_EQ(b.bytes(), "aaa");
  EXPECT_EQ(MappedFile().bytes(), "");
}

TEST_F(Files, AMapOutlivesTheName) {
  ASSERT_TRUE(write_file_durably(at("a"), "first"));
  const MappedFile map = MappedFile::open(at("a")).value();
  ASSERT_TRUE(write_file_durably(at("a"), "second"));
  EXPECT_EQ(map.bytes(), "first");
}

}  // namespace
}  // namespace concord::index

#include "server/access_log.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "index/base/files.h"

namespace concord::server {
namespace {

AccessEntry entry() {
  AccessEntry entry;
  entry.at_ms = 1'795'000'000'123;
  entry.method = "GET";
  entry.route = "/v1/customers/{key}";
  entry.status = 200;
  entry.body_bytes = 4096;
  entry.nanoseconds = 3'456;
  return entry;
}

std::string line_of(const AccessEntry& entry) {
  index::Buffer out;
  append_access_line(out, entry);
  return std::string(out.view());
}

class Folder {
 public:
  Folder() : path_((std::filesystem::temp_directory_path() / "concord_log_XXXXXX").string()) {
    EXPECT_NE(::mkdtemp(path_.data()), nullptr);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

TEST(AccessLine, HasStableKeys) {
  EXPECT_EQ(line_of(entry()),
            R"({"time":"2026-11-18T11:06:40.123Z","method":"GET","route":"/v1/customers/{key}",)"
            R"("status":200,"bytes":4096,"micros":3.4})"
            "\n");
  AccessEntry full = entry();
  full.client = "helpdesk";
  full.purpose = "service";
  full.request_id = "req-1";
  full.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  EXPECT_TRUE(
      line_of(full).ends_with(R"("client":"helpdesk","purpose":"service","request_id":"req-1",)"
                              R"("trace_id":"0af7651916cd43dd8448eb211c80319c"})"
                              "\n"));
}

TEST(AccessLine, WhatACallerSendsFreelyIsLeftOut) {
  AccessEntry free_text = entry();
  free_text.purpose = "ann@example.test";
  free_text.request_id = "ann@example.test";
  free_text.traceparent = "ann@example.test, who lives in a street with a very long name";
  EXPECT_EQ(line_of(free_text), line_of(entry()));
  free_text.request_id = "a\n{\"status\":500}";
  EXPECT_EQ(line_of(free_text), line_of(entry()));
}

TEST(AccessLog, WritesEachLineOnceFromAllThreads) {
  const Folder folder;
  const std::string path = folder.file("access.log");
  constexpr int kThreads = 4;
  constexpr int kLines = 5000;
  {
    auto log = AccessLog::open(path);
    ASSERT_TRUE(log.has_value());
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&log] {
        for (int i = 0; i < kLines; ++i) (*log)->write(entry());
      });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ((*log)->lost_lines(), 0U);
  }
  const std::string text = *index::read_file(path);
  std::string expected;
  for (int i = 0; i < kThreads * kLines; ++i) expected += line_of(entry());
  EXPECT_TRUE(text == expected);
}

TEST(AccessLog, AppendsToWhatIsThere) {
  const Folder folder;
  const std::string path = folder.file("access.log");
  for (int i = 0; i < 2; ++i) (*AccessLog::open(path))->write(entry());
  EXPECT_EQ(*index::read_file(path), line_of(entry()) + line_of(entry()));
}

TEST(AccessLog, LinesADeadDiskRefusesAreCounted) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full: not checked";
  auto log = AccessLog::open("/dev/full");
  ASSERT_TRUE(log.has_value());
  for (int i = 0; i < 10; ++i) (*log)->write(entry());
  for (int i = 0; i < 500 && (*log)->lost_lines() < 10; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ((*log)->lost_lines(), 10U);
}

TEST(AccessLog, APathThatCannotBeOpenedIsAnError) {
  const auto log = AccessLog::open("/nonexistent/folder/access.log");
  ASSERT_FALSE(log.has_value());
  EXPECT_EQ(log.error().place, "/nonexistent/folder/access.log");
}

}  // namespace
}  // namespace concord::server

// The access log: one JSON object a line, without personal data. It has the path's template, never
// the path: keys of customers stand in paths. Lines are written by a thread of its own, so that a
// slow disk delays no answer; when the disk cannot keep up, lines are dropped and counted.
// Thread class: any-thread.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "index/base/buffer.h"
#include "index/base/result.h"

namespace concord::server {

struct AccessEntry {
  std::int64_t at_ms = 0;  // Unix time
  std::string_view method;
  std::string_view route;        // template: "/v1/customers/{key}"
  std::string_view client;       // name in the token file
  std::string_view purpose;      // what the caller says he reads for; a word, else left out
  std::string_view request_id;   // X-Request-Id; left out unless it is 1 to 64 of A-Za-z0-9._-
  std::string_view traceparent;  // W3C trace context; its trace id is logged when well-formed
  int status = 0;
  std::size_t body_bytes = 0;
  std::int64_t nanoseconds = 0;
};

class AccessLog {
 public:
  /// Appends to `path`; "-": to the standard error stream. Errors: io_error.
  static index::Result<std::unique_ptr<AccessLog>> open(const std::string& path);
  /// Writes what is left.
  ~AccessLog();
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  /// Never waits for the disk.
  void write(const AccessEntry& entry);
  /// Lines that were dropped or that the system refused.
  [[nodiscard]] std::uint64_t lost_lines() const { return lost_lines_.load(); }

 private:
  explicit AccessLog(int fd);
  void run();
  void write_out(std::string_view lines);

  int fd_;
  std::atomic<std::uint64_t> lost_lines_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  index::Buffer lines_;
  bool stopping_ = false;
  std::thread thread_;
};

/// The line for `entry`, with its end.
void append_access_line(index::Buffer& out, const AccessEntry& entry);

}  // namespace concord::server

#include "server/access_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "index/base/json_writer.h"
#include "index/base/scheduling.h"

namespace concord::server {
namespace {

constexpr std::size_t kWaitingBytesMax = 8 * 1024 * 1024;
constexpr std::size_t kWakeBytes = 64 * 1024;
constexpr auto kWriteEach = std::chrono::milliseconds(200);

bool is_plain_word(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
}

// "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" → its second part.
std::string_view trace_id_of(std::string_view traceparent) {
  if (traceparent.size() < 55 || traceparent[2] != '-' || traceparent[35] != '-') return {};
  const std::string_view id = traceparent.substr(3, 32);
  const bool hex = std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  return hex ? id : std::string_view();
}

}  // namespace

void append_access_line(index::Buffer& out, const AccessEntry& entry) {
  index::JsonWriter json(out);
  json.begin_object();
  json.key("time").time({entry.at_ms});
  json.key("method").string(entry.method);
  json.key("route").string(entry.route);
  json.key("status").integer(entry.status);
  json.key("bytes").unsigned_integer(entry.body_bytes);
  json.key("micros").number(static_cast<double>(entry.nanoseconds / 100) / 10);
  if (!entry.client.empty()) json.key("client").string(entry.client);
  if (is_plain_word(entry.purpose)) json.key("purpose").string(entry.purpose);
  if (is_plain_word(entry.request_id)) json.key("request_id").string(entry.request_id);
  if (const auto id = trace_id_of(entry.traceparent); !id.empty()) json.key("trace_id").string(id);
  json.end_object();
  out.push('\n');
}

index::Result<std::unique_ptr<AccessLog>> AccessLog::open(const std::string& path) {
  const int fd = path == "-"
                     ? ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)
                     : ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (fd < 0)
    return index::fail(index::Code::io_error,
                       std::string("cannot open the access log: ") + std::strerror(errno), path);
  return std::unique_ptr<AccessLog>(new AccessLog(fd));
}

AccessLog::AccessLog(int fd) : fd_(fd), thread_([this] { run(); }) {}

AccessLog::~AccessLog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
  ::close(fd_);
}

void AccessLog::write(const AccessEntry& entry) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (lines_.size() > kWaitingBytesMax) {
      ++lost_lines_;
      return;
    }
    const std::size_t before = lines_.size();
    append_access_line(lines_, entry);
    wake = before < kWakeBytes && lines_.size() >= kWakeBytes;
  }
  if (wake) changed_.notify_one();
}

void AccessLog::run() {
  index::name_thread("access-log");
  index::Buffer taken;
  for (bool last = false; !last;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, kWriteEach,
                        [this] { return stopping_ || lines_.size() >= kWakeBytes; });
      std::swap(taken, lines_);
      last = stopping_;
    }
    write_out(taken.view());
    taken.clear();
  }
}

void AccessLog::write_out(std::string_view lines) {
  while (!lines.empty()) {
    const ssize_t n = ::write(fd_, lines.data(), lines.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      lost_lines_ += static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
      return;
    }
    lines.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace concord::server

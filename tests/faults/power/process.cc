#include "tests/faults/power/process.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <thread>

namespace concord::power {
namespace {

using index::Code;
using index::fail;
using index::Result;

// Our end is the child's end. If we ended before it could ask, its parent is another one by now.
void die_with(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (parent != 0 && ::getppid() != parent) ::_exit(127);
}

[[noreturn]] void become(const Start& what) {
  std::vector<char*> words;
  for (const std::string& word : what.words) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const int log = ::open(what.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (log < 0 || nothing < 0) ::_exit(126);
  ::dup2(nothing, 0);
  ::dup2(log, 1);
  ::dup2(log, 2);
  if (what.passed == 3) ::fcntl(3, F_SETFD, 0);
  if (what.passed >= 0 && what.passed != 3) ::dup2(what.passed, 3);
  ::execvp(words.front(), words.data());
  ::dprintf(2, "%s: %s\n", words.front(), std::strerror(errno));
  ::_exit(127);
}

int exit_code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// The first process of the new namespace: the mounts are private, /proc shows its own processes.
int first_process(const std::function<int()>& work) {
  if (::mount("proc", "/proc", "proc", 0, nullptr) != 0) return 125;
  return work();
}

int in_namespaces(const std::function<int()>& work) {
  if (::unshare(CLONE_NEWNS | CLONE_NEWPID) != 0) return 125;
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 125;
  const pid_t first = ::fork();
  if (first < 0) return 125;
  if (first == 0) {
    die_with(0);  // its parent is outside of its namespace: it has no number here
    ::_exit(first_process(work));
  }
  return wait_for(first, -1).value_or(125);
}

}  // namespace

std::string last_lines(const std::string& file, std::size_t count) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  std::string text;
  for (std::size_t i = lines.size() - std::min(lines.size(), count); i < lines.size(); ++i)
    text += (text.empty() ? "" : " | ") + lines[i];
  return text;
}

Result<pid_t> start(const Start& what) {
  const pid_t self = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return fail(Code::io_error, std::strerror(errno), "fork");
  if (child == 0) {
    die_with(self);
    become(what);
  }
  return child;
}

std::optional<int> wait_for(pid_t process, int ms_max) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::milliseconds(ms_max);
  for (;;) {
    int status = 0;
    const pid_t got = ::waitpid(process, &status, ms_max < 0 ? 0 : WNOHANG);
    if (got == process) return exit_code_of(status);
    if (got < 0 && errno != EINTR) return 125;
    if (ms_max >= 0 && Clock::now() >= end) return std::nullopt;
    if (ms_max >= 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

Result<void> run(const Start& what, int ms_max) {
  const Result<pid_t> child = start(what);
  if (!child) return fail(child.error());
  const std::optional<int> code = wait_for(*child, ms_max);
  if (!code) {
    kill_and_wait(*child);
    return fail(Code::io_error,
                "not done after " + std::to_string(ms_max) + " ms: " + last_lines(what.log, 3),
                what.words.front());
  }
  if (*code == 0) return {};
  return fail(Code::io_error, "exit code " + std::to_string(*code) + ": " + last_lines(what.log, 3),
              what.words.front());
}

void kill_and_wait(pid_t process) {
  ::kill(process, SIGKILL);
  wait_for(process, -1);
}

Result<pid_t> run_apart(const std::function<int()>& work) {
  const pid_t self = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return fail(Code::io_error, std::strerror(errno), "fork");
  if (child == 0) {
    die_with(self);
    ::_exit(in_namespaces(work));
  }
  return child;
}

}  // namespace concord::power

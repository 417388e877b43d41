// Programs started, waited for and killed; a namespace of its own for what must leave no trace.
// Thread class: one-owner (of the process: nothing here may run beside other threads).
#pragma once
#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "index/base/result.h"

namespace concord::power {

struct Start {
  std::vector<std::string> words;  // the program, looked for in PATH, and its arguments
  std::string log;                 // file that its output is appended to
  int passed = -1;                 // a descriptor of ours that it gets as 3; -1: none
};

/// Starts a program. It is killed when this process ends, however that ends.
index::Result<pid_t> start(const Start& what);

/// The exit code (128 + the signal if one ended it), or nothing after `ms_max`. -1: wait for good.
std::optional<int> wait_for(pid_t process, int ms_max);

/// Starts, waits, kills after `ms_max`. Errors: io_error unless it exits with 0.
index::Result<void> run(const Start& what, int ms_max);

/// The end of a log, in one line.
std::string last_lines(const std::string& file, std::size_t count);

void kill_and_wait(pid_t process);

/// Runs `work` in a child with mounts and process numbers of its own; its value is the exit code.
/// When it ends, or this process does (kill -9 too), its processes, mounts and loop devices go.
index::Result<pid_t> run_apart(const std::function<int()>& work);

}  // namespace concord::power

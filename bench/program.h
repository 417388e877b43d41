// What the benchmark programs over HTTP share: a server in a process of its own, cores, rows of
// results, and giving up with a clear word.
// Thread class: one-owner.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace concord::bench {

[[noreturn]] void give_up(const std::string& what);

void stay_on_core(unsigned core);

/// A server that says where it listens in its first line; ended with the object.
class ServerProcess {
 public:
  static constexpr int kAnyCore = -1;
  explicit ServerProcess(std::vector<std::string> command, int core = kAnyCore);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  /// The number behind the last colon (or the whole) of its first line, up to what is no digit.
  [[nodiscard]] std::uint16_t port() const;
  /// Memory it holds now, in bytes.
  [[nodiscard]] double resident_bytes() const;

 private:
  pid_t pid_ = -1;
  std::string first_line_;
};

using Row = std::map<std::string, double>;
/// In the form of Google Benchmark's output, so that one reader understands all result files.
void append_row(std::string& out, const std::string& name, int round, const Row& row);
/// Writes rows as a result file; gives up when it cannot.
void write_rows(const std::string& path, const std::string& rows);

/// `--concord PROGRAM --out FILE --rounds N` taken out of the command line.
struct ProgramOptions {
  std::string concord, out;
  int rounds = 5;
};
ProgramOptions take_program_options(int& argc, char** argv);

}  // namespace concord::bench

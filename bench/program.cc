#include "bench/program.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>

#include "index/base/files.h"

namespace concord::bench {

void give_up(const std::string& what) {
  std::fprintf(stderr, "bench: %s\n", what.c_str());
  std::exit(1);
}

void stay_on_core(unsigned core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core % std::max(1U, std::thread::hardware_concurrency()), &set);
  if (::sched_setaffinity(0, sizeof set, &set) != 0) std::perror("bench: sched_setaffinity");
}

ServerProcess::ServerProcess(std::vector<std::string> command, int core) {
  int ends[2];
  if (::pipe(ends) != 0) give_up("pipe");
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // whoever gives up leaves no server behind
    if (core != kAnyCore) stay_on_core(static_cast<unsigned>(core));
    ::dup2(ends[1], STDOUT_FILENO);
    std::vector<char*> words;
    for (std::string& word : command) words.push_back(word.data());
    words.push_back(nullptr);
    ::execv(words[0], words.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  char c = 0;
  while (::read(ends[0], &c, 1) == 1 && c != '\n') first_line_.push_back(c);
  ::close(ends[0]);
  if (first_line_.empty()) give_up(command[0] + " did not start");
}

ServerProcess::~ServerProcess() {
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

std::uint16_t ServerProcess::port() const {
  const std::size_t colon = first_line_.rfind(':');
  const std::string digits =
      colon == std::string::npos ? first_line_ : first_line_.substr(colon + 1);
  return static_cast<std::uint16_t>(std::strtoul(digits.c_str(), nullptr, 10));
}

double ServerProcess::resident_bytes() const {
  long pages = 0;
  long resident = 0;
  const std::string path = "/proc/" + std::to_string(pid_) + "/statm";
  if (std::FILE* const file = std::fopen(path.c_str(), "r")) {
    if (std::fscanf(file, "%ld %ld", &pages, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

void append_row(std::string& out, const std::string& name, int round, const Row& row) {
  char number[64];
  if (!out.empty()) out += ",\n";
  out += "    {\"name\": \"" + name +
         "\", \"run_type\": \"iteration\", \"repetition_index\": " + std::to_string(round);
  for (const auto& [what, value] : row) {
    std::snprintf(number, sizeof number, ", \"%s\": %.3f", what.c_str(), value);
    out += number;
  }
  out += "}";
}

void write_rows(const std::string& path, const std::string& rows) {
  const std::string text = "{\n  \"benchmarks\": [\n" + rows + "\n  ]\n}\n";
  if (auto done = index::write_file_durably(path, text); !done) give_up(done.error().text());
}

ProgramOptions take_program_options(int& argc, char** argv) {
  ProgramOptions options;
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (i + 1 < argc && option == "--concord")
      options.concord = argv[++i];
    else if (i + 1 < argc && option == "--out")
      options.out = argv[++i];
    else if (i + 1 < argc && option == "--rounds")
      options.rounds = std::max(1, std::atoi(argv[++i]));
    else
      argv[kept++] = argv[i];
  }
  argc = kept;
  if (options.concord.empty() || options.out.empty()) give_up("needs --concord and --out");
  return options;
}

}  // namespace concord::bench

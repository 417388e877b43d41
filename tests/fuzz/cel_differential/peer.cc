#include "tests/fuzz/cel_differential/peer.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace concord::test {
namespace {

using index::Code;
using index::fail;

std::string node() {
  const char* const named = std::getenv("CONCORD_NODE");
  return named == nullptr || *named == 0 ? "node" : named;
}

/// In the child: node with this end of the pipes, in UTC (its times are those of its process).
[[noreturn]] void become_node(const std::string& folder, int in, int out) {
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  setenv("TZ", "UTC", 1);
  const std::string program = node();
  if (chdir(folder.c_str()) == 0)
    execlp(program.c_str(), program.c_str(), "peer.mjs", static_cast<char*>(nullptr));
  _exit(127);
}

/// A line without its end; false at the end of the file.
bool read_line(std::FILE* file, std::string& line) {
  line.clear();
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) {
    if (c == '\n') return true;
    line.push_back(static_cast<char>(c));
  }
  return false;
}

struct Ran {
  int exit = -1;
  std::string out;
};
Ran run(const std::string& line) {
  Ran ran;
  std::FILE* const pipe = popen((line + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return ran;
  char buffer[4096];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, pipe))
    ran.out.append(buffer, got);
  const int status = pclose(pipe);
  ran.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

}  // namespace

index::Result<std::unique_ptr<Peer>> Peer::start(const std::string& folder) {
  int down[2];
  int up[2];
  if (pipe(down) != 0 || pipe(up) != 0) return fail(Code::io_error, "no pipe for the peer");
  signal(SIGPIPE, SIG_IGN);
  std::unique_ptr<Peer> peer(new Peer);
  peer->pid_ = fork();
  if (peer->pid_ == 0) {
    close(down[1]);
    close(up[0]);
    become_node(folder, down[0], up[1]);
  }
  close(down[0]);
  close(up[1]);
  peer->to_ = fdopen(down[1], "w");
  peer->from_ = fdopen(up[0], "r");
  if (peer->pid_ < 0 || peer->to_ == nullptr || peer->from_ == nullptr)
    return fail(Code::io_error, "the peer cannot be started", folder);
  return peer;
}

Peer::~Peer() {
  if (to_ != nullptr) std::fclose(to_);  // node ends with its input
  if (from_ != nullptr) std::fclose(from_);
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
}

index::Result<std::vector<std::string>> Peer::ask(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    std::fwrite(line.data(), 1, line.size(), to_);
    std::fputc('\n', to_);
  }
  std::fputc('\n', to_);
  std::fflush(to_);
  std::vector<std::string> answers;
  std::string answer;
  while (read_line(from_, answer)) {
    if (answer.empty()) break;
    answers.push_back(answer);
  }
  if (answers.size() != lines.size())
    return fail(Code::io_error, "the peer answered " + std::to_string(answers.size()) + " of " +
                                    std::to_string(lines.size()) + " lines");
  return answers;
}

std::string install_peer(const std::string& source_folder, const std::string& folder) {
  const Ran version = run("'" + node() + "' -p 'process.versions.node.split(\".\")[0] >= 20'");
  if (version.out.find("true") == std::string::npos)
    return "node 20 or newer is not here (./dev test brings one): " + version.out;
  const Ran copied =
      run("mkdir -p '" + folder + "' && cp '" + source_folder + "'/peer.mjs '" + source_folder +
          "'/package.json '" + source_folder + "'/package-lock.json '" + folder + "'");
  if (copied.exit != 0) return "cannot copy: " + copied.out;
  const std::string stamp = "cmp -s package-lock.json installed.json || ";
  const Ran installed = run("cd '" + folder + "' && { " + stamp +
                            "{ npm ci --ignore-scripts --no-audit --no-fund && "
                            "cp package-lock.json installed.json; }; }");
  return installed.exit == 0 ? "" : "npm cannot install: " + installed.out;
}

}  // namespace concord::test

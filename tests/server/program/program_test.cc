// The program as people run it: exit codes, messages, the way from extracts to an answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "index/base/files.h"

namespace concord::test {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

struct Ran {
  int exit = -1;
  std::string out;
  std::string err;
};

/// A folder with a small indexed company, made once.
class ProgramTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    char name[] = "/tmp/concord_program_XXXXXX";
    folder() = mkdtemp(name);
    generated() = run("generate --customers 60 --seed 7 --threads 1 --out " + folder() + "/demo");
    indexed() = run("index --threads 1 --sources " + folder() + "/demo/sources.toml --out " +
                    folder() + "/data");
  }
  static void TearDownTestSuite() { fs::remove_all(folder()); }

  static std::string& folder() {
    static std::string one;
    return one;
  }
  static Ran& generated() {
    static Ran one;
    return one;
  }
  static Ran& indexed() {
    static Ran one;
    return one;
  }
  static std::string data() { return folder() + "/data"; }

  /// Runs `concord ARGUMENTS` in a shell, with `environment` before it.
  static Ran run(const std::string& arguments, const std::string& environment = {}) {
    const std::string out = folder() + "/out";
    const std::string err = folder() + "/err";
    const std::string line = environment + " '" CONCORD_PROGRAM "' " + arguments + " >" + out +
                             " 2>" + err + " </dev/null";
    const int status = std::system(line.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, index::read_file(out).value(),
            index::read_file(err).value()};
  }

  /// An e-mail identity of truth.csv that is one person's.
  static std::string somebody() {
    std::ifstream truth(folder() + "/demo/truth.csv");
    std::string line;
    while (std::getline(truth, line))
      if (line.starts_with("email:")) return line.substr(0, line.find(','));
    return {};
  }
};

TEST_F(ProgramTest, HelpAndVersion) {
  EXPECT_EQ(run("--version").exit, 0);
  EXPECT_THAT(run("--version").out, HasSubstr("concord "));
  for (const char* command :
       {"", "generate", "index", "serve", "context", "next", "search", "decide-all", "replay",
        "verify", "backup", "restore", "config", "config dump"}) {
    const Ran ran = run(std::string(command) + " --help");
    EXPECT_EQ(ran.exit, 0) << command;
    if (std::string_view(command) == "config dump") continue;
    EXPECT_THAT(ran.out, HasSubstr("Exit codes")) << command;
  }
}

TEST_F(ProgramTest, AWrongCommandLineIsTwo) {
  for (const char* wrong :
       {"", "frobnicate", "serve --no-such-flag", "context", "generate --customers 0 --out /tmp/x",
        "serve --threads many", "serve --listen nowhere", "serve --as-of yesterday",
        "serve --listen 0.0.0.0:0", "config"})
    EXPECT_EQ(run(wrong).exit, 2) << wrong;
  EXPECT_THAT(run("serve --listen 0.0.0.0:0").err, HasSubstr("token"));
}

TEST_F(ProgramTest, SettingsComeFromFlagEnvironmentFileDefault) {
  const std::string file = folder() + "/concord.toml";
  std::ofstream(file) << "listen = \"127.0.0.1:1\"\nthreads = 3\n";
  const Ran dump = run("config dump --json --config " + file, "CONCORD_THREADS=5");
  EXPECT_EQ(dump.exit, 0) << dump.err;
  EXPECT_THAT(dump.out, HasSubstr(R"("threads":{"value":"5","origin":"environment")"));
  EXPECT_THAT(dump.out, HasSubstr(R"("listen":{"value":"127.0.0.1:1","origin":"file")"));
  EXPECT_THAT(dump.out, HasSubstr(R"("data":{"value":"data","origin":"default"})"));
  EXPECT_EQ(run("config check", "CONCORD_THREADS=x").exit, 2);
  std::ofstream(file) << "\nlisen = \"127.0.0.1:1\"\n";
  const Ran wrong = run("config check --config " + file);
  EXPECT_EQ(wrong.exit, 2);
  EXPECT_THAT(wrong.err, HasSubstr(file + ":2"));
  EXPECT_THAT(wrong.err, HasSubstr("did you mean listen?"));
  EXPECT_EQ(run("config check --config /no/such/file").exit, 2);
}

TEST_F(ProgramTest, GeneratesAndIndexes) {
  EXPECT_EQ(generated().exit, 0) << generated().err;
  EXPECT_EQ(indexed().exit, 3) << "the demo has rows to be refused\n" << indexed().err;
  EXPECT_THAT(indexed().out, HasSubstr("rejected: "));
  EXPECT_THAT(indexed().out, HasSubstr("generation "));
  EXPECT_EQ(run("verify " + data()).exit, 0);
}

TEST_F(ProgramTest, WhatIsNotThereIsOne) {
  EXPECT_EQ(run("context email:a@b.test --data " + folder() + "/nothing").exit, 1);
  EXPECT_EQ(run("serve --listen 127.0.0.1:0 --data " + folder() + "/nothing").exit, 1);
  EXPECT_EQ(run("verify " + folder() + "/nothing").exit, 1);
  EXPECT_EQ(run("index --sources /no/sources.toml --out " + folder() + "/x").exit, 1);
  EXPECT_EQ(run("serve --listen 127.0.0.1:0 --policy /no/policy --data " + data()).exit, 1);
  const Ran unreachable = run("context email:a@b.test --url http://127.0.0.1:9");
  EXPECT_EQ(unreachable.exit, 1);
  EXPECT_THAT(unreachable.err, HasSubstr("concord serve"));
  const Ran json = run("verify --json " + folder() + "/nothing");
  EXPECT_THAT(json.err, HasSubstr(R"({"error":{"code":"not_found")"));
}

TEST_F(ProgramTest, AnswersFromAFolder) {
  const std::string ask = " --as-of data --data " + data();
  const Ran context = run("context " + somebody() + ask);
  EXPECT_EQ(context.exit, 0) << context.err;
  EXPECT_THAT(context.out, HasSubstr("Timeline, newest first"));
  const Ran next = run("next " + somebody() + " --explain dropped" + ask);
  EXPECT_EQ(next.exit, 0) << next.err;
  EXPECT_THAT(next.out, HasSubstr("Not now"));
  EXPECT_THAT(run("search delivery" + ask).out, HasSubstr("found"));
  const Ran nobody = run("context email:nobody@nowhere.test" + ask);
  EXPECT_EQ(nobody.exit, 1);
  EXPECT_THAT(nobody.err, HasSubstr("customer_not_found"));
}

// Promise: decide-all gives for each customer the answer that he gets alone.
TEST_F(ProgramTest, DecidesForAll) {
  const std::string ask = " --as-of data --data " + data();
  const Ran one = run("decide-all --threads 1" + ask);
  EXPECT_EQ(one.exit, 0) << one.err;
  EXPECT_EQ(run("decide-all --threads 4" + ask).out, one.out);
  const std::string json = run("next --json " + somebody() + ask).out;
  const std::size_t at = json.find("\"answer_id\":\"");
  ASSERT_NE(at, std::string::npos) << json;
  EXPECT_THAT(one.out, HasSubstr(json.substr(at, 45)));
  EXPECT_EQ(run("decide-all --out /no/such/folder/file" + ask).exit, 1);
}

// Promise: a damaged generation is refused with the file named, by verify and by serve.
TEST_F(ProgramTest, DamageIsFoundAndNamed) {
  const std::string copy = folder() + "/damaged";
  fs::copy(data(), copy, fs::copy_options::recursive);
  for (const auto& file : fs::recursive_directory_iterator(copy))
    if (file.path().filename() == "records.bin") {
      std::fstream bytes(file.path(), std::ios::in | std::ios::out | std::ios::binary);
      bytes.seekp(static_cast<std::streamoff>(fs::file_size(file.path()) / 2));
      const int was = bytes.get();
      bytes.seekp(-1, std::ios::cur);
      bytes.put(static_cast<char>(was ^ 0x40));
    }
  const Ran verify = run("verify " + copy);
  EXPECT_EQ(verify.exit, 1);
  EXPECT_THAT(verify.out, HasSubstr("records.bin"));
  const Ran serve = run("serve --listen 127.0.0.1:0 --data " + copy);
  EXPECT_EQ(serve.exit, 1);
  EXPECT_THAT(serve.err, HasSubstr("records.bin"));
}

/// A service in a process of its own.
class Served {
 public:
  explicit Served(const std::string& data) {
    int ends[2];
    if (pipe(ends) != 0) return;
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      close(ends[0]);
      execl(CONCORD_PROGRAM, "concord", "serve", "--listen", "127.0.0.1:0", "--as-of", "data",
            "--data", data.c_str(), static_cast<char*>(nullptr));
      _exit(127);
    }
    close(ends[1]);
    char piece[512];
    for (ssize_t got; (got = read(ends[0], piece, sizeof piece)) > 0;) {
      said_.append(piece, static_cast<std::size_t>(got));
      if (said_.find('\n') != std::string::npos) break;
    }
    close(ends[0]);
  }
  /// The exit code after SIGTERM.
  int stop() {
    kill(pid_, SIGTERM);
    int status = 0;
    waitpid(pid_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  /// The exit code after signals of both kinds have come until the end.
  int stop_impatiently() {
    int status = 0;
    do {
      kill(pid_, SIGUSR1);
      kill(pid_, SIGTERM);
    } while (waitpid(pid_, &status, WNOHANG) == 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] std::string url() const {
    const std::size_t at = said_.find("http://");
    return at == std::string::npos ? said_ : said_.substr(at, said_.find('\n') - at);
  }

 private:
  pid_t pid_ = -1;
  std::string said_;
};

// Promise: a base is backed up served or not, the backup verifies, and restored it is served.
TEST_F(ProgramTest, BacksUpAndRestores) {
  const std::string copy = folder() + "/to_back_up";
  fs::copy(data(), copy, fs::copy_options::recursive);
  const Ran before = run("backup --json --data " + copy + " --out " + folder() + "/b1");
  EXPECT_EQ(before.exit, 0) << before.err;
  std::string ask = "context --json " + somebody();
  std::string want;
  {
    Served served(copy);
    want = run(ask + " --url " + served.url()).out;
    const Ran verify = run("verify " + copy);  // the log is left alone
    EXPECT_EQ(verify.exit, 0) << verify.out << verify.err;
    EXPECT_THAT(verify.out, HasSubstr("not looked at"));
    const Ran during = run("backup --json --data " + copy + " --out " + folder() + "/b2");
    EXPECT_EQ(during.exit, 0) << during.err;
    EXPECT_EQ(before.out.substr(before.out.find("\"seq\"")).substr(0, 12),
              during.out.substr(during.out.find("\"seq\"")).substr(0, 12));
    const Ran again = run("backup --data " + copy + " --out " + folder() + "/b2");
    EXPECT_EQ(again.exit, 1);
    EXPECT_THAT(again.err, HasSubstr("is there already"));
    EXPECT_EQ(served.stop(), 0);
  }
  EXPECT_EQ(run("verify --deep " + copy).exit, 0);
  EXPECT_EQ(run("verify " + folder() + "/b2").exit, 0);
  EXPECT_EQ(run("serve --listen 127.0.0.1:0 --data " + folder() + "/b2").exit, 1);
  const Ran restored = run("restore " + folder() + "/b2 --data " + folder() + "/restored");
  EXPECT_EQ(restored.exit, 0) << restored.err;
  EXPECT_THAT(restored.out, HasSubstr("events 1.."));
  EXPECT_EQ(run("restore " + folder() + "/b2 --data " + folder() + "/restored").exit, 1);
  EXPECT_EQ(run("verify --deep " + folder() + "/restored").exit, 0);
  Served served(folder() + "/restored");
  EXPECT_EQ(run(ask + " --url " + served.url()).out, want);
  EXPECT_EQ(served.stop(), 0);
  EXPECT_EQ(run("backup --data " + folder() + "/nothing --out " + folder() + "/b3").exit, 1);
  EXPECT_EQ(run("restore " + data() + " --data " + folder() + "/r2").exit, 1);
}

// Promise P1: the same question over HTTP and in this process gives the same bytes.
TEST_F(ProgramTest, ServesTheSameBytesAndStopsWhenAsked) {
  const std::string key = somebody();
  const std::string questions[] = {"context --json " + key, "next --json " + key,
                                   "search --json delivery"};
  std::vector<std::string> in_process;
  for (const std::string& question : questions)
    in_process.push_back(run(question + " --as-of data --data " + data()).out);
  Served served(data());
  for (std::size_t i = 0; i < in_process.size(); ++i) {
    const Ran over_http = run(questions[i] + " --url " + served.url());
    EXPECT_EQ(over_http.exit, 0) << over_http.err << over_http.out;
    EXPECT_EQ(over_http.out, in_process[i]);
  }
  EXPECT_EQ(run("context email:nobody@nowhere.test --url " + served.url()).exit, 1);
  EXPECT_EQ(served.stop(), 0);
  // Now there is a log, and it is read too.
  EXPECT_EQ(run(questions[0] + " --as-of data --data " + data()).out, in_process[0]);
}

// A handler may run on any thread while what it uses is being put away.
TEST_F(ProgramTest, StopsOnceHoweverOftenItIsAsked) {
  const std::string copy = folder() + "/impatient";
  fs::copy(data(), copy, fs::copy_options::recursive);
  for (int round = 0; round < 3; ++round) {
    Served served(copy);
    ASSERT_THAT(served.url(), HasSubstr("http://"));
    EXPECT_EQ(served.stop_impatiently(), 0);
  }
}

// Promise: nobody works on a folder that a service holds, and who tries is told what to do.
TEST_F(ProgramTest, AServiceHoldsItsFolderAlone) {
  const std::string copy = folder() + "/held";
  fs::copy(data(), copy, fs::copy_options::recursive);
  Served served(copy);
  const Ran context = run("context " + somebody() + " --data " + copy);
  EXPECT_EQ(context.exit, 1);
  EXPECT_THAT(context.err, HasSubstr("--url"));
  EXPECT_THAT(context.err, HasSubstr("process " + std::to_string(served.pid())));
  EXPECT_EQ(run("serve --listen 127.0.0.1:0 --data " + copy).exit, 1);
  EXPECT_EQ(run("index --sources " + folder() + "/demo/sources.toml --out " + copy).exit, 1);
  EXPECT_EQ(served.stop(), 0);
  EXPECT_EQ(run("context " + somebody() + " --as-of data --data " + copy).exit, 0);
  // Nothing came live: the log is as good as none, and a batch index may replace everything.
  EXPECT_EQ(run("index --sources " + folder() + "/demo/sources.toml --out " + copy).exit, 3);
  EXPECT_EQ(run("context " + somebody() + " --as-of data --data " + copy).exit, 0);
}

}  // namespace
}  // namespace concord::test

#include "tests/faults/power/cuts.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>

#include "tests/faults/power/process.h"
#include "tests/faults/power/workroom.h"

namespace concord::power {
namespace {

namespace fs = std::filesystem;
using index::Code;
using index::fail;
using index::Result;

constexpr int kPrepareMsMax = 120'000;

// A story that runs: its process, and the pipe that its outcomes come through.
struct Running {
  pid_t process = -1;
  int from = -1;
  std::uint64_t seed = 0;
  std::uint32_t rounds = 0;
  std::string folder;
  std::string unread;  // the beginning of a line
};

class Run {
 public:
  Run(const Plan& plan, const std::function<void(const CutOutcome&)>& heard, std::string folder)
      : plan_(plan), heard_(heard), folder_(std::move(folder)), next_seed_(plan.seed) {}

  // What every story begins with: an image that the writer has prepared.
  Result<void> prepare() {
    const std::string content = folder_ + "/content";
    const std::string log = folder_ + "/prepare.log";
    fs::create_directories(content);
    const Result<void> done =
        run({.words = {CONCORD_POWER_CHILD, plan_.writer.name, "prepare", content}, .log = log},
            kPrepareMsMax);
    if (!done) return done;
    return make_image(folder_ + "/begin.img", plan_.writer.image_bytes, content, log);
  }

  Result<Totals> all() {
    for (;;) {
      if (is_stopped()) break;
      while (running_.size() < plan_.jobs && begun_ < plan_.cuts && !is_enough())
        if (const Result<void> done = begin(); !done) return fail(done.error());
      if (running_.empty()) break;
      listen();
    }
    for (Running& story : running_) {
      ::kill(story.process, SIGKILL);
      while (read(story)) {  // its last process holds the other end
      }
      end(story);
    }
    return totals_;
  }

 private:
  [[nodiscard]] bool is_enough() const { return plan_.stop_when_lost && totals_.lost > 0; }

  [[nodiscard]] bool is_stopped() const { return plan_.stop != nullptr && *plan_.stop != 0; }

  Result<void> begin() {
    Running story;
    story.seed = next_seed_++;
    story.rounds = std::min(plan_.cuts_per_story, plan_.cuts - begun_);
    story.folder = folder_ + "/" + std::to_string(story.seed);
    std::error_code error;
    fs::create_directories(story.folder, error);
    const Result<void> copied =
        run({.words = {"cp", "--sparse=always", folder_ + "/begin.img", story.folder + "/disk.img"},
             .log = folder_ + "/prepare.log"},
            kPrepareMsMax);
    if (!copied) return copied;
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
      return fail(Code::io_error, std::strerror(errno), "pipe");
    const Result<pid_t> process = run_apart([&] {
      tell({plan_.writer, story.seed, story.rounds, story.folder, plan_.kept_under},
           [&](const CutOutcome& outcome) {
             const std::string line = line_of(outcome);
             if (::write(pipe[1], line.data(), line.size()) < 0) ::_exit(1);
           });
      return 0;
    });
    ::close(pipe[1]);
    if (!process) return fail(process.error());
    story.process = *process;
    story.from = pipe[0];
    begun_ += story.rounds;
    running_.push_back(std::move(story));
    return {};
  }

  void listen() {
    std::vector<pollfd> ready;
    for (const Running& story : running_) ready.push_back({story.from, POLLIN, 0});
    if (::poll(ready.data(), ready.size(), -1) <= 0) return;
    for (std::size_t i = ready.size(); i-- > 0;)
      if (ready[i].revents != 0 && !read(running_[i])) {
        end(running_[i]);
        running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
      }
  }

  // False at the end of the story.
  bool read(Running& story) {
    std::array<char, 4096> bytes;
    const ssize_t got = ::read(story.from, bytes.data(), bytes.size());
    if (got <= 0) return got < 0 && errno == EINTR;
    story.unread.append(bytes.data(), static_cast<std::size_t>(got));
    for (std::size_t at = story.unread.find('\n'); at != std::string::npos;
         at = story.unread.find('\n')) {
      CutOutcome outcome;
      if (outcome_of(story.unread.substr(0, at), outcome)) hear(outcome);
      story.unread.erase(0, at + 1);
      --story.rounds;
    }
    return true;
  }

  // A story that ends without having told its rounds (killed, no namespaces) has broken.
  void end(const Running& story) {
    ::close(story.from);
    const int code = wait_for(story.process, -1).value_or(125);
    if (code != 0 && !is_stopped())
      hear({.seed = story.seed, .text = "the story ended with code " + std::to_string(code)});
    std::error_code ignored;
    fs::remove_all(story.folder, ignored);
  }

  void hear(const CutOutcome& outcome) {
    using Kind = CutOutcome::Kind;
    ++(outcome.kind == Kind::kept   ? totals_.kept
       : outcome.kind == Kind::lost ? totals_.lost
                                    : totals_.broken);
    totals_.acknowledged += outcome.acknowledged;
    totals_.disk.writes += outcome.disk.writes;
    totals_.disk.flushes += outcome.disk.flushes;
    totals_.disk.unflushed += outcome.disk.unflushed;
    totals_.disk.kept += outcome.disk.kept;
    if (outcome.kind != Kind::kept) totals_.failures.push_back(outcome);
    if (heard_) heard_(outcome);
  }

  const Plan& plan_;
  const std::function<void(const CutOutcome&)>& heard_;
  std::string folder_;
  std::uint64_t next_seed_;
  std::uint32_t begun_ = 0;  // cuts of the stories that were begun
  std::vector<Running> running_;
  Totals totals_;
};

}  // namespace

Result<Totals> run_cuts(const Plan& plan, const std::function<void(const CutOutcome&)>& heard) {
  const Result<Workroom> room = Workroom::open(fs::temp_directory_path().string());
  if (!room) return fail(room.error());
  Run run(plan, heard, room->folder());
  if (const Result<void> done = run.prepare(); !done) return fail(done.error());
  return run.all();
}

std::string text_of(const Totals& totals) {
  std::string text = std::to_string(totals.kept + totals.lost + totals.broken) + " power cuts, " +
                     std::to_string(totals.acknowledged) + " acknowledged: lost in " +
                     std::to_string(totals.lost) + " cuts, rig failed in " +
                     std::to_string(totals.broken) + "; " + std::to_string(totals.disk.writes) +
                     " writes, " + std::to_string(totals.disk.flushes) + " flushes, " +
                     std::to_string(totals.disk.unflushed) + " sectors in the cache, " +
                     std::to_string(totals.disk.kept) + " of them kept";
  for (const CutOutcome& failure : totals.failures)
    text += "\nseed " + std::to_string(failure.seed) + " round " + std::to_string(failure.round) +
            ": " + failure.text;
  return text;
}

}  // namespace concord::power

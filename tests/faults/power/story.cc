#include "tests/faults/power/story.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "tests/faults/power/process.h"

namespace concord::power {
namespace {

namespace fs = std::filesystem;
using index::Code;
using index::fail;
using index::Result;
using Clock = std::chrono::steady_clock;

constexpr int kPollMs = 3;
constexpr auto kCutMax = std::chrono::seconds(60);  // a writer that writes is cut long before
constexpr int kVerifyMsMax = 120'000;
constexpr int kToolMsMax = 60'000;

// What is drawn for one round: from the seed alone, so that a seed can be told again.
struct Draw {
  CutOrder order;
  std::chrono::milliseconds after;  // the writer lives on without a disk for so long
};

Draw draw_of(const Story& story, std::uint32_t round) {
  std::seed_seq seeds{story.seed & 0xffffffffU, story.seed >> 32U, std::uint64_t{round}};
  std::mt19937_64 draw(seeds);
  const auto below = [&](std::uint64_t n) { return draw() % n; };
  constexpr std::array<std::uint32_t, 6> kKeep{0, 25, 50, 50, 75, 100};
  Draw drawn;
  // One in four while the writer starts: what opens a store writes too.
  const std::uint32_t most =
      below(4) == 0 ? story.writer.requests_max / 10 + 1 : story.writer.requests_max;
  drawn.order.requests = static_cast<std::uint32_t>(1 + below(most));
  drawn.order.keep_per_cent = kKeep[below(kKeep.size())];
  drawn.order.seed = below(1U << 31U);
  drawn.after = std::chrono::milliseconds(below(60));
  return drawn;
}

// The acknowledgements come through a pipe and are kept in a file outside of the disk.
class Acknowledged {
 public:
  Acknowledged(int from, const std::string& file) : from_(from), out_(file, std::ios::app) {}

  /// Waits for at most `ms`; false when the writer has gone.
  bool take(int ms) {
    pollfd ready{from_, POLLIN, 0};
    if (::poll(&ready, 1, ms) <= 0) return true;
    std::array<char, 1U << 16U> bytes;
    const ssize_t got = ::read(from_, bytes.data(), bytes.size());
    if (got <= 0) return got < 0 && errno == EINTR;
    out_.write(bytes.data(), got);
    count_ += static_cast<std::uint64_t>(std::count(bytes.data(), bytes.data() + got, '\n'));
    return true;
  }
  bool close() { return static_cast<bool>(out_.flush()); }
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  int from_;
  std::ofstream out_;
  std::uint64_t count_ = 0;
};

Result<void> listen_until_cut(const PowerDisk& disk, Acknowledged& acknowledged,
                              std::chrono::milliseconds after) {
  const auto end = Clock::now() + kCutMax;
  while (!disk.report()) {
    if (!acknowledged.take(kPollMs) && !disk.report())
      return fail(Code::io_error, "ended before the cut", "writer");
    if (Clock::now() > end) return fail(Code::io_error, "does not write", "writer");
  }
  const auto killed_at = Clock::now() + after;
  while (Clock::now() < killed_at && acknowledged.take(kPollMs)) {
  }
  return {};
}

std::vector<std::string> child_words(const Story& story, const std::string& task) {
  return {CONCORD_POWER_CHILD, story.writer.name, task};
}

// Starts the writer on the disk, hears its acknowledgements, kills it some time after the cut.
Result<std::uint64_t> write_until_cut(const Story& story, std::uint32_t round,
                                      const PowerDisk& disk, const Draw& draw) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
    return fail(Code::io_error, std::strerror(errno), "pipe");
  std::vector<std::string> words = child_words(story, "feed");
  words.insert(words.end(), {disk.mounted(), std::to_string(story.seed), std::to_string(round)});
  const Result<pid_t> child =
      start({.words = words, .log = story.folder + "/child.log", .passed = pipe[1]});
  ::close(pipe[1]);
  if (!child) return fail(child.error());
  Acknowledged acknowledged(pipe[0], story.folder + "/acknowledged");
  const Result<void> heard = listen_until_cut(disk, acknowledged, draw.after);
  kill_and_wait(*child);
  while (acknowledged.take(0)) {
    pollfd ready{pipe[0], POLLIN, 0};
    if (::poll(&ready, 1, 0) <= 0) break;
  }
  ::close(pipe[0]);
  if (!heard) return fail(heard.error());
  if (!acknowledged.close()) return fail(Code::io_error, "cannot be written", "acknowledged");
  return acknowledged.count();
}

// The verifier gets a copy: it repairs, and the next round has to repair on the disk that is cut.
Result<bool> verify(const Story& story, std::string& text) {
  const std::string copy = story.folder + "/check.img";
  const std::string at = story.folder + "/check";
  const std::string log = story.folder + "/verify.log";
  fs::remove(log);
  const Result<void> copied =
      run({.words = {"cp", "--sparse=always", story.folder + "/disk.img", copy}, .log = log},
          kToolMsMax);
  if (!copied) return fail(copied.error());
  if (const Result<void> done = mount_image(copy, at); !done) return fail(done.error());
  std::vector<std::string> words = child_words(story, "verify");
  words.insert(words.end(), {at, story.folder + "/acknowledged"});
  const Result<pid_t> child = start({.words = words, .log = log});
  if (!child) return fail(child.error());
  const std::optional<int> code = wait_for(*child, kVerifyMsMax);
  if (!code) kill_and_wait(*child);
  text = code ? last_lines(log, 3) : "the verifier does not end";
  if (const Result<void> done = unmount(at); !done) return fail(done.error());
  return code == 0;
}

Result<bool> one_round(const Story& story, std::uint32_t round, CutOutcome& outcome) {
  const Draw draw = draw_of(story, round);
  PowerDisk disk(story.folder);
  if (const Result<void> done = disk.start(); !done) return fail(done.error());
  if (const Result<void> done = disk.order(draw.order); !done) return fail(done.error());
  const Result<std::uint64_t> count = write_until_cut(story, round, disk, draw);
  if (!count) return fail(count.error());
  outcome.acknowledged = *count;
  outcome.disk = disk.report().value_or(CutReport{});
  if (const Result<void> done = disk.stop(); !done) return fail(done.error());
  return verify(story, outcome.text);
}

// What somebody needs who wants to see it again.
std::string keep(const Story& story, std::uint32_t round) {
  const std::string to = story.kept_under + "/" + story.writer.name + "-seed-" +
                         std::to_string(story.seed) + "-round-" + std::to_string(round);
  std::error_code error;
  fs::remove_all(to, error);
  fs::create_directories(to, error);
  for (const char* name :
       {"disk.img", "acknowledged", "child.log", "verify.log", "disk.log", "orders", "report"})
    fs::copy_file(story.folder + "/" + name, to + "/" + name, error);
  return to;
}

}  // namespace

void tell(const Story& story, const std::function<void(const CutOutcome&)>& heard) {
  std::ofstream(story.folder + "/acknowledged", std::ios::app).flush();
  for (std::uint32_t round = 1; round <= story.rounds; ++round) {
    CutOutcome outcome;
    outcome.seed = story.seed;
    outcome.round = round;
    const Result<bool> kept = one_round(story, round, outcome);
    using Kind = CutOutcome::Kind;
    outcome.kind = !kept ? Kind::broken : *kept ? Kind::kept : Kind::lost;
    if (!kept)
      outcome.text = kept.error().text() + " (" + last_lines(story.folder + "/child.log", 1) + ")";
    if (outcome.kind != Kind::kept && !story.kept_under.empty())
      outcome.text += "; kept in " + keep(story, round);
    heard(outcome);
    if (outcome.kind != Kind::kept) return;
  }
}

std::string line_of(const CutOutcome& outcome) {
  std::ostringstream line;
  line << int{static_cast<std::uint8_t>(outcome.kind)} << ' ' << outcome.seed << ' '
       << outcome.round << ' ' << outcome.acknowledged << ' ' << outcome.disk.writes << ' '
       << outcome.disk.flushes << ' ' << outcome.disk.unflushed << ' ' << outcome.disk.kept << ' '
       << outcome.text << '\n';
  return line.str();
}

bool outcome_of(const std::string& line, CutOutcome& outcome) {
  std::istringstream in(line);
  int kind = 0;
  in >> kind >> outcome.seed >> outcome.round >> outcome.acknowledged >> outcome.disk.writes >>
      outcome.disk.flushes >> outcome.disk.unflushed >> outcome.disk.kept;
  if (!in || kind < 0 || kind > 2) return false;
  outcome.kind = static_cast<CutOutcome::Kind>(kind);
  std::getline(in >> std::ws, outcome.text);
  return true;
}

}  // namespace concord::power

// Promise: bytes that rot are found, never answered: a log either has all its events right, or
// refuses writes and says what and where, and then reads nothing wrong. It never crashes.
// Method: one log's files, tables and write-ahead log; in each trial one byte is flipped, or one
// sector zeroed, or one file cut to a length; opened in a process of its own. Sampled so that it
// takes under a minute; CONCORD_ROT_ALL=1 tries them all. Control: RocksDB without our checks.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <random>

#include "index/log/log_verify.h"
#include "tests/faults/log/log_story.h"
#include "tests/faults/log/sim_files.h"

namespace concord::test {
namespace {

constexpr unsigned kSecondsMax = 60;  // one trial; then it hangs
constexpr std::size_t kSector = 512;

// What a trial says, one letter each.
enum Verdict : char { kRight = 'r', kRefused = 'f', kSilent = 's', kMute = 'm', kCrashed = 'c' };

std::string text_of(int i) {
  std::mt19937_64 random(static_cast<std::uint64_t>(i));
  std::string text = "event " + std::to_string(i) + " ";
  for (std::size_t left = random() % 300; left > 0; --left)
    text.push_back(static_cast<char>(random() & 0xff));
  return text;
}
constexpr int kEvents = 40;

// Half of it in tables, half in the write-ahead log, closed in good order.
DiskImage sound_image() {
  const auto disk = std::make_shared<SimDisk>();
  {
    index::DurableLogOptions options = options_on(disk);
    options.ballast_bytes = 0;
    const auto opened = index::open_durable_log(options);
    for (int i = 0; i < kEvents; i += 4) {
      const auto frame = frame_of({text_of(i), text_of(i + 1), text_of(i + 2), text_of(i + 3)});
      (void)opened->log->append(0, *opened->log->tail(0), 1, frame);
      index::Rejection refused;
      refused.raw = text_of(i);
      (void)opened->log->rejections().keep({&refused, 1});
      if (i == kEvents / 2) (void)opened->log->purge();
    }
  }
  return disk->image();
}

void send(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(to, bytes.data(), bytes.size());
    if (n <= 0) ::_exit(3);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

// Runs `work` in a process of its own; what it sends, and whether it ended well.
bool in_child(const std::function<void(int)>& work, std::string& sent) {
  int ends[2];
  if (::pipe(ends) != 0) return false;
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    work(ends[1]);
    ::_exit(0);
  }
  ::close(ends[1]);
  char buffer[1 << 16];
  for (ssize_t n = 0; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;)
    sent.append(buffer, static_cast<std::size_t>(n));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void send_text(int to, const std::string& text) {
  const std::uint64_t size = text.size();
  send(to, {reinterpret_cast<const char*>(&size), sizeof size});
  send(to, text);
}

DiskImage image_from_child() {
  std::string bytes;
  in_child(
      [](int to) {
        for (const auto& [path, text] : sound_image()) {
          send_text(to, path);
          send_text(to, text);
        }
      },
      bytes);
  std::vector<std::string> texts;
  for (std::size_t at = 0; at + 8 <= bytes.size();) {
    std::uint64_t size = 0;
    std::copy_n(bytes.data() + at, sizeof size, reinterpret_cast<char*>(&size));
    texts.push_back(bytes.substr(at + 8, size));
    at += 8 + size;
  }
  DiskImage image;
  for (std::size_t i = 0; i + 1 < texts.size(); i += 2) image[texts[i]] = texts[i + 1];
  return image;
}

struct Damage {
  enum class What : std::uint8_t { none, flip, zero, cut } what = What::none;
  std::string path;
  std::size_t at = 0;
};

DiskImage damaged(const DiskImage& sound, const Damage& damage) {
  DiskImage image = sound;
  if (damage.what == Damage::What::none) return image;
  std::string& bytes = image.at(damage.path);
  const std::size_t sector = std::min(kSector, bytes.size() - damage.at);
  switch (damage.what) {
    case Damage::What::none: break;
    case Damage::What::flip:
      bytes[damage.at] = static_cast<char>(bytes[damage.at] ^ (1 << (damage.at % 8)));
      break;
    case Damage::What::zero: bytes.replace(damage.at, sector, sector, '\0'); break;
    case Damage::What::cut: bytes.resize(damage.at); break;
  }
  return image;
}

std::string text_of(const Damage& damage) {
  constexpr const char* kNames[] = {"nothing", "flipped", "zeroed", "cut"};
  return damage.path + " " + kNames[static_cast<int>(damage.what)] + " at " +
         std::to_string(damage.at);
}

std::vector<Damage> all_damage(const DiskImage& image, std::size_t trials_max) {
  std::vector<Damage> all;
  for (const auto& [path, bytes] : image) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      all.push_back({Damage::What::flip, path, at});
      all.push_back({Damage::What::cut, path, at});
      if (at % kSector == 0) all.push_back({Damage::What::zero, path, at});
    }
  }
  if (std::getenv("CONCORD_ROT_ALL") != nullptr || all.size() <= trials_max) return all;
  // Every sector, every byte and length of the small files, a sample of the rest.
  std::mt19937_64 random(1);
  std::shuffle(all.begin(), all.end(), random);
  std::stable_partition(all.begin(), all.end(), [&](const Damage& one) {
    return one.what == Damage::What::zero || image.at(one.path).size() <= 100;
  });
  all.resize(trials_max);
  return all;
}

bool says_events(index::DurableLog& log, std::size_t count) {
  const auto all = log.read(0, 0, 1ULL << 30);
  if (!all || all->size() != count) return false;
  for (std::size_t i = 0; i < count; ++i)
    if ((*all)[i].bytes != text_of(static_cast<int>(i))) return false;
  return true;
}

// An error is an answer, too; another word than the right one is not.
bool says_nothing_wrong(index::DurableLog& log) {
  for (int i = 0; i < kEvents; ++i) {
    const auto known = log.known_ids(0, std::array{frame_of({text_of(i)})[0].id_key});
    if (known && known->front().seq != static_cast<index::EventSeq>(i) + 1) return false;
  }
  for (int i = 0; i < kEvents / 4; ++i) {
    const auto refused = log.rejections().get(static_cast<std::uint64_t>(i) + 1);
    if (refused && refused->raw != text_of(4 * i)) return false;
    if (!refused && refused.error().code == index::Code::not_found) return false;
  }
  return true;
}

Verdict judge(const DiskImage& image) {
  index::DurableLogOptions options = options_on(std::make_shared<SimDisk>(image));
  options.ballast_bytes = 0;
  const auto opened = index::open_durable_log(options);
  if (!opened) return opened.error().text().empty() ? kMute : kRefused;
  if (opened->writable)
    return says_events(*opened->log, kEvents) && says_nothing_wrong(*opened->log) ? kRight
                                                                                  : kSilent;
  if (opened->findings.empty() || opened->findings.back().text.empty()) return kMute;
  if (opened->log && !says_events(*opened->log, opened->verified_to)) return kSilent;
  return kRefused;
}

// The control: what is read when RocksDB's word is taken for it.
Verdict judge_unchecked(const DiskImage& image) {
  bool no_space = false;
  const auto store = index::RocksStore::open(
      {"/data/log", files_on(std::make_shared<SimDisk>(image)), false, false}, no_space);
  if (!store) return kRefused;
  int events = 0;
  const auto at = (*store)->cursor(index::Family::events);
  for (at->seek(""); at->valid(); at->next()) ++events;
  if (!at->state()) return kRefused;
  return events == kEvents ? kRight : kSilent;
}

std::string verdicts_of(const DiskImage& sound, const std::vector<Damage>& trials,
                        Verdict (*judge_one)(const DiskImage&)) {
  std::string verdicts;
  while (verdicts.size() < trials.size()) {
    const bool ended_well = in_child(
        [&](int to) {
          for (std::size_t i = verdicts.size(); i < trials.size(); ++i) {
            ::alarm(kSecondsMax);
            const char verdict = judge_one(damaged(sound, trials[i]));
            send(to, {&verdict, 1});
          }
        },
        verdicts);
    if (ended_well) continue;
    std::printf("crashed: %s\n", text_of(trials[verdicts.size()]).c_str());
    verdicts.push_back(kCrashed);
  }
  verdicts.resize(trials.size());
  return verdicts;
}

std::size_t count(const std::string& verdicts, Verdict wanted) {
  return static_cast<std::size_t>(std::count(verdicts.begin(), verdicts.end(), wanted));
}

TEST(LogRot, IsFoundAndNeverAnswered) {
  const DiskImage sound = image_from_child();
  ASSERT_EQ(verdicts_of(sound, {Damage{}}, judge), "r") << "control: without damage all is right";
  const std::vector<Damage> trials = all_damage(sound, 4000);
  const std::string verdicts = verdicts_of(sound, trials, judge);
  int shown = 0;
  for (std::size_t i = 0; i < trials.size() && shown < 10; ++i) {
    if (verdicts[i] == kRight || verdicts[i] == kRefused) continue;
    ++shown;
    ADD_FAILURE() << text_of(trials[i]) << ": verdict " << verdicts[i];
  }
  EXPECT_GT(count(verdicts, kRefused), trials.size() / 4);
  std::printf("%zu trials: %zu right, %zu refused, %zu silent, %zu mute, %zu crashed\n",
              trials.size(), count(verdicts, kRight), count(verdicts, kRefused),
              count(verdicts, kSilent), count(verdicts, kMute), count(verdicts, kCrashed));
}

TEST(LogRot, ControlRocksDbAloneLosesInSilence) {
  const DiskImage sound = image_from_child();
  ASSERT_EQ(verdicts_of(sound, {Damage{}}, judge_unchecked), "r");
  const std::string verdicts = verdicts_of(sound, all_damage(sound, 1000), judge_unchecked);
  EXPECT_GT(count(verdicts, kSilent), 10U);
  std::printf("%zu trials: %zu lost in silence\n", verdicts.size(), count(verdicts, kSilent));
}

TEST(LogRot, ControlWithoutItsMarkALogThatLostItsEndLooksWhole) {
  DiskImage image = image_from_child();
  const auto log = std::find_if(image.begin(), image.end(),
                                [](const auto& file) { return file.first.ends_with(".log"); });
  ASSERT_NE(log, image.end());
  log->second.resize(log->second.size() / 2);
  ASSERT_EQ(verdicts_of(image, {Damage{}}, judge), "f");
  image.erase("/data/mark/A");
  image.erase("/data/mark/B");
  EXPECT_EQ(verdicts_of(image, {Damage{}}, judge), "s");
}

}  // namespace
}  // namespace concord::test

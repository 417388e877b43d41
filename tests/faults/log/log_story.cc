#include "tests/faults/log/log_story.h"

#include <algorithm>

#include "index/base/failpoint.h"
#include "index/base/hash.h"
#include "tests/faults/log/sim_files.h"

namespace concord::test {
namespace {

using index::Append;
using index::EventSeq;
using index::Hash128;

constexpr int kCyclesMax = 3;
constexpr std::uint64_t kCallsMax = 160;  // before the power goes, at the latest

std::string words_of(const std::vector<index::FindingRow>& findings) {
  std::string all;
  for (const index::FindingRow& row : findings)
    all += "\n  " + std::string(index::name_of(row.what)) + " " + row.place + ": " + row.text;
  return all;
}

}  // namespace

index::DurableLogOptions options_on(const std::shared_ptr<SimDisk>& disk) {
  index::DurableLogOptions options;
  options.folder = "/data/log";
  options.ballast_bytes = 1024;
  options.mark_sync_ms = 0;
  options.files = files_on(disk);
  return options;
}

std::vector<index::FramedEvent> frame_of(const std::vector<std::string>& texts) {
  std::vector<index::FramedEvent> frame;
  for (const std::string& one : texts)
    frame.push_back({one, index::event_id_key("sim", one), index::blake2b_128(one)});
  return frame;
}

std::string LogStory::open(const std::shared_ptr<SimDisk>& disk) {
  index::DurableLogOptions options = options_on(disk);
  options.verify_from = generation_;
  options.mark_sync_ms = random_() % 2 == 0 ? 0 : 3'600'000;  // written, not synced until it closes
  auto opened = index::open_durable_log(options);
  if (!opened) return "cannot be opened: " + opened.error().text();
  if (!opened->writable) return "is not writable:" + words_of(opened->findings);
  log_ = std::move(opened->log);
  return check();
}

bool LogStory::step() {
  const std::uint64_t draw = random_() % 100;
  if (draw < 82) return append();
  if (draw < 89) return keep_rejection();
  if (draw < 93) return redact();
  if (draw < 96) return trim();
  if (draw < 98) return log_->purge().has_value();
  // A new generation: never older than the last one.
  if (positions_.empty()) return true;
  const index::Position& newer = positions_[random_() % positions_.size()];
  if (newer.seq > generation_.seq) generation_ = newer;
  return true;
}

std::string LogStory::text() {
  constexpr std::size_t kLarge = 100'000;  // more than three blocks of the log
  const std::size_t size = random_() % 40 == 0 ? kLarge : 1 + random_() % 3000;
  std::string out = "event " + std::to_string(++named_) + " ";
  while (out.size() < size) out.push_back(static_cast<char>(random_() & 0xff));
  return out;
}

bool LogStory::append() {
  in_flight_.clear();
  std::size_t bytes = 0;
  for (std::size_t left = 1 + random_() % 4; left > 0; --left) {
    in_flight_.push_back(text());
    bytes += in_flight_.back().size();
  }
  if (bytes > 60'000) in_flight_.resize(1);
  const auto done = log_->append(0, *log_->tail(0), 1, frame_of(in_flight_));
  if (!done || done->outcome != Append::done) return false;
  for (std::string& one : in_flight_) events_.push_back({std::move(one)});
  in_flight_.clear();
  positions_.push_back(done->position);
  return true;
}

bool LogStory::keep_rejection() {
  index::Rejection one;
  one.source = "sim";
  one.raw = "refused " + std::to_string(rejections_.size());
  const auto kept = log_->rejections().keep({&one, 1});
  if (!kept) return false;
  rejections_.resize(std::max<std::size_t>(rejections_.size(), *kept));
  rejections_[*kept - 1] = one.raw;
  return true;
}

bool LogStory::redact() {
  const EventSeq base = log_->figures().first;
  if (base == 0) return true;
  const EventSeq seq = base + random_() % (events_.size() + 1 - base);
  events_[seq - 1].maybe_redacted = true;
  if (!log_->redact(0, seq)) return false;
  events_[seq - 1].redacted = true;
  return true;
}

bool LogStory::trim() { return log_->trim(0, generation_.seq).has_value(); }

std::string LogStory::check() {
  for (const std::string& wrong :
       {check_tail(log_->tail(0)->seq), check_events(), check_ids(), check_rejections()})
    if (!wrong.empty()) return wrong;
  return {};
}

// A frame that was under way is in whole or out whole; from now on it is what it is.
std::string LogStory::check_tail(EventSeq tail) {
  if (tail != events_.size() && tail != events_.size() + in_flight_.size())
    return "acknowledged " + std::to_string(events_.size()) + " and " +
           std::to_string(in_flight_.size()) + " under way, the log ends at " +
           std::to_string(tail);
  if (tail > events_.size()) {
    for (std::string& one : in_flight_) events_.push_back({std::move(one)});
    positions_.push_back(*log_->tail(0));
  }
  in_flight_.clear();
  return {};
}

std::string LogStory::check_events() {
  const EventSeq first = log_->figures().first;
  if (first == 0) return {};
  const auto all = log_->read(0, first - 1, 1ULL << 40);
  if (!all) return "cannot be read: " + all.error().text();
  if (all->size() != events_.size() + 1 - first) return "has another number of events";
  for (std::size_t i = 0; i < all->size(); ++i) {
    Event& wanted = events_[first - 1 + i];
    const std::string& got = (*all)[i].bytes;
    const bool gone = got.empty() && wanted.maybe_redacted;
    if (got != wanted.text && !gone)
      return "event " + std::to_string(first + i) + " is not what was acknowledged";
    if (!gone && wanted.redacted) return "event " + std::to_string(first + i) + " came back";
    wanted.redacted = gone;
    wanted.maybe_redacted = gone;
  }
  return {};
}

std::string LogStory::check_ids() {
  std::vector<Hash128> keys;
  for (const Event& one : events_) keys.push_back(index::event_id_key("sim", one.text));
  const auto known = log_->known_ids(0, keys);
  if (!known) return "ids cannot be read: " + known.error().text();
  for (std::size_t i = 0; i < keys.size(); ++i)
    if ((*known)[i].seq != i + 1) return "the id of event " + std::to_string(i + 1) + " is lost";
  return {};
}

std::string LogStory::check_rejections() {
  for (std::size_t i = 0; i < rejections_.size(); ++i) {
    if (rejections_[i].empty()) continue;  // its keeper was not told
    const auto kept = log_->rejections().get(i + 1);
    if (!kept || kept->raw != rejections_[i])
      return "rejection " + std::to_string(i + 1) + " is lost";
  }
  return {};
}

CrashOutcome run_crash_story(std::uint64_t seed, bool lying) {
  std::mt19937_64 random(index::mix64(seed + 1));
  LogStory story(random());
  DiskImage image;
  CrashOutcome outcome;
  for (int cycle = 0; cycle < kCyclesMax; ++cycle) {
    const auto disk = std::make_shared<SimDisk>(std::move(image));
    disk->set_seed(random());
    disk->set_lying(lying);
    const bool at_failpoint = random() % 4 == 0;
    const std::uint64_t at = 1 + random() % (at_failpoint ? 25 : kCallsMax);
    disk->set_hook([&](DiskCall, const std::string&, std::uint64_t n) {
      return !at_failpoint && n == at ? DiskAnswer::power_cut : DiskAnswer::done;
    });
    std::uint64_t passed = 0;
    index::arm_failpoints([&](std::string_view /*name*/) {
      if (!at_failpoint || ++passed != at) return false;
      disk->cut_power();
      return true;
    });
    outcome.failure = story.open(disk);
    if (outcome.failure.empty())
      for (int left = 40; left > 0 && story.step() && !disk->is_dead();) --left;
    index::disarm_failpoints();
    story.close();
    if (!disk->is_dead() && !outcome.failure.empty()) return outcome;  // no power cut explains it
    disk->cut_power();
    ++outcome.cuts;
    image = disk->image();
  }
  const auto disk = std::make_shared<SimDisk>(std::move(image));
  outcome.failure = story.open(disk);
  outcome.acknowledged = story.acknowledged();
  return outcome;
}

}  // namespace concord::test

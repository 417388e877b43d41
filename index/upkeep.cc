#include "index/upkeep.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <future>
#include <system_error>
#include <type_traits>

#include "index/base/scheduling.h"
#include "index/generation.h"
#include "index/upkeep_requests.h"

namespace concord::index {
namespace {

constexpr std::chrono::milliseconds kLook{200};
constexpr int kNice = 19;

// On a thread of its own: one that has given way cannot take it back.
template <typename Work>
std::invoke_result_t<Work> beside(Work&& work) {
  try {
    return std::async(std::launch::async,
                      [&] {
                        name_thread("upkeep-work");
                        return work();
                      })
        .get();
  } catch (const std::system_error& error) {
    return fail(Code::io_error, std::string("cannot start a thread: ") + error.what());
  }
}

std::int64_t steady_ms() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::milliseconds(1);
}

}  // namespace

Upkeep::Upkeep(Live& live, UpkeepOptions options)
    : live_(live),
      options_(std::move(options)),
      text_generation_(live.engine().generation().name),
      rolled_at_ms_(steady_ms()) {
  clear_requests(options_.data_folder);
  thread_ = std::thread([this] { run(); });
}

Upkeep::~Upkeep() {
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
  }
  stopped_changed_.notify_all();
  thread_.join();
  if (options_.roll_at_stop) (void)roll();
}

void Upkeep::say(const std::string& text) const {
  if (options_.say) options_.say(text);
}

void Upkeep::run() {
  name_thread("upkeep");
  std::unique_lock lock(mutex_);
  while (!stopped_changed_.wait_for(lock, kLook, [&] { return stopped_; })) {
    lock.unlock();
    answer_requests();
    if (roll_wanted_.exchange(false) || is_due()) (void)roll();
    lock.lock();
  }
}

bool Upkeep::is_due() const {
  const EventSeq seq = live_.engine().generation().seq;
  const EventSeq now = live_.engine().snapshot().revision();
  if (now <= seq) return false;
  if (live_.write_state().mode != WriteState::Mode::writable) return false;
  return (options_.roll_events > 0 && now - seq >= options_.roll_events) ||
         (options_.roll_ms > 0 && steady_ms() - rolled_at_ms_.load() >= options_.roll_ms);
}

// Taken on Live's own thread, between two frames.
Result<RollPoint> Upkeep::point() {
  std::promise<Result<RollPoint>> promise;
  auto future = promise.get_future();
  const bool asked = live_.between_frames([&](const Position& at) {
    const Engine& engine = live_.engine();
    if (at.seq != engine.snapshot().revision())
      promise.set_value(fail(Code::conflict, "an event in the log could not be applied"));
    else
      promise.set_value(engine.roll_point(at.chain));
  });
  if (!asked) return fail(Code::conflict, "the base is open for reading only");
  return future.get();
}

Result<std::optional<RollReport>> Upkeep::roll_once() {
  Engine& engine = live_.engine();
  if (engine.snapshot().revision() <= engine.generation().seq) return std::nullopt;
  auto from = point();
  if (!from) return fail(from.error());
  const std::string ids = generation_folder(options_.data_folder, engine.generation().name);
  // Versions are kept while the records are written: that is done soon, the rest when there is
  // time.
  const RollOptions options{options_.threads, {}, [] { give_way(kNice); }};
  auto rolled =
      beside([&] { return roll_generation(options_.data_folder, ids, std::move(*from), options); });
  if (!rolled) return fail(rolled.error());
  engine.rolled(info_of(rolled->name, rolled->manifest));
  if (auto text = engine.rebase_text(rolled->folder, rolled->name, rolled->manifest.seq); !text)
    say("search stays over the older generation: " + text.error().text());
  if (options_.on_rolled) options_.on_rolled(*rolled);
  remove_old_generations(options_.data_folder, text_generation_);
  trim_log();
  return std::optional(std::move(*rolled));
}

Result<std::optional<RollReport>> Upkeep::roll() {
  const std::scoped_lock work(work_);
  const std::int64_t begun_ms = steady_ms();
  auto rolled = roll_once();
  rolled_at_ms_ = steady_ms();  // after a failure too: not again at once
  const std::scoped_lock lock(mutex_);
  state_.roll_error.clear();
  if (!rolled) {
    ++state_.rolls_failed;
    state_.roll_error = rolled.error().text();
    say("no new generation: " + state_.roll_error + "; the one in use stays");
  } else if (*rolled) {
    ++state_.rolls;
    state_.roll_ms = rolled_at_ms_ - begun_ms;
    state_.pinned_ms = (*rolled)->pinned_ms;
    say("generation " + (*rolled)->name + " holds events 1.." +
        std::to_string((*rolled)->manifest.seq));
  }
  return rolled;
}

// What the older generation needs stays, so that it can be fallen back on.
void Upkeep::trim_log() {
  EventLog* const log = live_.log();
  if (log == nullptr || options_.log_keep_events == 0) return;
  EventSeq oldest = live_.engine().generation().seq;
  for (const std::string& name : complete_generations(options_.data_folder))
    oldest = std::min(oldest, seq_of_generation(name).value_or(0));
  const auto tail = log->tail(0);
  if (!tail || tail->seq <= options_.log_keep_events) return;
  const EventSeq up_to = std::min(oldest, tail->seq - options_.log_keep_events);
  if (auto done = log->trim(0, up_to); !done)
    say("the log was not trimmed: " + done.error().text());
}

Result<BackupReport> Upkeep::backup(const std::string& out) {
  const std::scoped_lock work(work_);
  DurableLog* const log = live_.durable_log();
  if (log == nullptr || live_.write_state().mode == WriteState::Mode::read_only)
    return fail(Code::conflict,
                "the log does not verify: a backup of it would not either. Stop the service and "
                "run `concord verify`",
                options_.data_folder);
  auto report = beside([&] {
    give_way(kNice);
    return write_backup({options_.data_folder, live_.engine().generation().name, log}, out,
                        {options_.threads, {}});
  });
  if (report) {
    say("backup " + out + " holds events 1.." + std::to_string(report->seq));
    const std::scoped_lock lock(mutex_);
    ++state_.backups;
  } else {
    say("no backup: " + report.error().text());
  }
  return report;
}

void Upkeep::answer_requests() {
  while (const auto request = take_request(options_.data_folder))
    answer_request(*request, backup(request->out));
}

UpkeepState Upkeep::state() const {
  const std::scoped_lock lock(mutex_);
  return state_;
}

}  // namespace concord::index

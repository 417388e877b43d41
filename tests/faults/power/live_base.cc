// A live base that is fed by several clients at once: events in, acknowledged with their revision.
#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "index/live.h"
#include "index/log/durable_log.h"
#include "index/upkeep.h"
#include "tests/faults/power/child_events.h"
#include "tests/faults/power/search_check.h"

namespace concord::power {
namespace {

using index::Code;
using index::fail;
using index::Live;
using index::Result;
using Status = index::EventOutcome::Status;

constexpr std::uint64_t kBallastBytes = 1U << 20U;
constexpr std::uint64_t kEventsBefore = 60;  // in the generation that the disk begins with
constexpr std::uint64_t kRepeated = 40;      // events of the round before, sent again
constexpr std::size_t kInFlightMax = 8;
constexpr std::uint64_t kTogetherMax = 7;
constexpr std::size_t kVerifyTogether = 500;
constexpr int kRollPauseMs = 20;
constexpr std::size_t kReadBytes = 1U << 20U;

std::string data_of(const std::string& folder) { return folder + "/data"; }

Result<void> prepare(const std::string& folder) {
  return build_generation(data_of(folder), kEventsBefore);
}

std::string text_of(const index::OpenReport& report) {
  std::string text;
  for (const index::OpenFinding& row : report.findings)
    text += row.what + " at " + std::to_string(row.seq) + ": " + row.text + "; ";
  return text;
}

// Open for writing, and nothing was found but what a power cut may leave behind.
Result<std::unique_ptr<Live>> open(const std::string& folder, bool has_events) {
  index::LiveOptions options;
  options.threads = 1;
  options.ballast_bytes = kBallastBytes;
  auto live = Live::open(data_of(folder), std::move(options));
  if (!live) return fail(Code::damaged, live.error().text(), "opening");
  const index::OpenReport& report = (*live)->report();
  for (const index::OpenFinding& row : report.findings) {
    const bool harmless = row.what == "torn_tail" || row.what == "mark_damaged" ||
                          (!has_events && (row.what == "new_log" || row.what == "mark_missing"));
    if (!harmless) return fail(Code::damaged, text_of(report), "opening");
  }
  const index::WriteState state = (*live)->write_state();
  if (report.stale || state.mode != index::WriteState::Mode::writable)
    return fail(Code::damaged, state.because + "; " + text_of(report), "opening");
  return live;
}

// Sends events and hears their outcomes; waits when enough are on their way.
class Client {
 public:
  using Heard = std::function<void(EventName, const index::EventOutcome&)>;
  /// `heard` is called on the base's thread.
  Client(Live& live, Heard heard) : live_(live), heard_(std::move(heard)) {}
  ~Client() { wait_below(1); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  Result<void> send(std::vector<EventName> events) {
    wait_below(kInFlightMax);
    auto submission = std::make_shared<index::Submission>();
    for (const EventName event : events) {
      auto made = index::make_incoming(draft_of(event), live_.engine().normaliser(),
                                       {index::UnixMillis{kReceivedMs}});
      if (!made) return fail(made.error());
      submission->events.push_back(std::move(*made));
    }
    index::Submission* const sent = submission.get();
    submission->on_done = [this, sent, events = std::move(events)] {
      for (std::size_t i = 0; i < events.size(); ++i) heard_(events[i], sent->outcomes[i]);
      const std::scoped_lock lock(mutex_);
      --in_flight_;
      landed_.notify_all();
    };
    {
      const std::scoped_lock lock(mutex_);
      ++in_flight_;
    }
    if (live_.submit(std::move(submission)) == index::Taken::taken) return {};
    const std::scoped_lock lock(mutex_);
    --in_flight_;
    return fail(Code::io_error, live_.write_state().because, "submit");
  }
  void wait_below(std::size_t count) {
    std::unique_lock lock(mutex_);
    landed_.wait(lock, [&] { return in_flight_ < count; });
  }

 private:
  Live& live_;
  Heard heard_;
  std::mutex mutex_;
  std::condition_variable landed_;
  std::size_t in_flight_ = 0;
};

// What went well is acknowledged. An outcome `unknown` promises nothing.
void acknowledge_outcome(EventName event, const index::EventOutcome& outcome) {
  if (outcome.status == Status::accepted || outcome.status == Status::duplicate)
    acknowledge(event, outcome.revision);
  if (outcome.status == Status::rejected)
    std::printf("rejected: %s\n", outcome.error.text().c_str());
}

Result<void> send_all(Client& client, EventName from, std::uint64_t count) {
  for (std::uint64_t sent = 0; sent < count;) {
    std::vector<EventName> together;
    const std::uint64_t many = std::min(count - sent, 1 + from.number % kTogetherMax);
    for (std::uint64_t i = 0; i < many; ++i, ++from.number, ++sent) together.push_back(from);
    if (const Result<void> done = client.send(std::move(together)); !done) return done;
  }
  return {};
}

// As clients do that had no answer: the last events of the round before are sent again.
Result<void> feed(const Feed& feed) {
  const auto live = open(feed.folder, false);
  if (!live) return fail(live.error());
  Client client(**live, acknowledge_outcome);
  if (feed.round > 1)
    if (const Result<void> done = send_all(client, {feed.round - 1, 1}, kRepeated); !done)
      return done;
  return send_all(client, {feed.round, 1}, ~0ULL);
}

// The same while new generations are rolled out of the live state, one after the other.
Result<void> feed_rolling(const Feed& feed) {
  const auto live = open(feed.folder, false);
  if (!live) return fail(live.error());
  index::UpkeepOptions options;
  options.data_folder = data_of(feed.folder);
  options.roll_events = 0;
  options.log_keep_events = 0;  // all: the verifier folds them anew
  index::Upkeep upkeep(**live, std::move(options));
  const std::jthread roller([&](const std::stop_token& stopped) {
    while (!stopped.stop_requested() && upkeep.roll())
      std::this_thread::sleep_for(std::chrono::milliseconds(kRollPauseMs));
  });
  Client client(**live, acknowledge_outcome);
  return send_all(client, {feed.round, 1}, ~0ULL);
}

Result<void> feed_early(const Feed& feed) {
  const auto live = open(feed.folder, false);
  if (!live) return fail(live.error());
  Client client(**live, [](EventName, const index::EventOutcome&) {});
  for (EventName event{feed.round, 1};; ++event.number) {
    acknowledge(event);
    if (const Result<void> done = client.send({event}); !done) return done;
  }
}

// Each acknowledged event, sent again, is known under the revision that was acknowledged; and the
// next one goes in as if nothing had been.
Result<void> verify_known(Live& live, std::span<const Acknowledgement> acknowledged) {
  Result<void> known;
  std::map<EventName, std::uint64_t> revisions;
  for (const Acknowledgement& one : acknowledged) revisions[one.event] = one.revision;
  const auto compare = [&](EventName event, const index::EventOutcome& outcome) {
    if (!known) return;
    const std::uint64_t wanted = revisions[event];
    if (outcome.status != Status::duplicate)
      known = lost(event, "acknowledged, but not known any more " + outcome.error.text());
    else if (wanted != 0 && outcome.revision != wanted)
      known = lost(event, "acknowledged as " + std::to_string(wanted) + ", now it is " +
                              std::to_string(outcome.revision));
  };
  {
    Client client(live, compare);
    std::vector<EventName> together;
    for (const auto& [event, revision] : revisions) {
      together.push_back(event);
      if (together.size() < kVerifyTogether) continue;
      if (const Result<void> done = client.send(std::exchange(together, {})); !done) return done;
    }
    if (const Result<void> done = client.send(together); !done) return done;
  }
  if (!known) return known;
  bool accepted = false;
  {
    Client client(live, [&](EventName, const index::EventOutcome& outcome) {
      accepted = outcome.status == Status::accepted;
    });
    if (const Result<void> done = client.send({EventName{1000, 1}}); !done) return done;
  }
  if (accepted) return {};
  return fail(Code::damaged, "a new event was not accepted", "after the cut");
}

struct Stand {
  index::EventSeq revision = 0;
  index::Hash128 state;
  index::Position generation;
};

Result<Stand> stand_of(const Live& live) {
  const index::Engine& engine = live.engine();
  const Result<index::Hash128> state = engine.state_hash(1);
  if (!state) return fail(state.error());
  const index::GenerationInfo& generation = engine.generation();
  return Stand{engine.snapshot().revision(), *state, {0, generation.seq, generation.chain}};
}

// An engine that has seen every event from the first one on, the log's as the log has them now.
// Planted: one of them is another one.
template <bool kAltered>
Result<std::unique_ptr<index::Engine>> engine_of_events(const std::string& folder,
                                                        const Stand& stand) {
  constexpr std::uint64_t kOther = 23;
  auto engine = index::Engine::empty(index::default_identity_types());
  for (std::uint64_t number = 1; number <= kEventsBefore; ++number)
    if (const auto done = engine->apply(
            index::encode_event(draft_of({kAltered && number == kOther ? 999U : 0U, number})));
        !done)
      return fail(done.error());
  index::DurableLogOptions options;
  options.folder = data_of(folder) + "/log";
  options.ballast_bytes = kBallastBytes;
  options.base = stand.generation;
  const auto opened = index::open_durable_log(options);
  if (!opened) return fail(opened.error());
  if (opened->log == nullptr) return fail(Code::damaged, "not readable", "log");
  for (index::EventSeq seq = kEventsBefore; seq < stand.revision;) {
    const auto events = opened->log->read(0, seq, kReadBytes);
    if (!events) return fail(events.error());
    if (events->empty()) return fail(Code::damaged, "ends early", "log");
    for (const index::LoggedEvent& event : *events) {
      if (seq == stand.revision) break;
      if (event.seq != ++seq) return fail(Code::damaged, "has a gap", "log");
      if (const auto done = engine->apply(event.bytes); !done) return fail(done.error());
    }
  }
  return engine;
}

// What is answered from is what all events from the first one on come to.
template <bool kAltered>
Result<void> verify_state(const std::string& folder, const Stand& stand) {
  const auto engine = engine_of_events<kAltered>(folder, stand);
  if (!engine) return fail(Code::damaged, engine.error().text(), "rebuilding");
  const Result<index::Hash128> state = (*engine)->state_hash(1);
  if (!state) return fail(state.error());
  if (*state == stand.state && (*engine)->snapshot().revision() == stand.revision) return {};
  return fail(Code::damaged, "rebuilt from all events it is another one", "state");
}

template <bool kAltered>
Result<void> verify(const std::string& folder, std::span<const Acknowledgement> acknowledged) {
  Result<Stand> stand;
  {
    const auto live = open(folder, !acknowledged.empty());
    if (!live) return fail(live.error());
    stand = stand_of(**live);
    if (!stand) return fail(stand.error());
    if (const auto search = verify_search((*live)->engine()); !search) return search;
    if (const auto known = verify_known(**live, acknowledged); !known) return known;
  }
  return verify_state<kAltered>(folder, *stand);
}

constexpr std::array<Kind, 4> kKinds{{
    {"live", "a live base: acknowledges outcomes", prepare, feed, verify<false>},
    {"live-rolling", "the same, with a new generation now and then", prepare, feed_rolling,
     verify<false>},
    {"live-early", "planted: acknowledges before the base has answered", prepare, feed_early,
     verify<false>},
    {"live-altered", "planted: what the state is compared with has another event", prepare, feed,
     verify<true>},
}};

}  // namespace

std::span<const Kind> live_kinds() { return kKinds; }

}  // namespace concord::power

// concord replay: every kept decision made again, of a folder or of a service, and compared.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>

#include "index/base/json_reader.h"
#include "index/base/parallel.h"
#include "server/client.h"
#include "server/cmd_program.h"
#include "server/decision_desk.h"
#include "server/replay.h"
#include "server/routes_decisions.h"

namespace concord::server {
namespace {

using index::EventSeq;

constexpr std::size_t kDifferentShown = 20;
constexpr std::size_t kReadBytes = 16UL * 1024 * 1024;

/// A decision that came out different, and how.
struct Different {
  EventSeq seq = 0;
  std::string id;
  std::string how;  // JSON: the differences
};

struct Totals {
  std::uint64_t decisions = 0;
  std::uint64_t different = 0;
  std::vector<Different> shown;  // the first of them, by seq

  void add(Different one) {
    ++different;
    shown.push_back(std::move(one));
    std::sort(shown.begin(), shown.end(),
              [](const Different& a, const Different& b) { return a.seq < b.seq; });
    if (shown.size() > kDifferentShown) shown.pop_back();
  }
};

std::string text_of(const Replay& replay) {
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  write_replay(out, replay);
  return std::string(buffer.view());
}

Different replay_one(const index::KeptEvent& event, Replayer& replayer, bool& equal) {
  Different out{event.seq, {}, {}};
  Replay replay;
  const auto payload = payload_of(event.bytes);
  const auto decision = payload ? decode_decision(*payload)
                                : index::Result<KeptDecision>(index::fail(payload.error()));
  if (decision) {
    out.id = decision->id;
    replay = replayer.replay(*decision);
  } else {
    replay.differences.push_back({{}, {}, {}, decision.error().text()});
  }
  equal = replay.equal;
  if (!equal) out.how = text_of(replay);
  return out;
}

index::Result<Totals> replay_folder(const Program& program, OpenBase& base, Progress& progress) {
  const Service service = base.service();
  Totals totals;
  if (service.live == nullptr || service.live->log() == nullptr) return totals;  // none is kept
  index::EventLog& log = *service.live->log();
  const auto tail = log.tail(0);
  if (!tail) return index::fail(tail.error());
  DecisionDesk desk(program.settings.text("data") + "/policies", *service.policy);
  std::mutex mutex;
  for (EventSeq after = 0;;) {
    const auto events = log.read_kept(after, kReadBytes);
    if (!events) return index::fail(events.error());
    if (events->empty()) return totals;
    index::parallel_chunks(events->size(), 64, thread_count(program.settings),
                           [&](std::size_t begin, std::size_t end, std::size_t) {
                             Replayer replayer(desk.policies);
                             for (std::size_t i = begin; i < end; ++i) {
                               bool equal = false;
                               Different one = replay_one((*events)[i], replayer, equal);
                               const std::scoped_lock lock(mutex);
                               ++totals.decisions;
                               if (!equal) totals.add(std::move(one));
                             }
                           });
    after = events->back().seq;
    progress.step("replaying", after, tail->seq);
  }
}

index::Result<Totals> replay_service(const Program& program, Progress& progress) {
  const Settings& settings = program.settings;
  Totals totals;
  index::JsonReader reader;
  for (std::string cursor;;) {
    const auto answer = http_get(
        settings.text("url"),
        "/v1/decisions?replay=true&limit=100" + (cursor.empty() ? "" : "&cursor=" + cursor),
        settings.text("token"), settings.number("timeout-ms"));
    if (!answer) return index::fail(answer.error());
    const auto page = reader.parse(answer->body);
    if (answer->status != 200 || !page || !page->find("decisions"))
      return index::fail(index::Code::io_error,
                         "GET /v1/decisions answered " + std::to_string(answer->status),
                         settings.text("url"));
    EventSeq last = 0;
    for (const index::JsonValue one : page->find("decisions")->elements()) {
      ++totals.decisions;
      last = one.find("revision").value_or(one).as_uint64().value_or(0);
      const auto replay = one.find("replay");
      if (replay && replay->find("equal").value_or(*replay).as_bool() == true) continue;
      index::Buffer how;
      index::JsonWriter out(how);
      append_json(out, replay.value_or(one));
      const auto id = one.find("decision_id");
      totals.add(
          {last, std::string(id ? id->as_string().value_or("") : ""), std::string(how.view())});
    }
    const auto next = page->find("next_cursor");
    if (!next) return totals;
    cursor = next->as_string().value_or("");
    progress.step("replaying", last,
                  page->find("revision").value_or(*page).as_uint64().value_or(0));
  }
}

void say(const Program& program, const Totals& totals, std::int64_t milliseconds) {
  if (!program.json) {
    for (const Different& one : totals.shown)
      std::printf("%s: %s\n", one.id.c_str(), one.how.c_str());
    std::printf("%llu decisions made again, %llu different, %lld ms\n",
                static_cast<unsigned long long>(totals.decisions),
                static_cast<unsigned long long>(totals.different),
                static_cast<long long>(milliseconds));
    return;
  }
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  out.begin_object();
  out.key("decisions").unsigned_integer(totals.decisions);
  out.key("different").unsigned_integer(totals.different);
  out.key("milliseconds").integer(milliseconds);
  out.key("first").begin_array();
  for (const Different& one : totals.shown) {
    out.begin_object();
    out.key("decision_id").string(one.id);
    out.key("revision").unsigned_integer(one.seq);
    out.key("replay").raw(one.how);
    out.end_object();
  }
  out.end_array();
  out.end_object();
  std::printf("%.*s\n", static_cast<int>(buffer.size()), buffer.data());
}

int run(Program& program) {
  Progress progress;
  OpenBase base;
  const bool folder = program.settings.origin("data") == Origin::flag;
  if (folder)
    if (const int code = base.open(program, progress); code != kExitOk) return code;
  const auto begun = std::chrono::steady_clock::now();
  const auto totals =
      folder ? replay_folder(program, base, progress) : replay_service(program, progress);
  progress.finish();
  if (!totals) return report(program, totals.error());
  say(program, *totals,
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                            begun)
          .count());
  return totals->different == 0 ? kExitOk : kExitFailure;
}

}  // namespace

void add_replay(CLI::App& app, Program& program) {
  CLI::App* const command = app.add_subcommand(
      "replay", "every kept decision made again from its own inputs: does it come out the same?");
  add_settings(*command, program, {"url", "data", "token", "timeout-ms", "policy", "threads"});
  add_json_flag(*command, program, "print the totals and the first differences as JSON");
  command->callback([&program] { program.run = [&program] { return run(program); }; });
}

}  // namespace concord::server

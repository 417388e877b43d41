// Opening a live base: lock, generation, log, replay, and what may be done with what was found.
//
//   generation            log                                    what happens
//   current               good, or a torn tail cut off           writable
//   older, verified       good and reaching over the damaged one writable, longer replay, said
//   older, verified       not reaching that far                  stale, read-only
//   any, verified         damage, gap, missing tail, unreadable  stale, read-only, up to what
//   verifies any, verified         disk full                              not stale, not writable
//   none                  -                                      does not start
#include <filesystem>
#include <utility>

#include "index/base/assert.h"
#include "index/base/parallel.h"
#include "index/generation_ids.h"
#include "index/live_impl.h"
#include "index/log/durable_log.h"

namespace concord::index {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kReplayBytes = 4UL << 20;  // read, prepared and published at a time

struct Opening {
  const std::string& data_folder;
  LiveOptions& options;
  const Progress& progress;
  LiveParts parts;
  OpenReport report;
  std::unique_ptr<DurableLog> log;
  WriteState state;
  EventSeq must_reach = 0;  // of a generation that was passed over
  bool came_live = false;   // the generation holds events that no batch brought

  void found(std::string what, EventSeq seq, std::string place, std::string text) {
    report.findings.push_back({std::move(what), seq, std::move(place), std::move(text)});
  }
  void refuse_writes(WriteState::Mode mode, const std::string& because) {
    if (state.mode >= mode) return;
    state = {mode, because};
  }
  Result<void> open_generation();
  Result<void> open_log();
  Result<void> replay();
  Result<void> apply(const std::vector<LoggedEvent>& events);
  void decide();
};

Result<void> Opening::open_generation() {
  auto chosen = load_generation_or_fallback(data_folder, options.threads, progress);
  if (!chosen) return fail(chosen.error());
  for (const PassedOver& one : chosen->passed_over)
    found("older_generation", one.seq, one.why.place,
          "This generation does not verify and was passed over (" + one.why.detail + "). " +
              chosen->loaded.name +
              " is used, and the log is replayed from there. Nothing is lost while the log reaches "
              "over both; a new generation will take the damaged one's place.");
  must_reach = chosen->must_reach;
  const auto ids = chosen->loaded.ids;
  came_live = ids->size() < chosen->loaded.manifest.seq;
  options.known_before = [ids](Hash128 id_key) -> std::optional<KnownId> {
    const auto row = ids->find(id_key);
    if (!row) return std::nullopt;
    return KnownId{row->seq, row->content};
  };
  auto engine = Engine::over(std::move(chosen->loaded));
  if (!engine) return fail(engine.error());
  parts.engine = std::move(*engine);
  return {};
}

Result<void> Opening::open_log() {
  const GenerationInfo& generation = parts.engine->generation();
  DurableLogOptions wanted;
  wanted.folder = (fs::path(data_folder) / "log").string();
  wanted.mark_file = options.mark_file;
  wanted.mark_file_2 = options.mark_file_2;
  wanted.ballast_bytes = options.ballast_bytes;
  wanted.base = wanted.verify_from = Position{0, generation.seq, generation.chain};
  wanted.may_begin = !came_live;
  wanted.files = options.log_files;
  auto opened = open_durable_log(wanted);
  if (!opened) return fail(opened.error());
  for (const FindingRow& row : opened->findings) {
    found(std::string(name_of(row.what)), row.seq, row.place, row.text);
    if (row.what == Finding::disk_full)
      refuse_writes(WriteState::Mode::disk_full, row.text);
    else if (!leaves_writable(row.what))
      refuse_writes(WriteState::Mode::read_only, row.text);
  }
  if (!opened->writable)
    refuse_writes(WriteState::Mode::read_only, "the log was found not to be writable");
  report.verified_to = std::max(opened->verified_to, generation.seq);
  log = std::move(opened->log);
  return {};
}

Result<void> Opening::apply(const std::vector<LoggedEvent>& events) {
  Engine& engine = *parts.engine;
  std::vector<Result<Prepared>> prepared(events.size());
  parallel_chunks(events.size(), 64, options.threads,
                  [&](std::size_t begin, std::size_t end, std::size_t) {
                    for (std::size_t i = begin; i < end; ++i)
                      if (!events[i].bytes.empty())
                        prepared[i] = prepare(events[i].bytes, engine.normaliser());
                  });
  Result<void> done;
  for (std::size_t i = 0; i < events.size() && done; ++i) {
    if (events[i].bytes.empty()) {
      engine.stage_redacted();
    } else if (!prepared[i]) {
      done = fail(prepared[i].error());
    } else {
      const auto verdict = engine.stage(*prepared[i], events[i].bytes);
      if (!verdict) done = fail(verdict.error());
    }
  }
  engine.publish();
  return done;
}

Result<void> Opening::replay() {
  const EventSeq from = parts.engine->snapshot().revision();
  while (log && parts.engine->snapshot().revision() < report.verified_to) {
    const EventSeq at = parts.engine->snapshot().revision();
    auto events = log->read(0, at, kReplayBytes);
    if (!events) return fail(events.error());
    std::erase_if(*events, [&](const LoggedEvent& one) { return one.seq > report.verified_to; });
    if (events->empty() || events->front().seq != at + 1)
      return fail(Code::damaged, "event " + std::to_string(at + 1) + " is not in the log");
    auto applied = apply(*events);
    report.replayed = parts.engine->snapshot().revision() - from;
    if (progress) progress("replay", report.replayed, report.verified_to - from);
    if (!applied) return applied;
  }
  return {};
}

// After the replay: is what is open all that was acknowledged?
void Opening::decide() {
  const EventSeq open_to = parts.engine->snapshot().revision();
  if (auto done = replay(); !done) {
    const EventSeq at = parts.engine->snapshot().revision() + 1;
    const std::string text =
        "Event " + std::to_string(at) + " could not be replayed (" + done.error().text() +
        "). Answers stop before it; run `concord verify`, then restore a backup.";
    found("not_replayed", at, done.error().place, text);
    refuse_writes(WriteState::Mode::read_only, text);
    report.verified_to = at - 1;
  }
  const EventSeq reached = std::max(open_to, parts.engine->snapshot().revision());
  if (reached < must_reach) {
    const std::string text =
        "The damaged generation went up to event " + std::to_string(must_reach) +
        ", generation and log together reach " + std::to_string(reached) +
        " only. Answers are as of then; restore a backup of the generation to write again.";
    found("generation_gap", reached, data_folder, text);
    refuse_writes(WriteState::Mode::read_only, text);
  }
  report.stale = state.mode == WriteState::Mode::read_only;
}

}  // namespace

bool has_log(const std::string& data_folder) {
  std::error_code ignored;
  return fs::exists(fs::path(data_folder) / "log", ignored);
}

Result<void> remove_unused_log(const std::string& data_folder) {
  if (!has_log(data_folder)) return {};
  DurableLogOptions wanted;
  wanted.folder = (fs::path(data_folder) / "log").string();
  wanted.ballast_bytes = 0;
  bool rolled = false;  // the generation itself holds live events; the log may be trimmed
  if (const auto name = current_generation(data_folder)) {
    const std::string folder = generation_folder(data_folder, *name);
    const auto manifest = read_manifest(folder);
    const auto ids = BatchIds::open(folder);
    if (manifest) wanted.base = wanted.verify_from = Position{0, manifest->seq, manifest->chain};
    rolled = manifest && (!ids || ids->size() < manifest->seq);
  }
  {
    const auto opened = open_durable_log(wanted);
    if (!opened) return fail(opened.error());
    if (rolled || opened->log == nullptr || opened->log->figures().first != 0)
      return fail(Code::conflict,
                  "events came live since the last batch index, and a new one would lose them: "
                  "index into another folder",
                  wanted.folder);
  }
  // The marks first: a mark without its log would be missed as a lost tail.
  std::error_code error;
  fs::remove_all(fs::path(data_folder) / "mark", error);
  if (!error) fs::remove_all(wanted.folder, error);
  if (error) return fail(Code::io_error, "cannot remove: " + error.message(), wanted.folder);
  return {};
}

Result<std::unique_ptr<Live>> Live::open(const std::string& data_folder, LiveOptions options,
                                         const Progress& progress) {
  auto impl_options = std::move(options);
  Opening opening{data_folder, impl_options, progress, {}, {}, nullptr, {}, 0};
  if (!fs::exists(data_folder))
    return fail(Code::not_found, "no data here: build it with `concord index`", data_folder);
  auto lock = DataLock::take(data_folder);
  if (!lock) return fail(lock.error());
  opening.parts.lock.emplace(std::move(*lock));
  if (auto done = opening.open_generation(); !done) return fail(done.error());
  if (auto done = opening.open_log(); !done) return fail(done.error());
  opening.decide();
  DurableLog* const log = opening.log.get();
  impl_options.disk_full = [log] { return log->health() == DurableLog::Health::disk_full; };
  if (log != nullptr) opening.parts.rejections = &log->rejections();
  opening.parts.log = std::move(opening.log);
  LiveTextOptions text;
  text.folder = (fs::path(data_folder) / "text-live").string();
  text.note = impl_options.text_note;
  opening.parts.engine->follow_text(std::move(text));
  auto impl = std::make_unique<Impl>(std::move(opening.parts), std::move(impl_options));
  impl->report = std::move(opening.report);
  if (opening.state.mode != WriteState::Mode::writable) {
    impl->gate.close(opening.state.mode, opening.state.because);
  } else {
    const auto tail = impl->parts.log->tail(0);
    if (!tail) return fail(tail.error());
    CONCORD_ASSERT(tail->seq == impl->parts.engine->snapshot().revision());
    impl->start(*tail);
  }
  return std::unique_ptr<Live>(new Live(std::move(impl)));
}

}  // namespace concord::index

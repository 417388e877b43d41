// Opening the durable log: look without touching, verify, decide; only then cut, write, begin.
#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

#include "index/base/failpoint.h"
#include "index/log/durable_log.h"
#include "index/log/durable_parts.h"
#include "index/log/table_check.h"
#include "index/log/wal_scan.h"

namespace concord::index {
namespace {

constexpr char kCreating[] = "CREATING";  // stands in a log's folder until it is begun whole
constexpr char kBallast[] = "BALLAST";

using Health = DurableLog::Health;

DurableLogOptions completed(DurableLogOptions options) {
  while (options.folder.size() > 1 && options.folder.back() == '/') options.folder.pop_back();
  const std::string marks = folder_of(options.folder) + "/mark/";
  if (options.mark_file.empty()) options.mark_file = marks + "A";
  if (options.mark_file_2.empty()) options.mark_file_2 = marks + "B";
  if (options.files == nullptr) options.files = real_log_files();
  if (options.verify_from == Position{}) options.verify_from = options.base;
  return options;
}

MarkPaths mark_paths(const DurableLogOptions& options) {
  return {options.mark_file, options.mark_file_2};
}

bool is_numbered(const std::string& name, const std::string& suffix) {
  return name.size() > suffix.size() && name.ends_with(suffix) &&
         std::all_of(name.begin(), name.end() - static_cast<std::ptrdiff_t>(suffix.size()),
                     [](char c) { return c >= '0' && c <= '9'; });
}

struct Cut {
  std::string name;  // in the log's folder
  std::uint64_t good_end;
  std::uint64_t size;
};

// Opens one log; the steps are in the order of its public functions.
class Opening {
 public:
  explicit Opening(DurableLogOptions options) : options_(std::move(options)) {}

  Result<OpenedLog> run() {
    if (auto looked = look(); !looked) return tl::unexpected<Error>(looked.error());
    if (!found_.findings.empty() && !writable()) return std::move(found_);
    if (is_new_) return begin();
    if (auto synced = sync_all(); !synced) return unreadable(synced.error());
    if (auto scanned = scan(); !scanned) return unreadable(scanned.error());
    if (auto opened = open_to_look(); !opened) return unreadable(opened.error());
    return verify_and_decide();
  }

 private:
  // What is in the folder, and what the marks say.
  Result<void> look() {
    const auto names = names_in(*options_.files, options_.folder);
    if (!names) return fail(names.error());
    const auto marks = read_marks(*options_.files, mark_paths(options_));
    if (!marks) return fail(marks.error());
    marks_ = *marks;
    names_ = *names;
    const auto is_there_named = [&](const char* name) {
      return std::find(names_.begin(), names_.end(), name) != names_.end();
    };
    const bool has_files = std::any_of(names_.begin(), names_.end(), [](const std::string& name) {
      return name.starts_with("MANIFEST-") || is_numbered(name, ".log") ||
             is_numbered(name, ".sst");
    });
    is_new_ = is_there_named(kCreating) || (!has_files && !is_there_named("CURRENT"));
    if (is_new_) return check_new();
    if (!is_there_named("CURRENT"))
      add(Finding::log_unreadable, 0, options_.folder + "/CURRENT", "it is not there");
    for (const std::string& path : marks_.damaged) add(Finding::mark_damaged, 0, path, path);
    if (!marks_.mark) add(Finding::mark_missing, 0, options_.mark_file, "neither copy is there");
    return {};
  }

  // A mark that knows events says that there was a log.
  Result<void> check_new() {
    if (marks_.mark && marks_.mark->position.seq > options_.base.seq)
      add(Finding::tail_missing, options_.base.seq + 1, options_.folder,
          "there is no log, but events up to " + std::to_string(marks_.mark->position.seq) +
              " were acknowledged");
    else if (!marks_.mark && !marks_.damaged.empty())
      add(Finding::tail_missing, options_.base.seq + 1, options_.folder,
          "there is no log, and its high-water mark does not verify");
    else if (!options_.may_begin)
      add(Finding::tail_missing, options_.base.seq, options_.folder,
          "there is no log, but the generation holds events that came by one, and with it the ids "
          "are lost by which repeats are told");
    found_.verified_to = options_.base.seq;
    return {};
  }

  Result<OpenedLog> begin() {
    if (auto begun = begin_files(); !begun) {
      if (!is_no_space(begun.error())) return tl::unexpected<Error>(begun.error());
      add(Finding::disk_full, 0, options_.folder, begun.error().detail);
      return std::move(found_);
    }
    add(Finding::new_log, options_.base.seq, options_.folder,
        "the log begins after event " + std::to_string(options_.base.seq));
    ends_ = {{options_.base, 0, 0}, options_.base};
    return finish_writable();
  }

  Result<void> begin_files() {
    const LogFiles& files = *options_.files;
    const std::string creating = options_.folder + "/" + kCreating;
    if (auto made = make_folders(files, options_.folder); !made) return made;
    if (auto marked = write_durably(files, creating, ""); !marked) return marked;
    for (const std::string& name : names_)  // of a beginning that was cut short
      if (name != kCreating)
        if (auto gone = remove_if_there(files, options_.folder + "/" + name); !gone) return gone;
    if (failpoint("log.begin")) return failpoint_error("log.begin");
    if (auto opened = open_store(false, true); !opened) return opened;
    StoreBatch batch;
    put_head(batch, {options_.base, 0, 0});
    put_base(batch, options_.base);
    if (auto written = store_->write(std::move(batch)); !written) return written;
    if (auto made = create_marks(files, mark_paths(options_), {options_.base, 0, 0}); !made)
      return made;
    if (failpoint("log.begun")) return failpoint_error("log.begun");
    if (auto gone = remove_if_there(files, creating); !gone) return gone;
    return sync_folder_of(files, options_.folder);
  }

  // What is read below must be on the disk, not only in memory: a failed sync may have left it so.
  Result<void> sync_all() {
    for (const std::string& name : names_)
      if (is_numbered(name, ".log") || name.starts_with("MANIFEST-") || name == "CURRENT")
        if (auto synced = sync_one(*options_.files, options_.folder + "/" + name); !synced)
          return synced;
    return sync_folder_of(*options_.files, options_.folder);
  }

  Result<void> scan() {
    std::vector<std::string> logs;
    for (const std::string& name : names_)
      if (is_numbered(name, ".log")) logs.push_back(name);
    std::sort(logs.begin(), logs.end(), [](const std::string& a, const std::string& b) {
      return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    for (const std::string& name : logs)
      if (auto scanned = scan_log(name, name == logs.back()); !scanned) return scanned;
    if (auto scanned = scan_tables(); !scanned) return scanned;
    const auto current = read_whole(*options_.files, options_.folder + "/CURRENT");
    if (!current) return fail(current.error());
    std::string manifest = *current;
    if (manifest.ends_with('\n')) manifest.pop_back();
    if (!is_there(*options_.files, options_.folder + "/" + manifest)) return {};  // RocksDB says so
    return scan_manifest(manifest);
  }

  Result<void> scan_log(const std::string& name, bool is_last) {
    const auto bytes = read_whole(*options_.files, options_.folder + "/" + name);
    if (!bytes) return fail(bytes.error());
    const WalScan scan = scan_wal(*bytes);
    if (scan.clean) return {};
    if (is_last) cuts_.push_back({name, scan.good_end, bytes->size()});
    if (scan.rotten || !is_last)
      add(Finding::damaged_event, 0,
          options_.folder + "/" + name + ", byte " + std::to_string(scan.bad_at),
          "the bytes there are not what was written, and newer ones stand behind them");
    return {};
  }

  // One whose end is wrong is hidden from RocksDB: it says so if it needs the table, and does not
  // when a power cut has stopped its writing.
  Result<void> scan_tables() {
    for (const std::string& name : names_) {
      if (!is_numbered(name, ".sst")) continue;
      const std::string path = options_.folder + "/" + name;
      const auto end = read_end(*options_.files, path, kTableEndBytes);
      if (!end) return fail(end.error());
      if (!table_end_is_sound(*end, size_of(*options_.files, path))) hidden_.push_back(path);
    }
    return {};
  }

  Result<void> scan_manifest(const std::string& name) {
    const auto bytes = read_whole(*options_.files, options_.folder + "/" + name);
    if (!bytes) return fail(bytes.error());
    const WalScan scan = scan_wal(*bytes);
    if (!scan.clean && !scan.rotten) cuts_.push_back({name, scan.good_end, bytes->size()});
    return {};
  }

  Result<void> open_to_look() { return open_store(true, false); }

  Result<void> open_store(bool read_only, bool create) {
    store_.reset();
    RocksStore::Options wanted;
    wanted.folder = options_.folder;
    wanted.read_only = read_only;
    wanted.create = create;
    const bool as_it_is = cuts_.empty() && hidden_.empty();
    wanted.files =
        read_only && !as_it_is ? clipped_log_files(options_.files, clip_ends()) : options_.files;
    bool no_space = false;
    auto opened = RocksStore::open(wanted, no_space);
    if (!opened) return fail(opened.error());
    store_ = std::move(*opened);
    return {};
  }

  [[nodiscard]] std::map<std::string, std::uint64_t> clip_ends() const {
    std::map<std::string, std::uint64_t> ends;
    for (const Cut& cut : cuts_) ends.emplace(options_.folder + "/" + cut.name, cut.good_end);
    for (const std::string& path : hidden_) ends.emplace(path, 0);
    return ends;
  }

  Result<OpenedLog> verify_and_decide() {
    const auto ends = read_ends(*store_);
    if (!ends) return unreadable(ends.error());
    ends_ = *ends;
    VerifyInput input;
    input.ends = ends_;
    input.from = options_.verify_from;
    input.mark = marks_.mark;
    Verified verified = verify_log(*store_, input, {});
    for (FindingRow& row : verified.findings) found_.findings.push_back(std::move(row));
    found_.verified_to = verified.good.seq;
    if (!writable()) {
      ends_.head.position = verified.good;
      return finish_read_only(Health::read_only, found_.findings.back().text);
    }
    return make_writable();
  }

  // Everything holds: now, and not before, the disk may change.
  Result<OpenedLog> make_writable() {
    const Head head = ends_.head;
    Result<void> done = cut_tails();
    if (done) done = open_store(false, false);
    if (!done && is_no_space(done.error()) && is_there(*options_.files, ballast_path(options_))) {
      done = remove_if_there(*options_.files, ballast_path(options_));
      if (done) done = cut_tails();
      if (done) done = open_store(false, false);
    }
    if (!done) return stay_read_only(done.error());
    const auto again = read_ends(*store_);
    if (!again) return unreadable(again.error());
    if (again->head.position != head.position) {
      add(Finding::head_mismatch, head.position.seq, options_.folder,
          "the log changed while it was opened");
      return finish_read_only(Health::read_only, found_.findings.back().text);
    }
    return finish_writable();
  }

  Result<OpenedLog> stay_read_only(const Error& error) {
    const bool full = is_no_space(error);
    add(full ? Finding::disk_full : Finding::log_unreadable, 0, error.place, error.detail);
    const std::string why = found_.findings.back().text;
    if (auto opened = open_to_look(); !opened) return unreadable(opened.error());
    return finish_read_only(full ? Health::disk_full : Health::read_only, why);
  }

  Result<void> cut_tails() {
    for (const Cut& cut : cuts_) {
      const std::string path = options_.folder + "/" + cut.name;
      if (size_of(*options_.files, path) <= cut.good_end) continue;  // the second try
      const auto bytes = read_whole(*options_.files, path);
      if (!bytes) return fail(bytes.error());
      if (auto kept = write_durably(*options_.files, path + kBrokenSuffix,
                                    std::string_view(*bytes).substr(cut.good_end));
          !kept)
        return kept;
      if (failpoint("log.cut_tail")) return failpoint_error("log.cut_tail");
      if (auto done = cut_file(*options_.files, path, cut.good_end); !done) return done;
      add(Finding::torn_tail, ends_.head.position.seq,
          path + ", byte " + std::to_string(cut.good_end),
          std::to_string(cut.size - cut.good_end) + " bytes of a last write");
    }
    return {};
  }

  // Marks and ballast as they have to be while writes are taken.
  Result<OpenedLog> finish_writable() {
    Health health = Health::writable;
    std::string why;
    std::unique_ptr<MarkWriter> writer;
    Result<void> ready = ready_to_write(writer);
    if (!ready) {
      const bool full = is_no_space(ready.error());
      health = full ? Health::disk_full : Health::write_failed;
      add(full ? Finding::disk_full : Finding::log_unreadable, 0, ready.error().place,
          ready.error().detail);
      why = found_.findings.back().text;
      writer.reset();
    }
    return finish(health, std::move(why), std::move(writer));
  }

  Result<void> ready_to_write(std::unique_ptr<MarkWriter>& writer) {
    const LogFiles& files = *options_.files;
    const std::string ballast = ballast_path(options_);
    if (options_.ballast_bytes > 0 && size_of(files, ballast) != options_.ballast_bytes) {
      if (auto reserved = reserve(files, ballast, options_.ballast_bytes); !reserved)
        return reserved;
    }
    if (auto made = create_marks(files, mark_paths(options_), ends_.head); !made) return made;
    auto opened = MarkWriter::open(files, mark_paths(options_), ends_.head, options_.mark_sync_ms);
    if (!opened) return fail(opened.error());
    writer = std::move(*opened);
    return {};
  }

  Result<OpenedLog> finish_read_only(Health health, std::string why) {
    return finish(health, std::move(why), nullptr);
  }

  Result<OpenedLog> finish(Health health, std::string why, std::unique_ptr<MarkWriter> writer) {
    DurableParts parts;
    parts.options = options_;
    parts.store = std::move(store_);
    parts.marks = std::move(writer);
    parts.ends = ends_;
    parts.health = health;
    parts.why = std::move(why);
    found_.writable = health == Health::writable;
    found_.verified_to = ends_.head.position.seq;
    auto log = make_durable_log(std::move(parts));
    if (!log) return unreadable(log.error());
    found_.log = std::move(*log);
    return std::move(found_);
  }

  Result<OpenedLog> unreadable(const Error& error) {
    add(Finding::log_unreadable, 0, error.place, error.detail);
    found_.writable = false;
    found_.verified_to = options_.verify_from.seq;
    return std::move(found_);
  }

  void add(Finding what, EventSeq seq, const std::string& place, const std::string& detail) {
    found_.findings.push_back(finding(what, seq, place, detail));
  }

  [[nodiscard]] bool writable() const {
    return std::all_of(found_.findings.begin(), found_.findings.end(),
                       [](const FindingRow& row) { return leaves_writable(row.what); });
  }

  const DurableLogOptions options_;
  std::vector<std::string> names_;
  MarksFound marks_;
  bool is_new_ = false;
  std::vector<Cut> cuts_;
  std::vector<std::string> hidden_;  // tables
  std::unique_ptr<RocksStore> store_;
  LogEnds ends_;
  OpenedLog found_;
};

}  // namespace

std::string ballast_path(const DurableLogOptions& options) {
  return options.folder + "/" + kBallast;
}

Result<OpenedLog> open_durable_log(const DurableLogOptions& options) {
  if (options.folder.empty()) return fail(Code::bad_input, "a log needs a folder", "log");
  return Opening(completed(options)).run();
}

Result<void> write_marks(const DurableLogOptions& options, const Position& position) {
  const DurableLogOptions all = completed(options);
  return create_marks(*all.files, mark_paths(all), {position, 0, 0});
}

}  // namespace concord::index

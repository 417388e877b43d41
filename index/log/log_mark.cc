#include "index/log/log_mark.h"

#include <chrono>

#include "index/base/failpoint.h"
#include "index/base/scheduling.h"

namespace concord::index {

Result<MarksFound> read_marks(const LogFiles& files, const MarkPaths& paths) {
  MarksFound found;
  for (const std::string& path : {paths.first, paths.second}) {
    if (!is_there(files, path)) {
      found.missing.push_back(path);
      continue;
    }
    const auto bytes = read_whole(files, path);
    if (!bytes) return tl::unexpected<Error>(bytes.error());
    const auto mark = decode_mark(*bytes);
    if (!mark && mark.error().code == Code::unsupported)
      return fail(Code::unsupported, mark.error().detail, path);
    if (!mark) {
      found.damaged.push_back(path);
    } else if (!found.mark || mark->changes > found.mark->changes) {
      found.mark = *mark;
    }
  }
  return found;
}

Result<void> create_marks(const LogFiles& files, const MarkPaths& paths, const Head& mark) {
  for (const std::string& path : {paths.first, paths.second}) {
    if (auto made = make_folders(files, folder_of(path)); !made) return made;
    if (failpoint("log.create_mark")) return failpoint_error("log.create_mark");
    if (auto written = write_durably(files, path, encode_mark(mark)); !written) return written;
  }
  return {};
}

Result<std::unique_ptr<MarkWriter>> MarkWriter::open(const LogFiles& files, const MarkPaths& paths,
                                                     const Head& now, std::int64_t sync_ms) {
  std::unique_ptr<MarkWriter> writer(new MarkWriter);
  const std::string* const both[] = {&paths.first, &paths.second};
  for (int i = 0; i < 2; ++i) {
    auto file = open_in_place(files, *both[i]);
    if (!file) return tl::unexpected<Error>(file.error());
    writer->copies_[i] = std::move(*file);
  }
  writer->written_ = writer->synced_ = now.position.seq;
  writer->written_changes_ = writer->synced_changes_ = now.changes;
  if (sync_ms > 0)
    writer->thread_ = std::thread([w = writer.get(), sync_ms] { w->run(sync_ms); });
  else
    writer->closing_ = true;  // nobody to wake: each write syncs
  return writer;
}

MarkWriter::~MarkWriter() {
  {
    const std::scoped_lock lock(mutex_);
    closing_ = true;
  }
  wakes_.notify_all();
  if (thread_.joinable()) thread_.join();
  (void)sync();  // at worst the mark is a second old, as after a power cut
}

void MarkWriter::run(std::int64_t sync_ms) {
  name_thread("log-mark");
  std::unique_lock lock(mutex_);
  while (!wakes_.wait_for(lock, std::chrono::milliseconds(sync_ms), [&] { return closing_; })) {
    if (written_changes_ == synced_changes_ || failed_) continue;
    lock.unlock();
    (void)sync();  // an error stays, and the next write tells it
    lock.lock();
  }
}

Result<void> MarkWriter::write(const Head& mark) {
  const std::string bytes = encode_mark(mark);
  bool sync_now = false;
  {
    const std::scoped_lock lock(mutex_);
    if (failed_) return fail(*failed_);
    for (const auto& copy : copies_)
      if (auto written = copy->write(0, bytes); !written) {
        failed_ = written.error();
        return written;
      }
    written_ = mark.position.seq;
    written_changes_ = mark.changes;
    sync_now = !thread_.joinable();
  }
  return sync_now ? sync() : Result<void>{};
}

Result<void> MarkWriter::sync() {
  const std::scoped_lock one_at_a_time(syncing_);
  EventSeq seq = 0;
  std::uint64_t changes = 0;
  {
    const std::scoped_lock lock(mutex_);
    if (failed_) return fail(*failed_);
    if (written_changes_ == synced_changes_) return {};
    seq = written_;
    changes = written_changes_;
  }
  const Result<void> done = sync_copies();
  const std::scoped_lock lock(mutex_);
  if (!done && !failed_) failed_ = done.error();
  if (!done) return done;
  synced_ = seq;
  synced_changes_ = changes;
  return done;
}

Result<void> MarkWriter::sync_copies() {
  for (const auto& copy : copies_) {
    if (failpoint("log.sync_mark")) return failpoint_error("log.sync_mark");
    if (auto synced = copy->sync(); !synced) return synced;
  }
  return {};
}

EventSeq MarkWriter::synced_seq() {
  const std::scoped_lock lock(mutex_);
  return synced_;
}

Result<void> MarkWriter::state() {
  const std::scoped_lock lock(mutex_);
  if (failed_) return fail(*failed_);
  return {};
}

}  // namespace concord::index

#include "index/generation_ids.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <queue>

namespace concord::index {
namespace {

namespace fs = std::filesystem;
constexpr char kRunsFile[] = "ids.runs";

std::string_view bytes_of(const IdRow* rows, std::size_t count) {
  return {reinterpret_cast<const char*>(rows), count * sizeof(IdRow)};
}

IdRow row_in(std::string_view bytes, std::size_t place) {
  IdRow row;
  std::memcpy(&row, bytes.data() + place * sizeof(IdRow), sizeof row);
  return row;
}

// A sorted run that is being merged: its next row, and where it goes on.
struct Run {
  IdRow next;
  std::size_t place;
  std::size_t end;
  bool operator<(const Run& other) const { return other.next < next; }  // least on top
};

void merge_runs(std::string_view bytes, FileWriter& out) {
  const std::size_t rows = bytes.size() / sizeof(IdRow);
  std::priority_queue<Run> runs;
  for (std::size_t at = 0; at < rows; at += IdsWriter::kRunRows)
    runs.push({row_in(bytes, at), at, std::min(rows, at + IdsWriter::kRunRows)});
  while (!runs.empty()) {
    Run run = runs.top();
    runs.pop();
    out.write(bytes_of(&run.next, 1));
    if (++run.place == run.end) continue;
    run.next = row_in(bytes, run.place);
    runs.push(run);
  }
}

}  // namespace

Result<IdsWriter> IdsWriter::create(const std::string& folder) {
  IdsWriter writer;
  writer.folder_ = folder;
  auto runs = FileWriter::create((fs::path(folder) / kRunsFile).string());
  if (!runs) return tl::unexpected<Error>(runs.error());
  writer.runs_ = std::move(*runs);
  return writer;
}

void IdsWriter::add(const IdRow& row) {
  run_.push_back(row);
  if (run_.size() == kRunRows) end_run();
}

void IdsWriter::end_run() {
  std::sort(run_.begin(), run_.end());
  runs_.write(bytes_of(run_.data(), run_.size()));
  run_.clear();
}

Result<void> IdsWriter::finish() {
  end_run();
  run_ = {};
  if (auto done = runs_.close(); !done) return done;
  const std::string runs_path = (fs::path(folder_) / kRunsFile).string();
  auto out = FileWriter::create((fs::path(folder_) / kIdsFile).string());
  if (!out) return tl::unexpected<Error>(out.error());
  {
    const auto runs = MappedFile::open(runs_path);
    if (!runs) return tl::unexpected<Error>(runs.error());
    merge_runs(runs->bytes(), *out);
  }
  std::error_code error;
  fs::remove(runs_path, error);
  if (error) return fail(Code::io_error, "cannot remove: " + error.message(), runs_path);
  return out->close();
}

Result<BatchIds> BatchIds::open(const std::string& folder) {
  BatchIds ids;
  const std::string path = (fs::path(folder) / kIdsFile).string();
  auto file = MappedFile::open(path);
  if (!file) return tl::unexpected<Error>(file.error());
  if (file->bytes().size() % sizeof(IdRow) != 0)
    return fail(Code::damaged, "does not end with a whole row", path);
  ids.file_ = std::move(*file);
  return ids;
}

IdRow BatchIds::row(std::size_t place) const { return row_in(file_.bytes(), place); }

std::optional<IdRow> BatchIds::find(Hash128 id_key) const {
  const std::size_t rows = size();
  if (rows == 0) return std::nullopt;
  // Keys are hashes: the place is about where the key lies between all keys. From there outwards
  // in doubling steps, then by halves.
  const auto guess =
      static_cast<std::size_t>(static_cast<unsigned __int128>(id_key.low) * rows >> 64);
  const auto before = [&](std::size_t place) { return row(place).id_key < id_key; };
  std::size_t low = guess;  // every row below `low` is before the key once this is done
  for (std::size_t step = 16; low > 0 && !before(low - 1); step *= 2) low -= std::min(low, step);
  std::size_t high = guess;  // `high` is the end, or not before the key
  for (std::size_t step = 16; high < rows && before(high); step *= 2)
    high = std::min(rows, high + step);
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (before(middle))
      low = middle + 1;
    else
      high = middle;
  }
  if (low == rows || row(low).id_key != id_key) return std::nullopt;
  return row(low);
}

}  // namespace concord::index

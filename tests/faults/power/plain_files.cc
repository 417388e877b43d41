// Writers of plain files, right and wrong: what the rig must let pass and what it must find.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "index/base/hash.h"
#include "tests/faults/power/child.h"

namespace concord::power {
namespace {

using index::Code;
using index::fail;
using index::Result;

enum class Sync : std::uint8_t { before_acknowledging, too_late };

constexpr std::size_t kRecordBytes = 200;  // does not divide a sector: records are torn

tl::unexpected<index::Error> refused(const std::string& place) {
  return fail(Code::io_error, std::strerror(errno), place);
}

Result<void> prepare_nothing(const std::string& /*folder*/) { return {}; }

std::string record_of(EventName event) {
  std::string record = std::to_string(event.round) + ' ' + std::to_string(event.number) + ' ';
  record.resize(kRecordBytes - 16, '.');
  const index::Hash128 sum = index::hash128(record);
  record.append(reinterpret_cast<const char*>(&sum), sizeof(sum));
  return record;
}

std::vector<EventName> records_in(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  std::vector<EventName> events;
  for (std::size_t at = 0; at + kRecordBytes <= bytes.size(); at += kRecordBytes) {
    EventName event;
    const std::string record = bytes.substr(at, kRecordBytes);
    if (std::sscanf(record.c_str(), "%u %lu", &event.round, &event.number) != 2) break;
    if (record_of(event) != record) break;
    events.push_back(event);
  }
  return events;
}

// Appends records to one file; what a cut has torn off its end is cut off first.
template <Sync kSync>
Result<void> append(const Feed& feed) {
  const std::string file = feed.folder + "/events";
  const int out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  const auto whole = static_cast<off_t>(records_in(file).size() * kRecordBytes);
  if (out < 0 || ::ftruncate(out, whole) != 0 || ::lseek(out, 0, SEEK_END) < 0)
    return refused(file);
  const int folder = ::open(feed.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0 || ::fsync(folder) != 0) return refused(feed.folder);
  for (EventName event{feed.round, 1};; ++event.number) {
    const std::string record = record_of(event);
    if (::write(out, record.data(), record.size()) != static_cast<ssize_t>(record.size()))
      return refused(file);
    if (kSync == Sync::too_late) acknowledge(event);
    if (::fdatasync(out) != 0) return refused(file);
    if (kSync != Sync::too_late) acknowledge(event);
  }
}

Result<void> verify_append(const std::string& folder,
                           std::span<const Acknowledgement> acknowledged) {
  const std::vector<EventName> there = records_in(folder + "/events");
  auto at = there.begin();
  for (const Acknowledgement& one : acknowledged) {
    at = std::find(at, there.end(), one.event);
    if (at == there.end()) return lost(one.event, "acknowledged, but not there");
  }
  return {};
}

Result<void> write_synced(const std::string& file, const std::string& bytes) {
  const int out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (out < 0) return refused(file);
  const bool done =
      ::write(out, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
      ::fsync(out) == 0;
  ::close(out);
  if (!done) return refused(file);
  return {};
}

// Replaces one small file by a rename, as databases do with the file that names the newest version.
template <Sync kSync>
Result<void> replace(const Feed& feed) {
  const std::string file = feed.folder + "/newest";
  const int folder = ::open(feed.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return refused(feed.folder);
  for (EventName event{feed.round, 1};; ++event.number) {
    if (const Result<void> done = write_synced(file + ".new", record_of(event)); !done) return done;
    if (::rename((file + ".new").c_str(), file.c_str()) != 0) return refused(file);
    if (kSync == Sync::before_acknowledging && ::fsync(folder) != 0) return refused(feed.folder);
    acknowledge(event);
  }
}

Result<void> verify_replace(const std::string& folder,
                            std::span<const Acknowledgement> acknowledged) {
  if (acknowledged.empty()) return {};
  const std::vector<EventName> there = records_in(folder + "/newest");
  if (there.size() == 1 && there.front() >= acknowledged.back().event) return {};
  return lost(acknowledged.back().event, "this version or a newer one is not there");
}

constexpr std::array<Kind, 4> kKinds{{
    {"append-synced", "appends, syncs, acknowledges", prepare_nothing,
     append<Sync::before_acknowledging>, verify_append},
    {"append-early", "planted: acknowledges, then syncs", prepare_nothing, append<Sync::too_late>,
     verify_append},
    {"replace-synced", "renames, syncs the folder, acknowledges", prepare_nothing,
     replace<Sync::before_acknowledging>, verify_replace},
    {"replace-early", "planted: renames and does not sync the folder", prepare_nothing,
     replace<Sync::too_late>, verify_replace},
}};

}  // namespace

std::span<const Kind> plain_kinds() { return kKinds; }

}  // namespace concord::power

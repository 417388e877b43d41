// The file system behind a durable log, as far as we touch it ourselves: marks, ballast, cutting a
// torn tail. RocksDB's own traffic goes through the same one, so that a test's file system sees
// every write and sync there is.
// Thread class: any-thread; InPlaceFile one-owner.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace concord::index {

/// Opaque: a rocksdb::Env, and what keeps it.
struct LogFiles;

std::shared_ptr<LogFiles> real_log_files();
/// A test's file system: in memory, or one that fails on purpose.
std::shared_ptr<LogFiles> make_log_files(std::shared_ptr<rocksdb::Env> env);
/// The same files, but each named one seems to end at the offset given (bytes). Nothing is changed:
/// what a log would be after a cut can be seen before it is cut.
std::shared_ptr<LogFiles> clipped_log_files(const std::shared_ptr<LogFiles>& files,
                                            std::map<std::string, std::uint64_t> ends);
rocksdb::Env* env_of(const LogFiles& files);

/// A file written at chosen offsets.
class InPlaceFile {
 public:
  virtual ~InPlaceFile() = default;
  virtual Result<void> write(std::uint64_t offset, std::string_view bytes) = 0;
  virtual Result<void> sync() = 0;
};

/// Errors of all: not_found, io_error (place: the path).
Result<std::string> read_whole(const LogFiles& files, const std::string& path);
/// The last `count` bytes; all of a shorter file.
Result<std::string> read_end(const LogFiles& files, const std::string& path, std::size_t count);
/// Names in a folder, sorted; none when there is no such folder.
Result<std::vector<std::string>> names_in(const LogFiles& files, const std::string& folder);
bool is_there(const LogFiles& files, const std::string& path);
std::uint64_t size_of(const LogFiles& files, const std::string& path);  // 0: not there
Result<void> make_folders(const LogFiles& files, const std::string& folder);
Result<void> remove_if_there(const LogFiles& files, const std::string& path);
/// Writes `path`.tmp, syncs it, renames it over `path`, syncs the folder.
Result<void> write_durably(const LogFiles& files, const std::string& path, std::string_view bytes);
Result<void> cut_file(const LogFiles& files, const std::string& path,
                      std::uint64_t size);  // synced
Result<void> sync_one(const LogFiles& files, const std::string& path);
Result<void> sync_folder_of(const LogFiles& files, const std::string& folder);
/// A file that holds `bytes` of the disk, written and synced. An io_error leaves nothing behind.
Result<void> reserve(const LogFiles& files, const std::string& path, std::uint64_t bytes);
/// Opens an existing file.
Result<std::unique_ptr<InPlaceFile>> open_in_place(const LogFiles& files, const std::string& path);

/// Did it fail because the disk is full?
bool is_no_space(const Error& error);
std::string folder_of(const std::string& path);

}  // namespace concord::index

// RocksDB as this room uses it: five families of keys, synced writes, ordered reads. The only door
// to it, so that the rest of the room reads without knowing it.
// Thread class: any-thread; StoreBatch and StoreCursor one-owner.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"

namespace concord::index {

struct LogFiles;

enum class Family : std::uint8_t { meta, events, ids, rejections, kept };
inline constexpr std::size_t kFamilyCount = 5;

/// Changes that become visible together, or not at all.
class StoreBatch {
 public:
  StoreBatch();
  ~StoreBatch();
  StoreBatch(StoreBatch&&) noexcept;
  StoreBatch& operator=(StoreBatch&&) noexcept;
  void put(Family family, std::string_view key, std::string_view value);
  void remove(Family family, std::string_view key);
  /// Keys from `begin` up to, but without, `end`.
  void remove_range(Family family, std::string_view begin, std::string_view end);

 private:
  friend class RocksStore;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Walks one family in the order of keys, over the state at the time it was made.
class StoreCursor {
 public:
  virtual ~StoreCursor() = default;
  virtual void seek(std::string_view key) = 0;
  virtual void seek_before(std::string_view key) = 0;  // the last key <= `key`
  virtual void seek_last() = 0;
  virtual void next() = 0;
  virtual void previous() = 0;
  /// False at the end, and after an error: then `state` says which.
  virtual bool valid() = 0;
  virtual Result<void> state() = 0;  // errors: damaged, io_error
  virtual std::string_view key() = 0;
  virtual std::string_view value() = 0;
};

class RocksStore {
 public:
  struct Options {
    std::string folder;
    std::shared_ptr<LogFiles> files;
    bool read_only = false;
    bool create = false;  // there is none yet
  };
  /// Errors: damaged, unsupported (a folder without one of the families), io_error (no_space says
  /// whether the disk is full).
  static Result<std::unique_ptr<RocksStore>> open(const Options& options, bool& no_space);
  ~RocksStore();
  RocksStore(const RocksStore&) = delete;
  RocksStore& operator=(const RocksStore&) = delete;

  /// Synced when it returns. Errors: io_error: it may or may not be in, and no later write is
  /// taken.
  Result<void> write(StoreBatch batch);
  Result<std::optional<std::string>> get(Family family, std::string_view key);
  Result<std::vector<std::optional<std::string>>> get_many(Family family,
                                                           std::span<const std::string> keys);
  std::unique_ptr<StoreCursor> cursor(Family family);
  /// Rewrites every table, so that what is removed or replaced is in no file any more.
  Result<void> compact();
  Result<void> checkpoint(const std::string& to_folder);
  /// Every block of every table. Errors: damaged, io_error.
  Result<void> verify_tables();

  /// After an error of a write, or of RocksDB's own work behind it: the words. Empty: none yet.
  std::string failure();
  /// Was it that the disk is full?
  bool no_space();

 private:
  struct Impl;
  explicit RocksStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace concord::index

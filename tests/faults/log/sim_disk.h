// A disk in memory with a volatile cache: what is written is seen at once, what is not synced may
// be gone after a power cut, in part and out of order. Every changing call can be made to fail, or
// to be the one in which the power goes. The model: a file's new bytes survive by 512-byte sectors,
// each at random, when the file is written in place or is a log (*.log); other files grow as an
// ordered file system makes them grow, by a prefix. Names (create, remove, rename) survive in their
// order up to a random one. Thread class: any-thread.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace concord::test {

enum class DiskCall : std::uint8_t { create, write, sync, sync_folder, rename, remove, cut };
enum class DiskAnswer : std::uint8_t { done, io_error, no_space, power_cut };

/// What is in the files, by path.
using DiskImage = std::map<std::string, std::string>;

class SimDisk {
 public:
  explicit SimDisk(DiskImage image = {});

  /// Asked at each changing call, with its number from 1. Set it before the disk is used.
  using Hook = std::function<DiskAnswer(DiskCall call, const std::string& path, std::uint64_t n)>;
  void set_hook(Hook hook);
  void set_seed(std::uint64_t seed) { random_.seed(seed); }
  /// A disk that says synced and does not: the control.
  void set_lying(bool lying) { lying_ = lying; }
  void set_capacity(std::uint64_t bytes) { capacity_ = bytes; }

  /// The power goes: nothing works from here on. What is left of it stands in image().
  void cut_power();
  [[nodiscard]] bool is_dead() const;
  /// After a cut, what survived; before it, all there is.
  [[nodiscard]] DiskImage image() const;
  [[nodiscard]] std::uint64_t calls() const;
  [[nodiscard]] std::uint64_t used() const;

  // The calls of a file system. `missing`: there is no such file.
  enum class State : std::uint8_t { ok, missing, io_error, no_space };
  struct Node;
  using File = std::shared_ptr<Node>;
  State open(const std::string& path, bool create, bool empty, File& out);
  State write(const File& file, std::uint64_t offset, std::string_view bytes, bool in_place);
  State append(const File& file, std::string_view bytes);
  State cut(const File& file, std::uint64_t size);
  State sync(const File& file);
  State sync_folder(const std::string& folder);
  State rename(const std::string& from, const std::string& to);
  State link(const std::string& from, const std::string& to);
  State remove(const std::string& path);
  State make_folder(const std::string& path);
  State remove_folder(const std::string& path);
  State read(const File& file, std::uint64_t offset, std::size_t count, std::string& out) const;
  State size(const File& file, std::uint64_t& out) const;
  State names(const std::string& folder, std::vector<std::string>& out) const;
  [[nodiscard]] bool is_folder(const std::string& path) const;
  [[nodiscard]] bool exists(const std::string& path) const;

 private:
  struct NameChange {
    std::string path;
    File before, after;  // null: not there
    std::string from;    // of a rename: goes away with it
  };
  State ask(DiskCall call, const std::string& path);
  State change_name(DiskCall call, NameChange change);
  std::string survived(const std::string& path, const Node& node);
  void die();

  mutable std::mutex mutex_;
  std::map<std::string, File> names_, durable_names_;
  std::set<std::string> folders_;
  std::vector<NameChange> pending_;  // names not synced, in order
  std::mt19937_64 random_;
  Hook hook_;
  std::uint64_t calls_ = 0;
  std::uint64_t capacity_ = ~std::uint64_t{0};
  bool lying_ = false;
  bool dead_ = false;
  DiskImage left_;
};

}  // namespace concord::test

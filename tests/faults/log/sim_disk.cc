#include "tests/faults/log/sim_disk.h"

#include <algorithm>
#include <utility>

namespace concord::test {
namespace {

constexpr std::size_t kSector = 512;

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

}  // namespace

struct SimDisk::Node {
  std::string path;     // the name it was made with
  std::string now;      // as a reader sees it
  std::string durable;  // as it was synced
  bool in_place = false;
};

SimDisk::SimDisk(DiskImage image) {
  for (auto& [path, bytes] : image) {
    for (std::string folder = folder_of(path); !folder.empty(); folder = folder_of(folder))
      folders_.insert(folder);
    names_[path] = durable_names_[path] =
        std::make_shared<Node>(Node{path, bytes, std::move(bytes), false});
  }
}

void SimDisk::set_hook(Hook hook) {
  const std::scoped_lock lock(mutex_);
  hook_ = std::move(hook);
}

void SimDisk::cut_power() {
  const std::scoped_lock lock(mutex_);
  if (!dead_) die();
}

bool SimDisk::is_dead() const {
  const std::scoped_lock lock(mutex_);
  return dead_;
}

std::uint64_t SimDisk::calls() const {
  const std::scoped_lock lock(mutex_);
  return calls_;
}

std::uint64_t SimDisk::used() const {
  const std::scoped_lock lock(mutex_);
  std::uint64_t sum = 0;
  for (const auto& [path, node] : names_) sum += node->now.size();
  return sum;
}

DiskImage SimDisk::image() const {
  const std::scoped_lock lock(mutex_);
  if (dead_) return left_;
  DiskImage all;
  for (const auto& [path, node] : names_) all[path] = node->now;
  return all;
}

// Names: in order up to a random change. Bytes: see `survived`.
void SimDisk::die() {
  dead_ = true;
  const std::size_t kept = pending_.empty() ? 0 : random_() % (pending_.size() + 1);
  for (std::size_t i = 0; i < kept; ++i) {
    const NameChange& change = pending_[i];
    if (!change.from.empty()) durable_names_.erase(change.from);
    if (change.after)
      durable_names_[change.path] = change.after;
    else
      durable_names_.erase(change.path);
  }
  for (const auto& [path, node] : durable_names_) left_[path] = survived(path, *node);
}

std::string SimDisk::survived(const std::string& path, const Node& node) {
  if (node.now == node.durable) return node.now;
  const bool grew = node.now.size() >= node.durable.size() &&
                    std::equal(node.durable.begin(), node.durable.end(), node.now.begin());
  const bool is_log = path.ends_with(".log") && random_() % 2 == 0;
  if (grew && !is_log && !node.in_place) {
    const std::size_t more = random_() % (node.now.size() - node.durable.size() + 1);
    return node.now.substr(0, node.durable.size() + more);
  }
  if (node.now.size() < node.durable.size() && !node.in_place)  // cut, or emptied and begun again
    return random_() % 2 == 0 ? node.now : node.durable;
  std::string left = node.durable;
  for (std::size_t at = 0; at < node.now.size(); at += kSector) {
    if (random_() % 2 == 0) continue;
    const std::size_t end = std::min(at + kSector, node.now.size());
    if (left.size() < end) left.resize(end, '\0');
    left.replace(at, end - at, node.now, at, end - at);
  }
  return left;
}

SimDisk::State SimDisk::ask(DiskCall call, const std::string& path) {
  if (dead_) return State::io_error;
  const DiskAnswer answer = hook_ ? hook_(call, path, ++calls_) : DiskAnswer::done;
  if (!hook_) ++calls_;
  switch (answer) {
    case DiskAnswer::done: return State::ok;
    case DiskAnswer::io_error: return State::io_error;
    case DiskAnswer::no_space: return State::no_space;
    case DiskAnswer::power_cut: die(); return State::io_error;
  }
  return State::io_error;
}

SimDisk::State SimDisk::change_name(DiskCall call, NameChange change) {
  // The power may go with the change under way: it is one of those that survive or do not.
  pending_.push_back(change);
  const State state = ask(call, change.path);
  if (state != State::ok) {
    pending_.pop_back();
    return state;
  }
  if (!change.from.empty()) names_.erase(change.from);
  if (change.after)
    names_[change.path] = change.after;
  else
    names_.erase(change.path);
  return State::ok;
}

SimDisk::State SimDisk::open(const std::string& path, bool create, bool empty, File& out) {
  const std::scoped_lock lock(mutex_);
  if (dead_) return State::io_error;
  const auto it = names_.find(path);
  if (it != names_.end() && !empty) {
    out = it->second;
    return State::ok;
  }
  if (!create) return State::missing;
  if (!folders_.contains(folder_of(path))) return State::missing;
  const File fresh = std::make_shared<Node>(Node{path, {}, {}, false});
  const File before = it == names_.end() ? nullptr : it->second;
  const State state = change_name(DiskCall::create, {path, before, fresh, {}});
  if (state == State::ok) out = fresh;
  return state;
}

SimDisk::State SimDisk::append(const File& file, std::string_view bytes) {
  std::uint64_t end = 0;
  {
    const std::scoped_lock lock(mutex_);
    end = file->now.size();
  }
  return write(file, end, bytes, false);
}

SimDisk::State SimDisk::write(const File& file, std::uint64_t offset, std::string_view bytes,
                              bool in_place) {
  const std::scoped_lock lock(mutex_);
  if (dead_) return State::io_error;
  std::uint64_t sum = 0;
  for (const auto& [path, node] : names_) sum += node->now.size();
  const std::size_t end = offset + bytes.size();
  const std::size_t growth = end > file->now.size() ? end - file->now.size() : 0;
  if (growth > 0 && (sum > capacity_ || growth > capacity_ - sum)) return State::no_space;
  const std::string before = file->now;
  file->in_place = file->in_place || in_place;
  if (file->now.size() < end) file->now.resize(end, '\0');
  file->now.replace(offset, bytes.size(), bytes);
  const State state = ask(DiskCall::write, file->path);
  if (state != State::ok && !dead_) file->now = before;
  return state;
}

SimDisk::State SimDisk::cut(const File& file, std::uint64_t size) {
  const std::scoped_lock lock(mutex_);
  const State state = ask(DiskCall::cut, file->path);
  if (state == State::ok) file->now.resize(size, '\0');
  return state;
}

SimDisk::State SimDisk::sync(const File& file) {
  const std::scoped_lock lock(mutex_);
  const State state = ask(DiskCall::sync, file->path);
  if (state == State::ok && !lying_) file->durable = file->now;
  return state;
}

SimDisk::State SimDisk::sync_folder(const std::string& folder) {
  const std::scoped_lock lock(mutex_);
  const State state = ask(DiskCall::sync_folder, folder);
  if (state != State::ok || lying_) return state;
  std::vector<NameChange> rest;
  for (NameChange& change : pending_) {
    if (folder_of(change.path) != folder) {
      rest.push_back(std::move(change));
      continue;
    }
    if (!change.from.empty()) durable_names_.erase(change.from);
    if (change.after)
      durable_names_[change.path] = change.after;
    else
      durable_names_.erase(change.path);
  }
  pending_ = std::move(rest);
  return state;
}

SimDisk::State SimDisk::rename(const std::string& from, const std::string& to) {
  const std::scoped_lock lock(mutex_);
  const auto it = names_.find(from);
  if (it == names_.end()) return State::missing;
  const auto old = names_.find(to);
  return change_name(DiskCall::rename,
                     {to, old == names_.end() ? nullptr : old->second, it->second, from});
}

SimDisk::State SimDisk::link(const std::string& from, const std::string& to) {
  const std::scoped_lock lock(mutex_);
  const auto it = names_.find(from);
  if (it == names_.end()) return State::missing;
  return change_name(DiskCall::create, {to, nullptr, it->second, {}});
}

SimDisk::State SimDisk::remove(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  const auto it = names_.find(path);
  if (it == names_.end()) return State::missing;
  return change_name(DiskCall::remove, {path, it->second, nullptr, {}});
}

SimDisk::State SimDisk::make_folder(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  if (dead_) return State::io_error;
  folders_.insert(path);
  return State::ok;
}

SimDisk::State SimDisk::remove_folder(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  if (dead_) return State::io_error;
  folders_.erase(path);
  return State::ok;
}

SimDisk::State SimDisk::read(const File& file, std::uint64_t offset, std::size_t count,
                             std::string& out) const {
  const std::scoped_lock lock(mutex_);
  if (dead_) return State::io_error;
  out = offset < file->now.size() ? file->now.substr(offset, count) : std::string();
  return State::ok;
}

SimDisk::State SimDisk::size(const File& file, std::uint64_t& out) const {
  const std::scoped_lock lock(mutex_);
  out = file->now.size();
  return dead_ ? State::io_error : State::ok;
}

SimDisk::State SimDisk::names(const std::string& folder, std::vector<std::string>& out) const {
  const std::scoped_lock lock(mutex_);
  if (dead_) return State::io_error;
  out.clear();
  if (!folders_.contains(folder)) return State::missing;
  for (const auto& [path, node] : names_)
    if (folder_of(path) == folder) out.push_back(path.substr(folder.size() + 1));
  return State::ok;
}

bool SimDisk::is_folder(const std::string& path) const {
  const std::scoped_lock lock(mutex_);
  return folders_.contains(path);
}

bool SimDisk::exists(const std::string& path) const {
  const std::scoped_lock lock(mutex_);
  return names_.contains(path) || folders_.contains(path);
}

}  // namespace concord::test

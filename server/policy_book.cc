#include "server/policy_book.h"

#include <algorithm>
#include <filesystem>

#include "index/base/files.h"

namespace concord::server {
namespace {

namespace fs = std::filesystem;
using index::Code;
using index::fail;
using PolicyPointer = std::shared_ptr<const scoring::Policy>;

// A version as scoring gives it: nothing else may become the name of a folder.
bool is_version(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

index::Result<void> failed(const std::error_code& error, const fs::path& place) {
  return fail(Code::io_error, "cannot keep the policy set: " + error.message(), place.string());
}

index::Result<void> write_files(const scoring::Policy& policy, const fs::path& folder) {
  std::error_code error;
  fs::remove_all(folder, error);
  for (const scoring::PolicySource& file : policy.files()) {
    const fs::path path = folder / file.name;
    if (!error) fs::create_directories(path.parent_path(), error);
    if (error) return failed(error, path);
    if (auto done = index::write_file_durably(path.string(), file.bytes); !done) return done;
  }
  for (const auto& entry : fs::recursive_directory_iterator(folder, error))
    if (entry.is_directory())
      if (auto done = index::sync_folder(entry.path().string()); !done) return done;
  if (error) return failed(error, folder);
  return index::sync_folder(folder.string());
}

index::Result<PolicyPointer> load_as(const fs::path& folder, std::string_view version) {
  auto policy = scoring::load_policy(folder.string());
  if (!policy) return policy;
  if ((*policy)->version() != version)
    return fail(
        Code::damaged,
        "the kept policy set is not what its name says: it is " + std::string((*policy)->version()),
        folder.string());
  return policy;
}

}  // namespace

PolicyBook::PolicyBook(std::string folder, const scoring::Policy& active)
    : folder_(std::move(folder)), active_(active) {}

index::Result<void> PolicyBook::keep_active() {
  const std::scoped_lock lock(mutex_);
  if (active_kept_ || folder_.empty()) return {};
  const fs::path final_name = fs::path(folder_) / active_.version();
  std::error_code error;
  if (fs::exists(final_name, error)) {
    if (auto there = load_as(final_name, active_.version()); !there) return fail(there.error());
    active_kept_ = true;
    return {};
  }
  fs::path aside = final_name;
  aside += ".building";
  if (auto done = write_files(active_, aside); !done) return done;
  if (auto read_back = load_as(aside, active_.version()); !read_back)
    return fail(read_back.error());
  fs::rename(aside, final_name, error);
  if (error) return failed(error, final_name);
  if (auto done = index::sync_folder(folder_); !done) return done;
  active_kept_ = true;
  return {};
}

index::Result<PolicyPointer> PolicyBook::find(std::string_view version) {
  if (version == active_.version()) return PolicyPointer(&active_, [](const auto*) {});
  const std::scoped_lock lock(mutex_);
  const auto known = std::find_if(read_.begin(), read_.end(), [&](const PolicyPointer& policy) {
    return policy->version() == version;
  });
  if (known != read_.end()) {
    std::rotate(known, known + 1, read_.end());
    return read_.back();
  }
  auto policy = read(std::string(version));
  if (!policy) return policy;
  if (read_.size() == kInMemoryMax) read_.erase(read_.begin());
  read_.push_back(*policy);
  return policy;
}

index::Result<PolicyPointer> PolicyBook::read(const std::string& version) const {
  std::error_code error;
  const fs::path folder = fs::path(folder_) / version;
  if (!is_version(version) || folder_.empty() || !fs::is_directory(folder, error))
    return fail(Code::not_found, "the policy set " + version + " is not kept here", folder_);
  return load_as(folder, version);
}

std::vector<index::Error> verify_policies(const std::string& folder) {
  std::vector<std::string> versions;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (is_version(entry.path().filename().string()))
      versions.push_back(entry.path().filename().string());
  std::sort(versions.begin(), versions.end());
  std::vector<index::Error> damaged;
  for (const std::string& version : versions)
    if (auto read = load_as(fs::path(folder) / version, version); !read)
      damaged.push_back(read.error());
  return damaged;
}

}  // namespace concord::server

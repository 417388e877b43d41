#include "scoring/policy.h"

#include <algorithm>
#include <filesystem>

#include "index/base/files.h"
#include "index/base/hash.h"
#include "scoring/conditions.h"
#include "scoring/loading.h"

namespace concord::scoring {
namespace {

namespace fs = std::filesystem;
using index::Code;
using index::Result;

constexpr std::size_t kFilesMax = 1'000;
constexpr std::size_t kTomlBytesMax = 4UL * 1024 * 1024;
constexpr std::size_t kTreesBytesMax = 64UL * 1024 * 1024;

bool is_trees(std::string_view name) {
  return name.starts_with("models/") && name.ends_with(".json");
}

/// Names inside the folder of its *.toml and models/*.json files, sorted.
Result<std::vector<std::string>> list_files(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error))
    return index::fail(Code::not_found, "no such policy folder", folder);
  std::vector<std::string> names;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (!at->is_regular_file()) continue;
    std::string name = fs::relative(at->path(), folder).generic_string();
    if (name.ends_with(".toml") || is_trees(name)) names.push_back(std::move(name));
  }
  if (error) return index::fail(Code::io_error, error.message(), folder);
  if (names.size() > kFilesMax)
    return index::fail(Code::over_limit, "more than " + std::to_string(kFilesMax) + " files",
                       folder);
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::vector<PolicyFile>> read_files(const std::string& folder, Problems& problems) {
  Result<std::vector<std::string>> names = list_files(folder);
  if (!names.has_value()) return index::fail(std::move(names.error()));
  std::vector<PolicyFile> files;
  for (const std::string& name : *names) {
    auto bytes =
        index::read_file(folder + "/" + name, is_trees(name) ? kTreesBytesMax : kTomlBytesMax);
    if (!bytes.has_value()) return index::fail(std::move(bytes.error()));
    if (!index::is_utf8(*bytes)) {
      problems.add(name, "is not UTF-8");
      continue;
    }
    auto root = is_trees(name) ? Result<TomlNode>(TomlNode{}) : parse_toml(name, *bytes);
    if (!root.has_value())
      problems.add(std::move(root.error()));
    else
      files.push_back(PolicyFile{name, std::move(*bytes), std::move(*root)});
  }
  return files;
}

std::string version_of(const std::vector<PolicyFile>& files) {
  index::Blake2b hash;
  for (const PolicyFile& file : files) {
    hash.add(file.name + '\0' + std::to_string(file.bytes.size()) + '\0');
    hash.add(file.bytes);
  }
  return hash.finish_hex().substr(0, 32);
}

const PolicyFile* find_file(const std::vector<PolicyFile>& files, std::string_view name) {
  for (const PolicyFile& file : files)
    if (file.name == name) return &file;
  return nullptr;
}

void load_all(Loading& loading, const std::vector<PolicyFile>& files, const PolicyFile& company) {
  if (const PolicyFile* zones = find_file(files, "time_zones.toml")) load_zones(loading, *zones);
  TableReader reader(company.root, "company", company.name, loading.problems);
  load_company(loading, reader);
  if (const PolicyFile* features = find_file(files, "features.toml"))
    load_features(loading, *features);
  declare_environment(loading.data);
  load_models(loading, files);
  std::vector<const PolicyFile*> actions;
  for (const PolicyFile& file : files) {
    if (file.name.starts_with("models/")) continue;
    if (file.name.starts_with("actions/"))
      actions.push_back(&file);
    else if (file.name != "time_zones.toml" && file.name != "features.toml" && &file != &company)
      loading.problems.add(file.name + ":1",
                           "nobody reads this file: a policy set has company.toml, "
                           "features.toml, time_zones.toml, actions/*.toml and models/*.toml");
  }
  load_rules(loading, reader);
  reader.finish();
  load_catalogue(loading, actions);
  link_policy(loading, reader);
}

/// Fills `loading`; its problems say what is wrong. Errors: there is nothing to check.
Result<void> load(Loading& loading, const std::string& folder) {
  Result<std::vector<PolicyFile>> files = read_files(folder, loading.problems);
  if (!files.has_value()) return index::fail(std::move(files.error()));
  const PolicyFile* company = find_file(*files, "company.toml");
  if (company == nullptr && loading.problems.empty())
    return index::fail(Code::not_found, "there is no company.toml", folder);
  if (company != nullptr) load_all(loading, *files, *company);
  loading.data.version = version_of(*files);
  for (PolicyFile& file : *files)
    loading.data.files.push_back({std::move(file.name), std::move(file.bytes)});
  return {};
}

}  // namespace

Policy::Policy(std::unique_ptr<const PolicyData> data) : data_(std::move(data)) {}
Policy::~Policy() = default;

std::span<const PolicySource> Policy::files() const { return data_->files; }
std::string_view Policy::version() const { return data_->version; }
std::size_t Policy::action_count() const { return data_->actions.size(); }
std::string_view Policy::currency() const { return data_->currency; }
std::int64_t Policy::clock_tick_ms() const { return data_->clock_tick_ms; }

index::UnixMillis Policy::round_up(index::UnixMillis time) const {
  const std::int64_t rest = time.ms % data_->clock_tick_ms;
  const std::int64_t past = rest < 0 ? rest + data_->clock_tick_ms : rest;
  return past == 0 ? time : index::UnixMillis{time.ms + data_->clock_tick_ms - past};
}

bool Policy::has_channel(std::string_view channel) const {
  return find_channel(*data_, channel) != kNone;
}

std::string Policy::channel_list() const {
  std::string out;
  for (const Channel& channel : data_->channels) {
    if (!out.empty()) out += ", ";
    out += channel.id;
  }
  return out;
}

bool Policy::has_department(std::string_view department) const {
  const auto& all = data_->departments;
  return std::find(all.begin(), all.end(), department) != all.end();
}

std::string Policy::department_list() const {
  std::string out;
  for (const std::string& department : data_->departments)
    out += (out.empty() ? "" : ", ") + department;
  return out;
}

Result<std::shared_ptr<const Policy>> load_policy(const std::string& folder) {
  Loading loading;
  if (auto done = load(loading, folder); !done) return index::fail(std::move(done.error()));
  if (!loading.problems.empty()) return index::fail(loading.problems.summary(kPolicyErrorsShown));
  return std::make_shared<const Policy>(std::move(loading.owned));
}

PolicyCheck check_policy(const std::string& folder) {
  PolicyCheck out;
  Loading loading;
  if (auto done = load(loading, folder); !done) {
    out.mistakes.push_back(std::move(done.error()));
  } else if (!loading.problems.empty()) {
    out.mistakes.assign(loading.problems.all().begin(), loading.problems.all().end());
  } else {
    out.policy = std::make_shared<const Policy>(std::move(loading.owned));
  }
  return out;
}

}  // namespace concord::scoring

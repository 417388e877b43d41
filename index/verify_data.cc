#include "index/verify_data.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "index/generation.h"
#include "index/log/durable_log.h"

namespace concord::index {
namespace {

namespace fs = std::filesystem;

void add(VerifiedPart& part, const Error& error) {
  part.findings.push_back({std::string(name_of(error.code)), true, error.place, error.detail});
}

void verify_files(VerifiedPart& part, const std::string& folder, const VerifyOptions& options) {
  const auto manifest = read_manifest(folder);
  if (!manifest) return add(part, manifest.error());
  part.seq = manifest->seq;
  part.files = manifest->files.size();
  part.customers = manifest->customers;
  verify_generation(
      folder, *manifest, options.threads, [&](const Error& error) { add(part, error); },
      options.progress);
  std::sort(part.findings.begin(), part.findings.end(),
            [](const VerifyFinding& a, const VerifyFinding& b) { return a.place < b.place; });
}

// The last event of the newest generation that is sound (of any whose manifest is, when none is):
// what follows it must be in the log.
Position newest_of(const std::string& folder, const std::vector<VerifiedPart>& parts) {
  for (const bool sound : {true, false})
    for (const VerifiedPart& part : parts) {
      if (part.part != "generation" || part.sound() != sound) continue;
      if (const auto manifest = read_manifest(generation_folder(folder, part.name)))
        return {0, manifest->seq, manifest->chain};
    }
  return {};
}

void add_rows(VerifiedPart& part, const std::vector<FindingRow>& rows) {
  for (const FindingRow& row : rows)
    part.findings.push_back(
        {std::string(name_of(row.what)), !leaves_writable(row.what), row.place, row.text});
}

void verify_log(VerifiedPart& part, const Position& newest, const VerifyOptions& options) {
  DurableLogOptions wanted;
  wanted.folder = part.name;
  wanted.mark_file = options.marks.first;
  wanted.mark_file_2 = options.marks.second;
  wanted.ballast_bytes = 0;
  wanted.base = wanted.verify_from = newest;
  const auto opened = open_durable_log(wanted);
  if (!opened) return add(part, opened.error());
  add_rows(part, opened->findings);
  part.seq = opened->verified_to;
  if (opened->log == nullptr || !options.deep) return;
  for (const FindingRow& row : opened->log->deep_verify([&](std::uint64_t done, std::uint64_t all) {
         if (options.progress) options.progress("log", done, all);
       }))
    if (std::none_of(part.findings.begin(), part.findings.end(),
                     [&](const VerifyFinding& one) { return one.text == row.text; }))
      add_rows(part, {row});
}

}  // namespace

bool VerifiedPart::sound() const {
  return std::none_of(findings.begin(), findings.end(),
                      [](const VerifyFinding& one) { return one.damage; });
}

Result<std::vector<VerifiedPart>> verify_data(const std::string& folder,
                                              const VerifyOptions& options) {
  std::vector<VerifiedPart> parts;
  if (is_backup(folder)) {
    parts.emplace_back("backup", folder);
    verify_files(parts.back(), folder, options);
    return parts;
  }
  const std::vector<std::string> generations = complete_generations(folder);
  const std::string log = (fs::path(folder) / "log").string();
  const auto current = current_generation(folder);
  if (!current && current.error().code == Code::not_found && generations.empty())
    return fail(current.error());
  VerifiedPart named("current", current ? *current : std::string());
  if (!current) add(named, current.error());
  if (current && std::find(generations.begin(), generations.end(), *current) == generations.end())
    add(named, {Code::damaged, "names a generation that is not there: " + *current,
                (fs::path(folder) / "CURRENT").string()});
  parts.push_back(std::move(named));
  for (const std::string& name : generations) {
    parts.emplace_back("generation", name);
    verify_files(parts.back(), generation_folder(folder, name), options);
  }
  std::error_code ignored;
  if (!fs::exists(log, ignored)) return parts;
  parts.emplace_back("log", log);
  const auto lock = DataLock::take(folder);
  if (!lock) {
    parts.back().skipped = true;
    parts.back().findings.push_back(
        {std::string(name_of(lock.error().code)), false, lock.error().place,
         "another process holds the folder: stop it to have its log verified"});
    return parts;
  }
  verify_log(parts.back(), newest_of(folder, parts), options);
  return parts;
}

}  // namespace concord::index

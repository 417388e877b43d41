// concord backup and concord restore: a base as one folder that verifies by itself, and back.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "index/backup.h"
#include "index/base/buffer.h"
#include "index/generation.h"
#include "index/upkeep_requests.h"
#include "server/cmd_program.h"

namespace concord::server {
namespace {

constexpr std::int64_t kTakenMsMax = 10'000;  // then nobody is there who takes requests

struct Folders {
  std::string backup;
  std::string data;
};

int print(const Program& program, const index::Result<index::BackupReport>& done,
          const std::string& folder) {
  if (!done) return report(program, done.error());
  if (program.json) {
    index::Buffer buffer;
    index::JsonWriter out(buffer);
    out.begin_object().key("folder").string(folder);
    out.key("generation").string(done->generation);
    out.key("seq").unsigned_integer(done->seq);
    out.key("files").unsigned_integer(done->files);
    out.key("bytes").unsigned_integer(done->bytes).end_object();
    std::printf("%.*s\n", static_cast<int>(buffer.size()), buffer.data());
  } else {
    std::printf("%s: events 1..%llu, generation %s, %llu files, %llu bytes\n", folder.c_str(),
                static_cast<unsigned long long>(done->seq), done->generation.c_str(),
                static_cast<unsigned long long>(done->files),
                static_cast<unsigned long long>(done->bytes));
  }
  return kExitOk;
}

index::BackupOptions options_of(const Program& program, Progress& progress) {
  return {thread_count(program.settings),
          [&progress](std::string_view step, std::uint64_t done, std::uint64_t total) {
            progress.step(step, done, total);
          }};
}

// Nobody else holds the folder.
index::Result<index::BackupReport> back_up(const Program& program, const std::string& out) {
  const std::string& data = program.settings.text("data");
  const auto current = index::current_generation(data);
  if (!current) return index::fail(current.error());
  const auto manifest = index::read_manifest(index::generation_folder(data, *current));
  if (!manifest) return index::fail(manifest.error());
  index::OpenedLog log;
  if (const std::string folder = data + "/log"; std::filesystem::exists(folder)) {
    index::DurableLogOptions wanted;
    wanted.folder = folder;
    wanted.mark_file = program.settings.text("mark-file");
    wanted.mark_file_2 = program.settings.text("mark-file-2");
    wanted.ballast_bytes = 0;
    wanted.base = wanted.verify_from = {0, manifest->seq, manifest->chain};
    auto opened = index::open_durable_log(wanted);
    if (!opened) return index::fail(opened.error());
    for (const index::FindingRow& row : opened->findings)
      if (!leaves_writable(row.what) && row.what != index::Finding::disk_full)
        return index::fail(index::Code::damaged, row.text, row.place);
    log = std::move(*opened);
  }
  Progress progress;
  return index::write_backup({data, *current, log.log.get()}, out, options_of(program, progress));
}

int backup(const Program& program, const std::string& out) {
  const std::string& data = program.settings.text("data");
  if (!std::filesystem::exists(data))
    return report(program, {index::Code::not_found, "no data here", data});
  const auto lock = index::DataLock::take(data);
  if (!lock && lock.error().code == index::Code::conflict && !index::is_backup(data))
    return print(program, index::request_backup(data, out, kTakenMsMax), out);
  if (!lock) return report(program, lock.error());
  return print(program, back_up(program, out), out);
}

int restore(const Program& program, const Folders& folders) {
  Progress progress;
  const auto done = index::restore_backup(
      folders.backup, folders.data,
      {program.settings.text("mark-file"), program.settings.text("mark-file-2")},
      options_of(program, progress));
  progress.finish();
  return print(program, done, folders.data);
}

}  // namespace

void add_backup(CLI::App& app, Program& program) {
  CLI::App* const write = app.add_subcommand(
      "backup", "copy a base, served or not, into a folder that verifies by itself");
  CLI::App* const read =
      app.add_subcommand("restore", "verify a backup and make a data folder of it");
  auto folders = std::make_shared<Folders>();
  write->add_option("--out", folders->backup, "folder to write, not there yet")->required();
  add_settings(*write, program, {"data", "threads", "mark-file", "mark-file-2"});
  add_json_flag(*write, program, "print what was done as JSON");
  read->add_option("BACKUP", folders->backup, "a backup")->required();
  read->add_option("--data", folders->data, "data folder to make, not there yet or empty")
      ->required();
  add_settings(*read, program, {"threads", "mark-file", "mark-file-2"});
  add_json_flag(*read, program, "print what was done as JSON");
  write->callback([&program, folders] {
    program.run = [&program, folders] { return backup(program, folders->backup); };
  });
  read->callback([&program, folders] {
    program.run = [&program, folders] { return restore(program, *folders); };
  });
}

}  // namespace concord::server

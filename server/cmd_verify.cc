// concord verify and concord config: is what lies there right?
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "index/base/buffer.h"
#include "index/verify_data.h"
#include "server/cmd_program.h"
#include "server/policy_book.h"

namespace concord::server {
namespace {

void write_part(index::JsonWriter& out, const index::VerifiedPart& part) {
  out.begin_object();
  out.key("part").string(part.part).key("name").string(part.name);
  out.key("sound").boolean(part.sound()).key("skipped").boolean(part.skipped);
  out.key("seq").unsigned_integer(part.seq).key("files").unsigned_integer(part.files);
  out.key("findings").begin_array();
  for (const index::VerifyFinding& one : part.findings) {
    out.begin_object().key("finding").string(one.what).key("damage").boolean(one.damage);
    out.key("place").string(one.place).key("detail").string(one.text).end_object();
  }
  out.end_array().end_object();
}

void print_json(const std::vector<index::VerifiedPart>& parts, bool sound) {
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  out.begin_object().key("sound").boolean(sound).key("parts").begin_array();
  for (const index::VerifiedPart& part : parts) write_part(out, part);
  out.end_array().end_object();
  std::printf("%.*s\n", static_cast<int>(buffer.size()), buffer.data());
}

void print_part(const index::VerifiedPart& part) {
  for (const index::VerifyFinding& one : part.findings)
    std::printf("%s: %s%s%s\n", one.what.c_str(), one.place.c_str(), one.place.empty() ? "" : ": ",
                one.text.c_str());
  const char* const state = part.skipped ? "not looked at" : part.sound() ? "sound" : "DAMAGED";
  std::printf("%s %s: %s", part.part.c_str(), part.name.c_str(), state);
  if (part.files > 0) std::printf(", %llu files", static_cast<unsigned long long>(part.files));
  if (part.seq > 0) std::printf(", up to event %llu", static_cast<unsigned long long>(part.seq));
  std::printf("\n");
}

/// Old decisions are made again under these.
void add_policies(const std::string& data, std::vector<index::VerifiedPart>& parts) {
  const std::string folder = data + "/policies";
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored)) return;
  parts.emplace_back("policies", folder);
  for (const index::Error& error : verify_policies(folder))
    parts.back().findings.push_back(
        {std::string(name_of(error.code)), true, error.place, error.detail});
}

int verify(Program& program, const std::string& data, bool deep) {
  Progress progress;
  index::VerifyOptions options;
  options.threads = thread_count(program.settings);
  options.deep = deep;
  options.marks = {program.settings.text("mark-file"), program.settings.text("mark-file-2")};
  options.progress = [&](std::string_view step, std::uint64_t done, std::uint64_t total) {
    progress.step(step, done, total);
  };
  auto parts = index::verify_data(data, options);
  progress.finish();
  if (!parts) return report(program, parts.error());
  if (!index::is_backup(data)) add_policies(data, *parts);
  const bool sound = std::all_of(parts->begin(), parts->end(),
                                 [](const index::VerifiedPart& part) { return part.sound(); });
  if (program.json)
    print_json(*parts, sound);
  else
    for (const index::VerifiedPart& part : *parts) print_part(part);
  return sound ? kExitOk : kExitFailure;
}

int dump_config(const Program& program) {
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  out.begin_object();
  for (const SettingRow& row : setting_rows()) {
    const bool secret = row.name == "token";
    const std::string& text = program.settings.text(row.name);
    const std::string shown = secret && !text.empty() ? "(set)" : text;
    const std::string_view origin = word(program.settings.origin(row.name));
    const std::string& place = program.settings.place(row.name);
    if (!program.json) {
      std::printf("%-28s %-24s %.*s%s%s\n", std::string(row.name).c_str(), shown.c_str(),
                  static_cast<int>(origin.size()), origin.data(), place.empty() ? "" : " ",
                  place.c_str());
      continue;
    }
    out.key(row.name).begin_object().key("value").string(shown).key("origin").string(origin);
    if (!place.empty()) out.key("place").string(place);
    out.end_object();
  }
  out.end_object();
  if (program.json) std::printf("%.*s\n", static_cast<int>(buffer.size()), buffer.data());
  return kExitOk;
}

}  // namespace

void add_verify(CLI::App& app, Program& program) {
  CLI::App* const command = app.add_subcommand(
      "verify", "check every byte of a data folder's generations, its log, or a backup");
  auto data = std::make_shared<std::string>();
  auto deep = std::make_shared<bool>(false);
  command->add_option("DATA", *data, "data folder or backup")->required();
  command->add_flag("--deep", *deep, "of the log every event, not only what starting checks");
  add_settings(*command, program, {"threads", "mark-file", "mark-file-2"});
  add_json_flag(*command, program, "print what was found as JSON");
  command->callback([&program, data, deep] {
    program.run = [&program, data, deep] { return verify(program, *data, *deep); };
  });
}

void add_config(CLI::App& app, Program& program) {
  CLI::App* const command = app.add_subcommand("config", "the settings in use");
  command->require_subcommand(1);
  CLI::App* const check =
      command->add_subcommand("check", "read environment and settings file, say what is wrong");
  CLI::App* const dump =
      command->add_subcommand("dump", "every setting, its value and where that comes from");
  add_settings(*check, program, {});
  add_settings(*dump, program, {});
  add_json_flag(*dump, program, "print them as JSON");
  check->callback([&program] {
    program.run = [] {
      std::puts("the settings are sound");  // reading them has checked them
      return static_cast<int>(kExitOk);
    };
  });
  dump->callback([&program] { program.run = [&program] { return dump_config(program); }; });
}

}  // namespace concord::server

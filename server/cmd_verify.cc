// concord verify and concord config: is what lies there right?
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "index/base/buffer.h"
#include "index/generation.h"
#include "server/cmd_program.h"

namespace concord::server {
namespace {

void print_verified(const Program& program, const std::string& name,
                    const index::Manifest& manifest, const std::vector<index::Error>& damages) {
  if (!program.json) {
    for (const index::Error& error : damages) std::printf("damaged: %s\n", error.text().c_str());
    std::printf("%s: %s, %zu files, %llu events, %llu customers\n", name.c_str(),
                damages.empty() ? "sound" : "DAMAGED", manifest.files.size(),
                static_cast<unsigned long long>(manifest.seq),
                static_cast<unsigned long long>(manifest.customers));
    return;
  }
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  out.begin_object();
  out.key("generation").string(name);
  out.key("sound").boolean(damages.empty());
  out.key("files").unsigned_integer(manifest.files.size());
  out.key("seq").unsigned_integer(manifest.seq);
  out.key("damaged").begin_array();
  for (const index::Error& error : damages) {
    out.begin_object().key("place").string(error.place).key("detail").string(error.detail);
    out.end_object();
  }
  out.end_array();
  out.end_object();
  std::printf("%.*s\n", static_cast<int>(buffer.size()), buffer.data());
}

int verify(Program& program, const std::string& data) {
  const auto name = index::current_generation(data);
  if (!name) return report(program, name.error());
  const std::string folder = index::generation_folder(data, *name);
  const auto manifest = index::read_manifest(folder);
  if (!manifest) return report(program, manifest.error());
  Progress progress;
  std::vector<index::Error> damages;
  const bool sound = index::verify_generation(
      folder, *manifest, thread_count(program.settings),
      [&](const index::Error& error) { damages.push_back(error); },
      [&](std::string_view step, std::uint64_t done, std::uint64_t total) {
        progress.step(step, done, total);
      });
  progress.finish();
  print_verified(program, *name, *manifest, damages);
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
  CLI::App* const command =
      app.add_subcommand("verify", "check every byte of a data folder's current generation");
  auto data = std::make_shared<std::string>();
  command->add_option("DATA", *data, "data folder")->required();
  add_settings(*command, program, {"threads"});
  add_json_flag(*command, program, "print what was found as JSON");
  command->callback(
      [&program, data] { program.run = [&program, data] { return verify(program, *data); }; });
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

// concord generate: a demo company's extracts.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "datasets/generate/generate.h"
#include "index/base/buffer.h"
#include "index/base/json_writer.h"
#include "server/cmd_program.h"

namespace concord::server {
namespace {

void print_json(const datasets::GenerateOptions& options, const datasets::GenerateReport& report) {
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  out.begin_object();
  out.key("out").string(options.out);
  out.key("seed").unsigned_integer(options.seed);
  out.key("customers").unsigned_integer(report.customers);
  out.key("accounts").unsigned_integer(report.accounts);
  out.key("rows").unsigned_integer(report.rows);
  out.key("entries").unsigned_integer(report.entries);
  out.key("texts").unsigned_integer(report.texts);
  out.key("rejected").unsigned_integer(report.rejected);
  out.key("duplicates").unsigned_integer(report.duplicates);
  out.key("identities").unsigned_integer(report.identities);
  out.key("entries_max").unsigned_integer(report.entries_max);
  out.key("bytes").unsigned_integer(report.bytes);
  out.key("stories").begin_object();
  for (const auto& [story, told] : report.stories) out.key_escaped(story).unsigned_integer(told);
  out.end_object();
  out.end_object();
  std::printf("%.*s\n", static_cast<int>(buffer.size()), buffer.data());
}

int run(Program& program, datasets::GenerateOptions& options) {
  options.threads = thread_count(program.settings);
  Progress progress;
  const auto report = datasets::generate(options, [&](std::uint64_t done, std::uint64_t total) {
    progress.step("generating", done, total);
  });
  progress.finish();
  if (!report) return server::report(program, report.error());
  if (program.json) {
    print_json(options, *report);
    return kExitOk;
  }
  std::printf("%s: %llu customers, %llu accounts, %llu rows, %llu entries, %.1f MB\n",
              options.out.c_str(), static_cast<unsigned long long>(report->customers),
              static_cast<unsigned long long>(report->accounts),
              static_cast<unsigned long long>(report->rows),
              static_cast<unsigned long long>(report->entries),
              static_cast<double>(report->bytes) / 1e6);
  std::printf("next: concord index --sources %s/sources.toml --out data\n", options.out.c_str());
  return kExitOk;
}

}  // namespace

void add_generate(CLI::App& app, Program& program) {
  CLI::App* const command =
      app.add_subcommand("generate", "write a demo company: department extracts and sources.toml");
  auto options = std::make_shared<datasets::GenerateOptions>();
  command->add_option("--customers", options->customers, "how many people [10000]")
      ->check(CLI::Range(1U, datasets::kCustomersMax));
  command->add_option("--seed", options->seed, "same seed, same bytes [1]");
  command->add_option("--out", options->out, "folder to write")->required();
  add_settings(*command, program, {"threads"});
  add_json_flag(*command, program, "print the totals as JSON");
  command->callback([&program, options] {
    program.run = [&program, options] { return run(program, *options); };
  });
}

}  // namespace concord::server

// The program `concord`: one subcommand a task.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

#include "server/cmd_program.h"
#include "server/routes_embedded.h"

namespace concord::server {
namespace {

const char* environment(const char* name) { return std::getenv(name); }

constexpr const char* kFooter =
    "Exit codes: 0 done; 1 failed (not found, damaged, refused, unreachable);\n"
    "2 wrong command line or setting; 3 done, but some rows were rejected.\n"
    "Settings: flag, then CONCORD_… in the environment, then the file of --config, then the "
    "default.";

int run(int argc, char** argv) {
  CLI::App app("concord: one customer, one answer.", "concord");
  Program program;
  app.set_version_flag("--version", "concord " + std::string(kProgramVersion));
  app.require_subcommand(1);
  app.footer(kFooter);
  add_generate(app, program);
  add_index(app, program);
  add_serve(app, program);
  add_questions(app, program);
  add_decide_all(app, program);
  add_replay(app, program);
  add_verify(app, program);
  add_backup(app, program);
  add_policy(app, program);
  add_tour(app, program);
  add_config(app, program);
  for (CLI::App* command : app.get_subcommands({})) command->footer(kFooter);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  if (auto done = program.settings.read_environment(environment); !done)
    return report_usage(done.error().text());
  const char* const named = std::getenv("CONCORD_CONFIG");
  if (program.config_file.empty() && named != nullptr) program.config_file = named;
  if (!program.config_file.empty())
    if (auto done = program.settings.read_file(program.config_file); !done)
      return report_usage(done.error().text());
  return program.run();
}

}  // namespace
}  // namespace concord::server

int main(int argc, char** argv) { return concord::server::run(argc, argv); }

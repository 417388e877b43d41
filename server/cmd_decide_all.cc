// concord decide-all: the next best action of every customer of a base.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>

#include "index/base/buffer.h"
#include "index/engine.h"
#include "scoring/batch.h"
#include "server/cmd_program.h"
#include "server/routes.h"

namespace concord::server {
namespace {

struct DecideOptions {
  std::string out;
  std::uint32_t top = 3;
  bool inbound = false;
};

struct Closer {
  void operator()(std::FILE* file) const {
    if (file != stdout) std::fclose(file);
  }
};

void print_json(const scoring::BatchCounts& counts, const scoring::Policy& policy,
                index::UnixMillis as_of, std::int64_t milliseconds) {
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  out.begin_object();
  out.key("as_of").time(as_of);
  out.key("policy_version").string(policy.version());
  out.key("customers").unsigned_integer(counts.customers);
  out.key("gates").unsigned_integer(counts.gates);
  out.key("ranked").unsigned_integer(counts.ranked);
  out.key("no_action").unsigned_integer(counts.no_action);
  out.key("forgotten").unsigned_integer(counts.forgotten);
  out.key("dropped").begin_object();
  for (std::size_t i = 0; i < scoring::kStageCount; ++i)
    out.key(word(static_cast<scoring::Stage>(i))).unsigned_integer(counts.dropped_at[i]);
  out.end_object();
  out.key("milliseconds").integer(milliseconds);
  out.end_object();
  std::fprintf(stderr, "%.*s\n", static_cast<int>(buffer.size()), buffer.data());
}

int decide(Program& program, const DecideOptions& options, const Service& service,
           Progress& progress) {
  const std::unique_ptr<std::FILE, Closer> file(
      options.out.empty() || options.out == "-" ? stdout : std::fopen(options.out.c_str(), "wb"));
  if (!file) return report(program, {index::Code::io_error, "cannot be written", options.out});
  scoring::BatchQuestion question;
  question.as_of = service.default_as_of();
  if (options.inbound) question.direction = index::Direction::inbound;
  question.top = options.top;
  question.threads = thread_count(program.settings);
  bool written = true;
  const index::ReadPin pin = service.engine->snapshot().pin();
  const auto begun = std::chrono::steady_clock::now();
  const scoring::BatchCounts counts = scoring::decide_all(
      *service.policy, service.engine->snapshot(), pin, question,
      [&](std::string_view lines) {
        written &= std::fwrite(lines.data(), 1, lines.size(), file.get()) == lines.size();
      },
      [&](std::uint64_t done, std::uint64_t total) { progress.step("deciding", done, total); });
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(
                                std::chrono::steady_clock::now() - begun)
                                .count();
  progress.finish();
  if (!written || std::fflush(file.get()) != 0)
    return report(program, {index::Code::io_error, "cannot be written whole", options.out});
  if (program.json) {
    print_json(counts, *service.policy, question.as_of, milliseconds);
  } else {
    using Number = unsigned long long;
    std::fprintf(stderr,
                 "%llu customers, %llu actions looked at, %llu ranked, %llu customers without one, "
                 "%llu forgotten records, %lld ms\n",
                 static_cast<Number>(counts.customers), static_cast<Number>(counts.gates),
                 static_cast<Number>(counts.ranked), static_cast<Number>(counts.no_action),
                 static_cast<Number>(counts.forgotten), static_cast<long long>(milliseconds));
  }
  return kExitOk;
}

int run(Program& program, const DecideOptions& options) {
  Progress progress;
  OpenBase base;
  if (const int code = base.open(program, progress); code != kExitOk) return code;
  return decide(program, options, base.service(), progress);
}

}  // namespace

void add_decide_all(CLI::App& app, Program& program) {
  CLI::App* const command =
      app.add_subcommand("decide-all", "the next best action of everybody: one JSON line each");
  auto options = std::make_shared<DecideOptions>();
  command->add_option("--out", options->out, "file for the lines [standard output]");
  command->add_option("--top", options->top, "actions in a line [3]")->check(CLI::Range(1U, 100U));
  command->add_flag("--inbound", options->inbound, "as if the customers were calling now");
  add_settings(*command, program, {"data", "policy", "as-of", "threads"});
  add_json_flag(*command, program, "print the totals as JSON (on standard error)");
  command->callback([&program, options] {
    program.run = [&program, options] { return run(program, *options); };
  });
}

}  // namespace concord::server

// `./dev crash`: as many power cuts as asked for, with progress, and a summary in the last line.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>

#include "tests/faults/power/cuts.h"

namespace {

using concord::power::CutOutcome;
using concord::power::Plan;
using concord::power::Totals;

volatile std::sig_atomic_t stopped = 0;

void stop(int /*signal*/) { stopped = 1; }

void show(const Plan& plan, const CutOutcome& outcome, std::uint32_t count) {
  const bool failed = outcome.kind != CutOutcome::Kind::kept;
  if (::isatty(2) == 0 && !failed && count % 50 != 0) return;
  std::fprintf(stderr, "%s%u of %u cuts; seed %lu round %u: %lu acknowledged, %s%s",
               ::isatty(2) != 0 ? "\r\033[K" : "", count, plan.cuts, outcome.seed, outcome.round,
               outcome.acknowledged, outcome.text.c_str(), ::isatty(2) == 0 || failed ? "\n" : "");
}

int crash(const Plan& plan) {
  if (const std::string missing = concord::power::missing_here(); !missing.empty()) {
    std::fprintf(stderr, "crash: %s\n", missing.c_str());
    return 1;
  }
  std::signal(SIGINT, stop);
  std::signal(SIGTERM, stop);
  std::uint32_t count = 0;
  const auto totals = concord::power::run_cuts(
      plan, [&](const CutOutcome& outcome) { show(plan, outcome, ++count); });
  if (::isatty(2) != 0) std::fprintf(stderr, "\r\033[K");
  if (!totals) {
    std::fprintf(stderr, "crash: %s\n", totals.error().text().c_str());
    return 1;
  }
  std::printf("%s%s\n", stopped != 0 ? "stopped: " : "", concord::power::text_of(*totals).c_str());
  return totals->lost + totals->broken > 0 || stopped != 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  Plan plan;
  plan.kept_under = "build/crash";
  plan.stop = &stopped;
  plan.writer.name = "live";
  CLI::App app("Cuts the power under a writer, brings it back, looks for what was acknowledged.");
  app.add_option("--cuts", plan.cuts, "how many")->capture_default_str();
  app.add_option("--seed", plan.seed, "of the first story")->capture_default_str();
  app.add_option("--rounds", plan.cuts_per_story, "cuts on one disk, one after the other")
      ->capture_default_str();
  app.add_option("--jobs", plan.jobs, "disks at the same time")->capture_default_str();
  app.add_option("--writer", plan.writer.name, "what writes")->capture_default_str();
  app.add_option("--requests", plan.writer.requests_max,
                 "the cut comes at one of the first so many writes and flushes")
      ->capture_default_str();
  app.add_option("--keep", plan.kept_under, "failing cuts are kept here")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  return crash(plan);
}

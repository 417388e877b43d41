// One program for all in-process questions, so that their rounds interleave:
//   questions --bases FOLDER --customers 10000,100000 --policy FOLDER [Google Benchmark's options]
#include "bench/questions.h"

#include <ostream>

int main(int argc, char** argv) {
  const auto bases = concord::bench::take_bases(argc, argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  concord::bench::register_open(bases);
  concord::bench::register_context(bases);
  concord::bench::register_decide(bases);
  concord::bench::register_decide_sizes(bases);
  concord::bench::register_decide_all(bases);
  concord::bench::register_search(bases);
  concord::bench::register_reindex(bases);
  // What Google Benchmark says of the machine goes into the result file, not onto the terminal.
  std::ostream nowhere(nullptr);
  benchmark::ConsoleReporter console;
  console.SetErrorStream(&nowhere);
  benchmark::RunSpecifiedBenchmarks(&console);
  benchmark::Shutdown();
  return 0;
}

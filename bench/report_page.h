// The page docs/benchmarks.md: each budget with its figure, its ratio, and whether it is met.
// Thread class: any-thread (a pure function).
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace concord::bench {

struct Figures {
  std::map<std::string, std::map<std::string, std::vector<double>>> rounds;  // name, counter
  std::map<std::string, std::string> failed;               // name, why its answer was wrong
  std::vector<std::pair<std::string, std::string>> files;  // name, where and when
};

std::string page_of(const Figures& figures);

}  // namespace concord::bench

#include "index/base/nearest.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace concord::index {

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  std::string_view best;
  std::size_t fewest = word.size() < 5 ? 2 : std::max<std::size_t>(3, word.size() / 3 + 1);
  std::vector<std::size_t> row;
  for (const std::string_view candidate : known) {
    if (candidate.size() > word.size() + fewest || word.size() > candidate.size() + fewest)
      continue;
    row.resize(candidate.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < word.size(); ++i) {
      std::size_t diagonal = row[0]++;
      for (std::size_t k = 0; k < candidate.size(); ++k) {
        const std::size_t change = diagonal + (word[i] == candidate[k] ? 0 : 1);
        diagonal = row[k + 1];
        row[k + 1] = std::min({row[k] + 1, row[k + 1] + 1, change});
      }
    }
    if (row.back() >= fewest) continue;
    best = candidate;
    fewest = row.back();
  }
  return best;
}

}  // namespace concord::index

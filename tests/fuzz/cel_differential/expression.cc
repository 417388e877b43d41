#include "tests/fuzz/cel_differential/expression.h"

#include <algorithm>

namespace concord::test {
namespace {

void collect(const Expression& one, std::vector<Expression>& out) {
  if (!one.is_open) out.push_back(one);
  for (const Expression& part : one.parts) collect(part, out);
}

}  // namespace

std::string Expression::text() const {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool mark = pattern[i] == '$' && i + 1 < pattern.size() && pattern[i + 1] >= '0' &&
                      pattern[i + 1] <= '9';
    if (!mark) {
      out.push_back(pattern[i]);
      continue;
    }
    out += parts[static_cast<std::size_t>(pattern[++i] - '0')].text();
  }
  return out;
}

std::vector<Expression> closed_parts(const Expression& whole) {
  std::vector<Expression> out;
  collect(whole, out);
  std::stable_sort(out.begin(), out.end(), [](const Expression& a, const Expression& b) {
    return a.text().size() < b.text().size();
  });
  return out;
}

}  // namespace concord::test

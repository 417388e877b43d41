// A random CEL expression as a tree, so that a part of it can be asked by itself.
// Thread class: one-owner.
#pragma once
#include <string>
#include <vector>

namespace concord::test {

struct Expression {
  std::string pattern;            // "($0 + $1)": the parts stand for the numbers
  std::vector<Expression> parts;  // at most ten
  bool is_open = false;           // speaks of a variable that a macro around it binds

  [[nodiscard]] std::string text() const;
};

/// Every closed part of the tree, itself too, shortest first.
std::vector<Expression> closed_parts(const Expression& whole);

}  // namespace concord::test

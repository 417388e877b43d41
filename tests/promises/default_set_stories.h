// One story for each corner of the default policy set: together they reach every action of it.
// Thread class: immutable (a table).
#pragma once
#include <functional>
#include <vector>

#include "tests/promises/company.h"

namespace concord::test {

struct Story {
  const char* name;
  std::function<void(Company&)> tell;
  double day = 0;  // when it is asked
};

/// Ann is a customer in all of them, known by e-mail, phone, shop, loyalty card and a social handle
/// only where the story says so.
const std::vector<Story>& default_set_stories();

}  // namespace concord::test

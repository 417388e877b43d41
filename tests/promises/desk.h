// Employees at their desks: the default policy set behind the routes, over a live base in memory,
// with a clock that the story sets. Ann and Ben are customers. Thread class: one-owner.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "tests/server/routes/writing.h"

namespace concord::test {

class Desk : public Writes {
 protected:
  /// The base clock, in days after noon of the first day.
  void day(double days) {
    house_->service().clock.fixed_at = {kNoon + static_cast<std::int64_t>(days * 86'400'000.0)};
  }
  /// What to do about Ann now: action ids, best first.
  std::vector<std::string> next(const char* token = kMia) {
    const Answer answer =
        ask(server::Method::get, "/v1/customers/email:ann@example.test/next-best-action?limit=100",
            "", token);
    EXPECT_EQ(answer.status, 200) << answer.body;
    const Json json(answer.body);
    std::vector<std::string> out;
    for (const index::JsonValue one : json.at({"actions"})->elements())
      out.emplace_back(*one.find("action")->as_string());
    return out;
  }
  /// Place in next(), from 0; its size when it is not there.
  std::size_t place(const std::string& action) {
    const std::vector<std::string> all = next();
    return static_cast<std::size_t>(std::find(all.begin(), all.end(), action) - all.begin());
  }
  bool does(const std::string& action) { return place(action) < next().size(); }
};

}  // namespace concord::test

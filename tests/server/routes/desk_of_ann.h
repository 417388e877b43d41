// A desk that writes: routes over a live base in memory with Ann's story in it, answered as an
// event loop would, waiting included.
// Thread class: one-owner.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "index/live.h"
#include "server/decision_desk.h"
#include "server/routes.h"
#include "tests/server/routes/house_of_ann.h"
#include "tests/support/events.h"

namespace concord::test {

class DeskOfAnn {
 public:
  /// `tokens`: text of a token file; empty: none. `policy`: null: the default set.
  explicit DeskOfAnn(std::string_view tokens = {},
                     std::shared_ptr<const scoring::Policy> policy = nullptr);
  ~DeskOfAnn();

  /// Asks until there is an answer. `key`: the Idempotency-Key.
  Answer post(std::string_view target, std::string_view body, std::string_view key = {},
              std::string_view authorization = {});
  Answer get(std::string_view target, std::string_view authorization = {});
  /// Writes an event as a department would. Asserts that it is accepted.
  index::EventSeq say(const Saying& saying);

  /// Called between a request's first look and the end of its wait, once.
  std::function<void()> meanwhile;

  index::Live& live() { return *live_; }
  server::DecisionDesk& decisions() { return *decisions_; }
  const scoring::Policy& policy() { return *policy_; }
  [[nodiscard]] std::string policies_folder() const { return folder_.path() + "/policies"; }

 private:
  Answer ask(server::Request& request, std::string_view target);

  TemporaryFolder folder_;
  std::shared_ptr<const scoring::Policy> policy_;
  std::unique_ptr<index::Live> live_;
  std::unique_ptr<server::Gate> gate_;
  server::Watch watch_{nullptr};
  std::unique_ptr<server::DecisionDesk> decisions_;
  server::Service service_;
  std::unique_ptr<server::Routes> routes_;
};

}  // namespace concord::test

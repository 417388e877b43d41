// A small company on disk, and a way to ask it: Ann has a late order, an open case and a secret
// note; Ben shares her phone; Acme is the account Ann buys for.
// Thread class: one-owner.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "index/engine.h"
#include "server/routes.h"
#include "tests/support/stories.h"

namespace concord::test {

struct Answer {
  int status = 0;
  std::string fields;  // "Name: value\r\n…"
  std::string body;
  std::string content_type;
  /// Value of a field; empty when absent.
  [[nodiscard]] std::string field(std::string_view name) const;
};

/// What goes with a question beside its target.
struct Headers {
  std::string_view authorization{};
  std::string_view accept{};
  std::string_view if_none_match{};
  std::string_view user_agent{};
  std::string_view content_type = "application/json";
  std::string_view host = "localhost";
};

class HouseOfAnn {
 public:
  /// `tokens`: text of a token file; empty: none.
  explicit HouseOfAnn(std::string_view tokens = {}, bool with_text = true);
  ~HouseOfAnn();

  Answer get(std::string_view target, const Headers& headers = {});
  Answer head(std::string_view target);
  Answer post(std::string_view target, std::string_view body, const Headers& headers = {});
  Answer ask(server::Method method, std::string_view method_text, std::string_view target,
             std::string_view body, const Headers& headers);
  index::Engine& engine() { return *engine_; }
  server::Service& service() { return service_; }
  [[nodiscard]] std::string id_of(std::string_view key) const;

 private:
  TemporaryFolder folder_;
  std::unique_ptr<index::Engine> engine_;
  std::shared_ptr<const scoring::Policy> policy_;
  std::unique_ptr<server::Gate> gate_;
  std::unique_ptr<server::Watch> watch_;
  server::Service service_;
  std::unique_ptr<server::Routes> routes_;
};

/// The event as encoded bytes: something new about Ann, for tests of revisions.
std::string ann_calls_again(std::int64_t at_ms);

inline constexpr std::int64_t kNoon = 1'795'608'000'000;  // 2026-11-25T12:00:00Z, the base clock

}  // namespace concord::test

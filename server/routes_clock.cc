#include <chrono>

#include "index/base/time.h"
#include "server/routes.h"

namespace concord::server {

index::Result<BaseClock> parse_base_clock(std::string_view text) {
  if (text == "now") return BaseClock{BaseClock::Mode::now, {}};
  if (text == "data") return BaseClock{BaseClock::Mode::data, {}};
  if (const auto time = index::parse_rfc3339(text)) return BaseClock{BaseClock::Mode::fixed, *time};
  return index::fail(index::Code::bad_input,
                     "\"" + std::string(text) +
                         "\" is not a base clock: write now, data, or a time such as "
                         "2026-11-22T09:00:00Z");
}

std::string_view word(BaseClock::Mode mode) {
  switch (mode) {
    case BaseClock::Mode::now: return "now";
    case BaseClock::Mode::data: return "data";
    case BaseClock::Mode::fixed: return "fixed";
  }
  return "now";
}

index::UnixMillis Service::base_now() const {
  if (clock.mode == BaseClock::Mode::data) return engine->newest_at();
  if (clock.mode == BaseClock::Mode::fixed) return clock.fixed_at;
  return index::UnixMillis{std::chrono::duration_cast<std::chrono::milliseconds>(
                               std::chrono::system_clock::now().time_since_epoch())
                               .count()};
}

index::UnixMillis Service::default_as_of() const { return policy->round_up(base_now()); }

}  // namespace concord::server

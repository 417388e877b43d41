#include "tests/faults/power/child_events.h"

#include "tests/support/events.h"

namespace concord::power {
namespace {

constexpr std::uint64_t kCustomers = 97;
constexpr std::uint64_t kLongEvery = 50;  // one in so many is longer than a few sectors

std::string long_text(std::uint64_t number) {
  std::string text;
  for (std::uint64_t word = 0; word < 600; ++word)
    text += "lamp" + std::to_string(number * word % 1009) + ' ';
  return text;
}

}  // namespace

index::EventDraft draft_of(EventName event) {
  const std::string name = std::to_string(event.round) + "-" + std::to_string(event.number);
  const std::string email = "email:c" + std::to_string(event.number % kCustomers) + "@example.com";
  test::Saying saying(kSource, name,
                      kBeginMs + static_cast<std::int64_t>(event.number % 1'000'000) * 1000);
  saying.of({email.c_str()}).department("sales");
  switch (event.number % 5) {
    case 0:
      saying.consent(
          "marketing", "email",
          event.number % 2 == 0 ? index::ConsentState::granted : index::ConsentState::withdrawn);
      break;
    case 1: saying.fact("floor", std::to_string(event.number)); break;
    case 2: saying.profile("Customer " + name); break;
    case 3:
      saying.entry(index::Kind::case_, "c" + name)
          .state(index::StateType::open)
          .subject("The lamp of " + name + " does not shine");
      break;
    default: saying.entry(index::Kind::order, "o" + name).subject("Order " + name);
  }
  if (event.number % kLongEvery == 3) saying.text(long_text(event.number));
  return std::move(saying.draft);
}

}  // namespace concord::power

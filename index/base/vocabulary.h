// The closed word lists of the design (section 2). Departments, sources, channels, brands and
// topics are configuration and never appear here. Enumerators are the JSON words.
// Thread class: immutable. Numeric values are stored in generations: append only.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace concord::index {

enum class Kind : std::uint8_t {
  interaction,
  case_,
  order,
  shipment,
  return_,
  invoice,
  payment,
  credit,
  contract,
  holding,
  quote,
  opportunity,
  message,
  visit,
  review,
  defect,
  release,
  promise,
  task,
  fact,
  note,
  hold,
  decision,
  outcome,
};
enum class StateType : std::uint8_t {
  unknown,
  new_,
  open,
  waiting_customer,
  waiting_third,
  solved,
  closed,
};
enum class Trouble : std::uint8_t { none, late, disputed, wrong, defect };
enum class Direction : std::uint8_t { none, inbound, outbound };
enum class Purpose : std::uint8_t { none, service, transactional, legal, sales, marketing };
enum class Visibility : std::uint8_t { normal, restricted, secret };
enum class ConsentState : std::uint8_t { unknown, granted, denied, withdrawn };
/// What an event says; the names are the member names of a native event.
enum class EventType : std::uint8_t {
  entry,
  retract,
  profile,
  identity,
  membership,
  consent,
  fact,
  outcome,
  knowledge,
  merge,
  split,
  erase,
  heartbeat,
  source_state,  // said by concord alone: how fresh a source is
  decision,      // said by concord alone: what was answered; changes no record
};
/// How fresh a source is: heard within the time it promised, later, later than twice that.
/// `unstated`: it has promised nothing.
enum class Freshness : std::uint8_t { unstated, ok, late, silent };
/// `joins`: two records with the same value are one person (source ids, e-mail).
/// `looks_up`: finds people, never joins them (phone, address: families share them).
enum class IdentityClass : std::uint8_t { joins, looks_up };

std::string_view word(Kind value);
std::string_view word(StateType value);
std::string_view word(Trouble value);
std::string_view word(Direction value);
std::string_view word(Purpose value);
std::string_view word(Visibility value);
std::string_view word(ConsentState value);
std::string_view word(EventType value);
std::string_view word(IdentityClass value);
std::string_view word(Freshness value);

/// The enumerator with that JSON word; empty when there is none. `T` is one of the enums above.
template <typename T>
std::optional<T> from_word(std::string_view text);

/// All JSON words of an enum, in order, for messages and schemas.
template <typename T>
std::span<const std::string_view> words();

/// Everything but solved and closed; `unknown` is neither open nor closed.
constexpr bool is_open(StateType state) {
  return state == StateType::new_ || state == StateType::open ||
         state == StateType::waiting_customer || state == StateType::waiting_third;
}
inline constexpr int kKindCount = 24;

}  // namespace concord::index

#include "index/base/vocabulary.h"

#include <array>

namespace concord::index {
namespace {

constexpr std::array<std::string_view, kKindCount> kKinds{
    "interaction", "case",    "order", "shipment",    "return",  "invoice", "payment",  "credit",
    "contract",    "holding", "quote", "opportunity", "message", "visit",   "review",   "defect",
    "release",     "promise", "task",  "fact",        "note",    "hold",    "decision", "outcome"};
constexpr std::array<std::string_view, 7> kStateTypes{
    "unknown", "new", "open", "waiting_customer", "waiting_third", "solved", "closed"};
constexpr std::array<std::string_view, 5> kTroubles{"none", "late", "disputed", "wrong", "defect"};
constexpr std::array<std::string_view, 3> kDirections{"none", "inbound", "outbound"};
constexpr std::array<std::string_view, 6> kPurposes{"none",  "service", "transactional",
                                                    "legal", "sales",   "marketing"};
constexpr std::array<std::string_view, 3> kVisibilities{"normal", "restricted", "secret"};
constexpr std::array<std::string_view, 4> kConsents{"unknown", "granted", "denied", "withdrawn"};
constexpr std::array<std::string_view, 15> kEventTypes{
    "entry",   "retract", "profile",   "identity",     "membership",
    "consent", "fact",    "outcome",   "knowledge",    "merge",
    "split",   "erase",   "heartbeat", "source_state", "decision"};
constexpr std::array<std::string_view, 4> kFreshness{"unstated", "ok", "late", "silent"};
constexpr std::array<std::string_view, 2> kIdentityClasses{"joins", "looks_up"};

template <typename T>
constexpr auto table_of() {
  if constexpr (std::is_same_v<T, Kind>) return std::span<const std::string_view>(kKinds);
  if constexpr (std::is_same_v<T, StateType>) return std::span<const std::string_view>(kStateTypes);
  if constexpr (std::is_same_v<T, Trouble>) return std::span<const std::string_view>(kTroubles);
  if constexpr (std::is_same_v<T, Direction>) return std::span<const std::string_view>(kDirections);
  if constexpr (std::is_same_v<T, Purpose>) return std::span<const std::string_view>(kPurposes);
  if constexpr (std::is_same_v<T, Visibility>)
    return std::span<const std::string_view>(kVisibilities);
  if constexpr (std::is_same_v<T, ConsentState>)
    return std::span<const std::string_view>(kConsents);
  if constexpr (std::is_same_v<T, EventType>) return std::span<const std::string_view>(kEventTypes);
  if constexpr (std::is_same_v<T, Freshness>) return std::span<const std::string_view>(kFreshness);
  if constexpr (std::is_same_v<T, IdentityClass>)
    return std::span<const std::string_view>(kIdentityClasses);
}

template <typename T>
std::string_view word_in(T value) {
  const auto table = table_of<T>();
  const auto at = static_cast<std::size_t>(value);
  return at < table.size() ? table[at] : std::string_view("unknown");
}

}  // namespace

template <typename T>
std::span<const std::string_view> words() {
  return table_of<T>();
}

template <typename T>
std::optional<T> from_word(std::string_view text) {
  const auto table = table_of<T>();
  for (std::size_t i = 0; i < table.size(); ++i)
    if (table[i] == text) return static_cast<T>(i);
  return std::nullopt;
}

#define CONCORD_WORDS(T)                                    \
  std::string_view word(T value) { return word_in(value); } \
  template std::span<const std::string_view> words<T>();    \
  template std::optional<T> from_word<T>(std::string_view);
CONCORD_WORDS(Kind)
CONCORD_WORDS(StateType)
CONCORD_WORDS(Trouble)
CONCORD_WORDS(Direction)
CONCORD_WORDS(Purpose)
CONCORD_WORDS(Visibility)
CONCORD_WORDS(ConsentState)
CONCORD_WORDS(EventType)
CONCORD_WORDS(IdentityClass)
CONCORD_WORDS(Freshness)
#undef CONCORD_WORDS

}  // namespace concord::index

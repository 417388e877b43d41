// What a question may say beside its key: query parameters, or the members of a JSON body. One
// table for both, so that each option has one name, one form and one message. Strict: an unknown
// name, a second value or a wrong form is refused with the name; nothing is ignored. Thread class:
// one-owner.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/json_reader.h"
#include "index/base/limits.h"
#include "index/base/types.h"
#include "index/base/vocabulary.h"
#include "server/http.h"
#include "server/response.h"

namespace concord::server {

enum class Option : std::uint8_t {
  key,
  limit,
  as_of,
  min_revision,
  include_fields,
  exclude_fields,
  purpose,
  channel,
  direction,
  intent,
  explain,
  cursor,
  department,
  kind,
  open,
  from,
  to,
  q,
  in,
  sort,
  facets,
  customer,
  timeout_ms,
  for_,
  source,
  mapping,
  code,
  since,
  after,
  replay,
};
std::string_view name_of(Option option);

inline constexpr std::int64_t kTimeoutMsDefault = 1'000;
inline constexpr std::int64_t kTimeoutMsMax = 10'000;
inline constexpr std::uint32_t kNoLimit = UINT32_MAX;  // `limit` was not given
inline constexpr std::uint32_t kAllFields = (1U << 29) - 1;

/// Views borrow from the request (or from the body's reader).
struct Ask {
  std::string_view key;
  std::string_view purpose;
  std::string_view channel;
  std::string_view intent;
  std::string_view cursor;
  std::string_view department;  // comma list where a route takes several
  std::string_view kind;
  std::string_view q;
  std::string_view in;
  std::string_view customer;
  std::string_view source;
  std::string_view mapping;
  std::string_view code;
  std::int64_t since_ms = index::kNoTime;
  std::int64_t as_of_ms = index::kNoTime;  // not given
  std::int64_t from_ms = index::kNoTime;
  std::int64_t to_ms = index::kNoTime;
  std::uint64_t min_revision = 0;
  std::uint64_t after = 0;
  bool after_given = false;
  std::int64_t timeout_ms = kTimeoutMsDefault;  // how long to wait for min_revision
  std::uint32_t limit = kNoLimit;
  std::uint32_t kinds = 0;            // bit per Kind
  std::uint32_t fields = kAllFields;  // bit per ContextField: include_fields without exclude_fields
  std::uint32_t explain = 0;          // scoring::Explain
  index::Direction direction = index::Direction::none;  // not given
  bool open = false;
  bool facets = false;
  bool by_relevance = false;
  bool for_writes = false;
  bool replay = false;
};

/// "x" is not known; did you mean …? Or: known are …
std::string unknown_word(std::string_view word, std::span<const std::string_view> known);

/// What is wrong with a question; becomes the `errors[]` of one answer.
class Faults {
 public:
  using Where = ProblemItem::Where;
  explicit Faults(Where where = Where::parameter) : where_(where) {}
  void add(std::string where, std::string detail) {
    list_.push_back({std::move(where), std::move(detail)});
  }
  [[nodiscard]] bool empty() const { return list_.empty(); }
  /// 400 with `code`; the first fault is in the detail.
  void answer(Response& response, std::string_view code) const;

 private:
  struct Fault {
    std::string where;
    std::string detail;
  };
  Where where_;  // what the faults name: parameters or places of a body
  std::vector<Fault> list_;
};

/// Fills `ask` from the query; names not in `allowed` are faults.
void read_query(const Request& request, std::span<const Option> allowed, Ask& ask, Faults& faults);
/// The same from a JSON object; `text` keeps numbers and joined lists alive. Members in `others`
/// are the caller's to read.
void read_members(index::JsonValue body, std::span<const Option> allowed,
                  std::vector<std::string>& text, Ask& ask, Faults& faults,
                  std::span<const std::string_view> others = {});

/// Splits "a,b,c"; empty pieces stay.
std::vector<std::string_view> split_list(std::string_view list);

}  // namespace concord::server

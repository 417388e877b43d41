// Where rows go: one Sink holds what one chunk of customers writes into every extract, with counts
// of all that an import must find again. Row renders one row in the extract's own format.
// Thread class: one-owner.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "datasets/generate/dice.h"
#include "datasets/generate/extracts.h"
#include "index/base/buffer.h"

namespace concord::datasets {

/// What an import of one extract must find. `events` = rows − rejected − duplicates.
struct ExtractCounts {
  std::uint64_t rows = 0;            // data rows, all of the following included
  std::uint64_t bad_time = 0;        // rejected: not a time
  std::uint64_t no_key = 0;          // rejected: the key column is empty
  std::uint64_t cut_short = 0;       // rejected: the row ends after its first cell
  std::uint64_t duplicates = 0;      // the same bytes again, later in the file
  std::uint64_t late = 0;            // accepted, but written behind newer rows
  std::uint64_t unknown_status = 0;  // accepted; the status word is in no mapping
  std::uint64_t entries = 0;         // distinct keys
  std::uint64_t texts = 0;           // entries with a text
  void add(const ExtractCounts& other);
  [[nodiscard]] std::uint64_t rejected() const { return bad_time + no_key + cut_short; }
  [[nodiscard]] std::uint64_t events() const { return rows - rejected() - duplicates; }
};

/// What the rows tell, counted as it is told.
enum class Story : std::uint8_t {
  plain_order,
  lead_to_review,
  mixed_message,
  bug_report,
  campaign_unsubscribe,
  invoice_dispute,
  overdue_invoice,
  hand_off,
  promise_kept,
  promise_broken,
  call_back,
  waiting_customer,
  legal_hold,
  contract_renewal,
  silent_until_renewal,
  fact_told,
  special_needs,
  social_complaint,
  return_sent,
  plain_ticket,
  call,
  newsletter,
  app_visit,
  store_visit,
  note,
};
inline constexpr std::size_t kStoryCount = 25;
std::string_view word(Story story);

struct Sink {
  explicit Sink(std::uint64_t seed, std::uint64_t chunk) : fault(seed, chunk, 0xfa17, 0) {}

  std::array<index::Buffer, kExtractCount> rows;
  std::array<index::Buffer, kExtractCount> late;  // written behind `rows`
  std::array<ExtractCounts, kExtractCount> counts;
  std::array<std::uint64_t, kStoryCount> stories{};
  index::Buffer truth;
  std::uint64_t identities = 0;
  std::uint64_t entries = 0;      // of the customer being told
  std::uint64_t entries_max = 0;  // of one customer, so far
  Dice fault;                     // decides which rows arrive late, twice or broken
  void end_customer();
  [[nodiscard]] ExtractCounts total() const;
};

/// How a row may be damaged or delayed: planned stories stay whole, bulk rows may not.
enum class Step : std::uint8_t { first, next };  // first row of an entry, or a later state of it

class Row {
 public:
  Row(Sink& sink, Extract extract);
  Row(const Row&) = delete;
  Row& operator=(const Row&) = delete;

  Row& text(std::string_view value);  // empty: nothing
  Row& number(std::int64_t value);
  Row& money(std::int64_t minor);
  Row& time(Ms at);  // index::kNoTime: nothing
  Row& flag(bool value);
  Row& none() { return text({}); }
  /// The row carries an entry's text.
  Row& with_text(bool has);
  /// Every column must have been given. Only `entry` rows count as entries.
  void end(Step step);

 private:
  void begin_cell();
  void end_cell();
  void quoted(std::string_view value);
  void damage();
  void replace_and_add(index::Buffer& out, std::size_t from, std::size_t to, std::string_view with);

  Sink& sink_;
  const ExtractSpec& spec_;
  std::span<const std::string_view> columns_;
  std::size_t extract_;
  index::Buffer& out_;
  std::size_t begin_;  // of the row
  int column_ = 0;
  bool any_ = false;  // NDJSON: a member has been written
  bool text_ = false;
  std::size_t cell_begin_ = 0;
  std::array<std::size_t, 2> key_{};  // value bytes of the key, time and status cells,
  std::array<std::size_t, 2> at_{};   // with their quotes
  std::array<std::size_t, 2> state_{};
};

/// The header line of a CSV extract, empty for NDJSON.
void append_header(index::Buffer& out, Extract extract);

}  // namespace concord::datasets

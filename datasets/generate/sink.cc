#include "datasets/generate/sink.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "index/base/assert.h"
#include "index/base/json_writer.h"
#include "index/base/types.h"

namespace concord::datasets {
namespace {

constexpr std::uint32_t kDrawsMax = 1U << 16;
constexpr std::uint32_t kLate = 650;              // of kDrawsMax rows: about 1 %
constexpr std::uint32_t kTwice = kLate + 330;     // 0.5 %
constexpr std::uint32_t kBroken = kTwice + 40;    // 0.06 %
constexpr std::uint32_t kUnknown = kBroken + 33;  // 0.05 %

constexpr std::string_view kStoryWords[kStoryCount] = {"plain_order",
                                                       "lead_to_review",
                                                       "mixed_message",
                                                       "bug_report",
                                                       "campaign_unsubscribe",
                                                       "invoice_dispute",
                                                       "overdue_invoice",
                                                       "hand_off",
                                                       "promise_kept",
                                                       "promise_broken",
                                                       "call_back",
                                                       "waiting_customer",
                                                       "legal_hold",
                                                       "contract_renewal",
                                                       "silent_until_renewal",
                                                       "fact_told",
                                                       "special_needs",
                                                       "social_complaint",
                                                       "return_sent",
                                                       "plain_ticket",
                                                       "call",
                                                       "newsletter",
                                                       "app_visit",
                                                       "store_visit",
                                                       "note"};

bool needs_quotes(std::string_view value, char delimiter) {
  for (char c : value)
    if (c == delimiter || c == '"' || c == '\n' || c == '\r') return true;
  return false;
}

}  // namespace

std::string_view word(Story story) { return kStoryWords[static_cast<std::size_t>(story)]; }

void ExtractCounts::add(const ExtractCounts& other) {
  rows += other.rows;
  bad_time += other.bad_time;
  no_key += other.no_key;
  cut_short += other.cut_short;
  duplicates += other.duplicates;
  late += other.late;
  unknown_status += other.unknown_status;
  entries += other.entries;
  texts += other.texts;
}

void Sink::end_customer() {
  entries_max = std::max(entries_max, entries);
  entries = 0;
}

ExtractCounts Sink::total() const {
  ExtractCounts sum;
  for (const ExtractCounts& one : counts) sum.add(one);
  return sum;
}

Row::Row(Sink& sink, Extract extract)
    : sink_(sink),
      spec_(spec_of(extract)),
      columns_(columns_of(extract)),
      extract_(index_of(extract)),
      out_(sink.rows[extract_]),
      begin_(out_.size()) {}

void Row::begin_cell() {
  CONCORD_ASSERT(static_cast<std::size_t>(column_) < columns_.size());
  if (spec_.shape == Shape::csv) {
    if (column_ > 0) out_.push(spec_.delimiter);
  } else {
    out_.append(any_ ? ",\"" : "{\"");
    out_.append(columns_[static_cast<std::size_t>(column_)]);
    out_.append("\":");
    any_ = true;
  }
  cell_begin_ = out_.size();
}

void Row::end_cell() {
  const std::array<std::size_t, 2> cell{cell_begin_, out_.size()};
  if (column_ == spec_.key) key_ = cell;
  if (column_ == spec_.at) at_ = cell;
  if (column_ == spec_.state) state_ = cell;
  ++column_;
}

void Row::quoted(std::string_view value) {
  if (spec_.shape == Shape::ndjson) return index::append_json_string(out_, value);
  if (!needs_quotes(value, spec_.delimiter)) return out_.append(value);
  out_.push('"');
  for (char c : value) {
    if (c == '"') out_.push('"');
    out_.push(c);
  }
  out_.push('"');
}

Row& Row::text(std::string_view value) {
  if (value.empty() && spec_.shape == Shape::ndjson) {
    ++column_;  // what is absent is not written
    return *this;
  }
  begin_cell();
  quoted(value.empty() ? spec_.null_word : value);
  end_cell();
  return *this;
}

Row& Row::number(std::int64_t value) {
  char digits[24];
  begin_cell();
  const char* end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out_.append({digits, static_cast<std::size_t>(end - digits)});
  end_cell();
  return *this;
}

Row& Row::money(std::int64_t minor) {
  char digits[32];
  char* end = digits;
  if (minor < 0) *end++ = '-';
  const std::int64_t amount = minor < 0 ? -minor : minor;
  end = std::to_chars(end, digits + 24, amount / 100).ptr;
  *end++ = spec_.decimal;
  *end++ = static_cast<char>('0' + amount / 10 % 10);
  *end++ = static_cast<char>('0' + amount % 10);
  return text({digits, static_cast<std::size_t>(end - digits)});
}

Row& Row::time(Ms at) {
  if (at == index::kNoTime) return none();
  char written[kTimeTextMax];
  const std::size_t bytes = write_time(written, spec_.time, spec_.zone, at);
  const bool bare = spec_.time == TimeFormat::unix_s || spec_.time == TimeFormat::unix_ms;
  if (spec_.shape == Shape::csv || !bare) return text({written, bytes});
  begin_cell();
  out_.append({written, bytes});
  end_cell();
  return *this;
}

Row& Row::flag(bool value) {
  if (spec_.shape == Shape::csv) return text(value ? "1" : "0");
  begin_cell();
  out_.append(value ? "true" : "false");
  end_cell();
  return *this;
}

Row& Row::with_text(bool has) {
  text_ = has;
  return *this;
}

void Row::replace_and_add(index::Buffer& out, std::size_t from, std::size_t to,
                          std::string_view with) {
  const std::string row(out_.data() + begin_, out_.size() - begin_);
  out.append({row.data(), from - begin_});
  out.append(with);
  out.append({row.data() + (to - begin_), row.size() - (to - begin_)});
}

// A broken copy of the row: an addition, so that nothing true is lost with it.
void Row::damage() {
  ExtractCounts& counts = sink_.counts[extract_];
  index::Buffer& late = sink_.late[extract_];
  const bool csv = spec_.shape == Shape::csv;
  ++counts.rows;
  switch (spec_.key < 0 ? 0 : sink_.fault.below(3)) {
    case 0:
      replace_and_add(late, at_[0], at_[1], csv ? "31.02.2025 25:61" : "\"31.02.2025 25:61\"");
      ++counts.bad_time;
      return;
    case 1:
      replace_and_add(late, key_[0], key_[1], csv ? spec_.null_word : "\"\"");
      ++counts.no_key;
      return;
    default: replace_and_add(late, key_[1], out_.size() - 1, ""); ++counts.cut_short;
  }
}

void Row::end(Step step) {
  CONCORD_ASSERT(static_cast<std::size_t>(column_) == columns_.size());
  out_.append(spec_.shape == Shape::csv ? "\n" : "}\n");
  ExtractCounts& counts = sink_.counts[extract_];
  ++counts.rows;
  if (step == Step::first && !spec_.kind.empty()) {
    ++counts.entries;
    ++sink_.entries;
    counts.texts += text_ ? 1 : 0;
  }
  const std::uint32_t draw = sink_.fault.below(kDrawsMax);
  if (draw >= kUnknown) return;
  index::Buffer& late = sink_.late[extract_];
  const std::string row(out_.data() + begin_, out_.size() - begin_);
  if (draw < kLate) {
    late.append(row);
    out_.truncate(begin_);
    ++counts.late;
  } else if (draw < kTwice) {
    late.append(row);
    ++counts.rows;
    ++counts.duplicates;
  } else if (draw < kBroken) {
    damage();
  } else if (state_[1] > 0) {
    out_.truncate(begin_);
    out_.append({row.data(), state_[0] - begin_});
    out_.append(spec_.shape == Shape::csv ? "???" : "\"???\"");
    out_.append({row.data() + (state_[1] - begin_), row.size() - (state_[1] - begin_)});
    ++counts.unknown_status;
  }
}

void append_header(index::Buffer& out, Extract extract) {
  const ExtractSpec& spec = spec_of(extract);
  if (spec.shape == Shape::ndjson) return;
  const auto columns = columns_of(extract);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) out.push(spec.delimiter);
    out.append(columns[i]);
  }
  out.push('\n');
}

}  // namespace concord::datasets

#include <algorithm>
#include <utility>

#include "datasets/import/records.h"

namespace concord::datasets {
namespace {

using index::Code;
using index::fail;
using index::Result;

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string count_of(std::size_t n) {
  return std::to_string(n) + (n == 1 ? " column" : " columns");
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

CsvReader::CsvReader(std::unique_ptr<Input> input, char delimiter)
    : input_(std::move(input)), delimiter_(delimiter) {}
CsvReader::~CsvReader() = default;

Result<std::unique_ptr<CsvReader>> CsvReader::open(const std::string& path, char delimiter,
                                                   std::vector<std::string> columns) {
  auto input = open_input(path);
  if (!input) return fail(input.error());
  std::unique_ptr<CsvReader> reader(new CsvReader(std::move(*input), delimiter));
  reader->columns_ = std::move(columns);
  while (reader->buffer_.size() < kByteOrderMark.size() && !reader->ended_)
    if (auto more = reader->refill(); !more) return fail(more.error());
  if (reader->buffer_.starts_with(kByteOrderMark)) reader->at_ = kByteOrderMark.size();
  if (reader->columns_.empty())
    if (auto header = reader->read_header(); !header) return fail(header.error());
  return reader;
}

Result<void> CsvReader::read_header() {
  RecordBlock block;
  for (;;) {
    const Scan got = scan();
    if (got == Scan::needs_more) {
      if (auto more = refill(); !more) return fail(more.error());
      continue;
    }
    if (got == Scan::blank && end_ > at_) {
      at_ = end_;
      line_ += record_lines_;
      continue;
    }
    if (got != Scan::row)
      return fail(Code::bad_input, got == Scan::blank
                                       ? "the file is empty: it has no header line"
                                       : "the header line cannot be read: its quotes do not close");
    break;
  }
  columns_.resize(raw_.size());
  take_row(block);
  for (std::size_t i = 0; i < columns_.size(); ++i)
    columns_[i] = trimmed(block.cell(block.rows.front(), i));
  return {};
}

Result<bool> CsvReader::refill() {
  buffer_.erase(0, at_);
  at_ = 0;
  const std::size_t before = buffer_.size();
  buffer_.resize(before + kReadBytes);
  auto got = input_->read(buffer_.data() + before, kReadBytes);
  buffer_.resize(before + (got ? *got : 0));
  if (!got) return fail(got.error());
  ended_ = *got == 0;
  return !ended_;
}

Result<bool> CsvReader::next(RecordBlock& block) {
  block.text.clear();
  block.cells.clear();
  block.rows.clear();
  block.bad.clear();
  while (block.text.size() < kBlockBytes && block.bad.size() < 1000) {
    const Scan got = scan();
    if (got == Scan::needs_more) {
      if (auto more = refill(); !more) return fail(more.error());
      continue;
    }
    if (got == Scan::blank && end_ == at_) break;  // the end
    if (got == Scan::blank) {
      at_ = end_;
      line_ += record_lines_;
    } else if (got == Scan::row && raw_.size() == columns_.size()) {
      take_row(block);
    } else {
      refuse(block, got);
    }
  }
  return !block.rows.empty() || !block.bad.empty();
}

CsvReader::Scan CsvReader::out_of_bytes() const {
  if (buffer_.size() - at_ > kRecordBytesMax) return Scan::too_long;
  return ended_ ? Scan::unclosed : Scan::needs_more;
}

// From behind the opening quote to behind the closing one; `row` when it closes.
CsvReader::Scan CsvReader::scan_quoted(std::size_t& at) {
  for (;;) {
    const std::size_t quote = buffer_.find('"', at);
    const std::size_t stop = std::min(quote, buffer_.size());
    record_lines_ += static_cast<std::uint64_t>(
        std::count(buffer_.begin() + static_cast<std::ptrdiff_t>(at),
                   buffer_.begin() + static_cast<std::ptrdiff_t>(stop), '\n'));
    if (quote == std::string::npos || (quote + 1 == buffer_.size() && !ended_))
      return out_of_bytes();
    at = quote + 1;
    if (at < buffer_.size() && buffer_[at] == '"') {
      raw_.back().doubled = true;
      ++at;
      continue;
    }
    raw_.back().end = static_cast<std::uint32_t>(quote - at_);
    return Scan::row;
  }
}

// Finds the cells of the record at at_ without consuming it.
CsvReader::Scan CsvReader::scan() {
  raw_.clear();
  record_lines_ = 1;
  std::size_t at = at_;
  for (;;) {
    const auto begin = static_cast<std::uint32_t>(at - at_);
    raw_.push_back({begin, begin, false});
    bad_column_ = static_cast<std::uint32_t>(raw_.size());
    if (at < buffer_.size() && buffer_[at] == '"') {
      raw_.back().begin = begin + 1;
      if (const Scan got = scan_quoted(++at); got != Scan::row) return got;
      if (at < buffer_.size() && buffer_[at] == '\r' &&
          (at + 1 < buffer_.size() ? buffer_[at + 1] == '\n' : ended_))
        ++at;
      else if (at + 1 == buffer_.size() && buffer_[at] == '\r' && !ended_)
        return Scan::needs_more;
    } else {
      while (at < buffer_.size() && buffer_[at] != delimiter_ && buffer_[at] != '\n') ++at;
      raw_.back().end = static_cast<std::uint32_t>(at - at_);
    }
    if (at >= buffer_.size()) {
      if (at - at_ > kRecordBytesMax) return Scan::too_long;
      if (!ended_) return Scan::needs_more;
      end_ = at;
      break;
    }
    if (buffer_[at] == '\n') {
      end_ = at + 1;
      break;
    }
    if (buffer_[at] != delimiter_) return Scan::bad_quote;
    ++at;
  }
  RawCell& last = raw_.back();
  if (last.end > last.begin && buffer_[at_ + last.end - 1] == '\r' && at_ + last.end + 1 >= end_)
    --last.end;
  return raw_.size() == 1 && last.end == 0 ? Scan::blank : Scan::row;
}

void CsvReader::take_row(RecordBlock& block) {
  const std::size_t base = block.text.size();
  block.text.append(buffer_, at_, end_ - at_);
  block.rows.push_back({line_, static_cast<std::uint32_t>(block.cells.size()),
                        static_cast<std::uint32_t>(raw_.size())});
  for (const RawCell& raw : raw_) {
    const std::size_t begin = base + raw.begin;
    std::size_t size = raw.end - raw.begin;
    if (raw.doubled) {  // "" becomes ", in place
      char* out = block.text.data() + begin;
      const char* in = out;
      const char* const stop = in + size;
      for (; in < stop; ++in) {
        *out++ = *in;
        if (*in == '"') ++in;
      }
      size = static_cast<std::size_t>(out - (block.text.data() + begin));
    }
    block.cells.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(size)});
  }
  at_ = end_;
  line_ += record_lines_;
}

// The row at at_ is bad. Only its first line is given up: what follows may be good rows.
void CsvReader::refuse(RecordBlock& block, Scan why) {
  BadRecord bad{line_, 0, "bad_row", {}};
  switch (why) {
    case Scan::bad_quote:
      bad.column = bad_column_;
      bad.reason = "a closing quote is followed by text: double the quotes inside a cell";
      break;
    case Scan::unclosed:
      bad.column = bad_column_;
      bad.reason = "a quote is opened and never closed";
      break;
    case Scan::too_long:
      bad.column = bad_column_;
      bad.reason = "the row is longer than " + std::to_string(kRecordBytesMax) +
                   " bytes: a quote that is never closed?";
      break;
    default:
      bad.column = static_cast<std::uint32_t>(std::min(raw_.size(), columns_.size()));
      bad.reason =
          "has " + count_of(raw_.size()) + ", the header " + std::to_string(columns_.size());
  }
  block.bad.push_back(std::move(bad));
  skip_line();
}

void CsvReader::skip_line() {
  const std::size_t end = buffer_.find('\n', at_);
  at_ = end == std::string::npos ? buffer_.size() : end + 1;
  ++line_;
}

}  // namespace concord::datasets

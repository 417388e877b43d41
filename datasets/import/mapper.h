// One file's mapping, ready to turn records into encoded events.
// Thread class: immutable after `of` (shared by the workers); MapperState one-owner, one a worker.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "datasets/import/lookups.h"
#include "datasets/import/records.h"
#include "datasets/import/report.h"
#include "datasets/import/row.h"
#include "datasets/import/sources.h"
#include "index/log/event.h"

namespace concord::datasets {

/// The events of one block, in the order of its rows, and what was refused.
struct MappedBlock {
  struct Event {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
    std::uint64_t line = 0;
    std::uint64_t id_hash = 0;       // of (source, id)
    std::uint64_t content_hash = 0;  // of the encoded bytes
    std::int64_t at_ms = 0;
  };
  std::string bytes;
  std::vector<Event> events;
  std::vector<Rejection> rejections;  // file and source are left to the caller
  std::map<std::pair<std::string, std::string>, std::uint64_t> unmapped;  // (field, word) → rows
  std::uint64_t rows = 0;
  std::uint64_t skipped = 0;

  [[nodiscard]] std::string_view event(const Event& one) const {
    return std::string_view(bytes).substr(one.begin, one.size);
  }
};

/// What a worker keeps between blocks.
struct MapperState {
  Row row;
};

class Mapper {
 public:
  virtual ~Mapper() = default;
  /// Turns every record of `block` into an event or a rejection.
  virtual void map(const RecordBlock& block, MapperState& state, MappedBlock& out) const = 0;
};

/// `header`: the columns of a CSV file. Null when a column is missing; `problem` says which.
/// `source`, `file` and `lookups` must outlive the mapper.
std::unique_ptr<Mapper> make_mapper(const Source& source, const FileMapping& file,
                                    const Lookups& lookups, const std::vector<std::string>& header,
                                    RowProblem& problem);

/// For the two mappers: checks, encodes and appends; false and `problem` when the event is refused.
/// `field` of the problem is the JSON pointer of what is wrong.
bool append_event(const index::wire::EventT& draft, std::uint64_t line, MappedBlock& out,
                  RowProblem& problem);
void append_rejection(const RowProblem& problem, std::uint64_t line, MappedBlock& out);

std::uint64_t event_id_hash(std::string_view source, std::string_view id);

}  // namespace concord::datasets

// Rows to events along one [[source.file]].
// Thread class: immutable after bind.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "datasets/import/field_names.h"
#include "datasets/import/mapper.h"
#include "datasets/import/value_reader.h"

namespace concord::datasets {

/// An event of this sort without anybody's identity is refused.
bool needs_customer(const index::EventDraft& draft);

class RowMapper final : public Mapper {
 public:
  RowMapper(const Source& source, const FileMapping& file, const Lookups& lookups);
  bool bind(const std::vector<std::string>& header, RowProblem& problem);
  void map(const RecordBlock& block, MapperState& state, MappedBlock& out) const override;

 private:
  struct FieldReader {
    const FieldName* field;
    ValueReader value;
  };
  struct LinkReader {
    std::string prefix;  // source/kind/
    ValueReader value;
  };
  struct AttachmentReader {
    std::optional<ValueReader> name, type, bytes, url;
  };
  struct Trouble {
    index::Trouble is;
    std::vector<ConditionReader> when;
    std::optional<ValueReader> promised, real;
  };
  struct Job;  // one row on its way

  void add_readers(const ReaderScope& scope);
  void add_trouble(const ReaderScope& scope);
  bool fill(Job& job) const;
  bool fill_head(Job& job) const;
  bool fill_id(Job& job) const;
  bool fill_customer(Job& job) const;
  bool fill_body(Job& job) const;
  bool fill_key(Job& job) const;
  bool fill_field(Job& job, const FieldReader& reader) const;
  bool fill_scalar(Job& job, const FieldReader& reader, Scalar& scalar) const;
  bool fill_lists(Job& job) const;
  bool fill_attribute(Job& job, const ValueReader& reader) const;
  bool fill_links(Job& job) const;
  bool fill_attachments(Job& job) const;
  bool fill_state(Job& job) const;
  bool fill_trouble(Job& job) const;
  void name_column(RowProblem& problem) const;

  const Source& source_;
  const FileMapping& file_;
  ColumnSet columns_;
  std::vector<ConditionReader> only_;
  std::vector<ValueReader> id_;
  std::optional<ValueReader> at_;
  std::vector<std::pair<std::string, ValueReader>> customer_;  // "type:" and the value
  std::optional<ValueReader> kind_, key_;
  std::vector<FieldReader> fields_;
  std::vector<std::vector<ValueReader>> lists_;
  std::vector<ValueReader> attributes_;
  std::vector<LinkReader> links_;
  std::vector<AttachmentReader> attachments_;
  std::vector<Trouble> trouble_;
};

}  // namespace concord::datasets

#include "index/snapshot/excerpt.h"

#include <algorithm>
#include <limits>

#include "index/snapshot/segment.h"
#include "index/snapshot/tail.h"

namespace concord::index {
namespace {

constexpr std::string_view kAttributePrefix = "attributes.";

std::string consents_of(const RecordView& record) {
  wire::PortraitT all;
  record.portrait().UnPackTo(&all);
  wire::PortraitT portrait;
  portrait.identities = std::move(all.identities);
  portrait.consents = std::move(all.consents);
  for (const auto& consent : portrait.consents) consent->json.clear();
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(wire::Portrait::Pack(builder, &portrait));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

// What decisions never read of a customer: his name and what the context answer shows of him.
std::string lean_portrait(const RecordView& record) {
  wire::PortraitT portrait;
  record.portrait().UnPackTo(&portrait);
  std::erase_if(portrait.claims, [](const auto& claim) {
    return !std::string_view(claim->name).starts_with(kAttributePrefix);
  });
  portrait.members.clear();
  portrait.merged_from.clear();
  for (const auto& consent : portrait.consents) consent->json.clear();
  for (std::string* json :
       {&portrait.profile_json, &portrait.identities_json, &portrait.conflicts_json,
        &portrait.merged_json, &portrait.preferences_json})
    json->clear();
  if (!record.is_account()) portrait.name.clear();
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(wire::Portrait::Pack(builder, &portrait));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

std::string portrait_of(const RecordView& record, ExcerptDetail detail) {
  if (detail == ExcerptDetail::lean) return lean_portrait(record);
  if (detail == ExcerptDetail::consents) return consents_of(record);
  const auto& bytes = *record.record().portrait();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> nested(
    flatbuffers::FlatBufferBuilder& builder, std::string_view bytes) {
  builder.ForceVectorAlignment(bytes.size(), 1, 8);
  return builder.CreateVector(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

// newest_at lies in no answer's past, so that nobody looks for the pieces and rows that are not
// there.
std::string record_bytes(const RecordView& from, std::string_view head, std::string_view portrait,
                         std::uint32_t entries) {
  const wire::Record& record = from.record();
  flatbuffers::FlatBufferBuilder builder;
  const auto head_at = nested(builder, head);
  const auto portrait_at = nested(builder, portrait);
  wire::RecordBuilder out(builder);
  out.add_id(record.id());
  out.add_seq(record.seq());
  out.add_created_seq(record.created_seq());
  out.add_is_account(record.is_account());
  out.add_newest_at(std::numeric_limits<std::int64_t>::max());
  out.add_last_at(record.last_at());
  out.add_entries(entries);
  out.add_head(head_at);
  out.add_portrait(portrait_at);
  builder.Finish(out.Finish(), wire::RecordIdentifier());
  return padded({reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()});
}

template <typename T>
bool is_word(std::uint8_t value) {
  return value < words<T>().size();
}

bool is_within(std::uint64_t offset, std::uint64_t bytes, std::uint64_t all) {
  return offset <= all && bytes <= all - offset;
}

bool words_hold(const wire::Row& row, std::uint32_t count) {
  return std::max({row.department(), row.source(), row.channel(), row.topic(), row.reason(),
                   row.status(), row.brand(), row.account(), row.currency(), row.queue(),
                   row.actor()}) < count;
}

bool row_holds(const wire::Row& row, const wire::Segment& segment) {
  constexpr std::uint64_t kIdAt = 10;  // {"entry":"
  const std::uint64_t json = row.json_bytes();
  const std::uint64_t merge_at = row.merge_offset() == 0 ? 0 : row.merge_offset() - 1;
  return is_within(row.json_offset(), json, segment.json()->size()) &&
         is_within(kIdAt, row.id_bytes(), json) &&
         is_within(row.subject_offset(), row.subject_bytes(), json) &&
         is_within(merge_at, row.merge_bytes(), segment.merge()->size()) &&
         words_hold(row, segment.words()->size()) && is_word<Kind>(row.kind()) &&
         is_word<StateType>(row.state_type()) && is_word<Trouble>(row.trouble()) &&
         is_word<Direction>(row.direction()) && is_word<Purpose>(row.purpose()) &&
         is_word<Visibility>(row.visibility());
}

bool segment_holds(const wire::Segment* segment) {
  if (segment == nullptr || segment->rows() == nullptr || segment->words() == nullptr ||
      segment->json() == nullptr || segment->merge() == nullptr || segment->words()->size() == 0)
    return false;
  return std::all_of(segment->rows()->begin(), segment->rows()->end(),
                     [&](const wire::Row* row) { return row_holds(*row, *segment); });
}

const std::uint8_t* start_of(std::string_view bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

}  // namespace

Excerpt excerpt_of(const RecordView& record, std::span<const EntryView> entries,
                   ExcerptDetail detail) {
  SegmentBuilder builder;
  std::size_t at = 0;
  const auto next_segment = [&] {
    builder.begin(SegmentUse::visible);
    while (at < entries.size() && builder.rows() < kTailRowsMax &&
           builder.json_bytes() < kTailBytesMax) {
      if (detail == ExcerptDetail::lean)
        builder.add_lean(entries[at++]);
      else
        builder.copy(entries[at++]);
    }
    return padded(builder.finish());
  };
  Excerpt out;
  const std::string head = next_segment();
  while (at < entries.size()) out.tails.push_back(next_segment());
  out.record = record_bytes(record, head, portrait_of(record, detail),
                            static_cast<std::uint32_t>(entries.size()));
  return out;
}

Result<ExcerptView> ExcerptView::open(std::string_view record,
                                      std::vector<std::string_view> tails) {
  const auto damaged = [](const char* what) { return fail(Code::damaged, what, "excerpt"); };
  flatbuffers::Verifier verifier(start_of(record), record.size());
  if (!wire::VerifyRecordBuffer(verifier)) return damaged("its record does not verify");
  ExcerptView out;
  out.record_ = wire::GetRecord(record.data());
  if (out.record_->behind() != nullptr || out.record_->open_rows() != nullptr ||
      !segment_holds(out.record_->head_nested_root()))
    return damaged("its record is not of an excerpt");
  for (const std::string_view bytes : tails) {
    flatbuffers::Verifier of_tail(start_of(bytes), bytes.size());
    if (!of_tail.VerifyBuffer<wire::Segment>(nullptr)) return damaged("a segment does not verify");
    const auto* segment = flatbuffers::GetRoot<wire::Segment>(bytes.data());
    if (!segment_holds(segment)) return damaged("a row of a segment does not hold");
    out.tails_.push_back(segment);
  }
  return out;
}

}  // namespace concord::index

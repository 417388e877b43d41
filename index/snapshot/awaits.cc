#include "index/snapshot/awaits.h"

namespace concord::index {

std::string_view encode_awaits(flatbuffers::FlatBufferBuilder& builder, const Awaits& awaits) {
  if (awaits.empty()) return {};
  builder.Clear();
  std::vector<flatbuffers::Offset<wire::Awaited>> all;
  for (const auto& [defect, entries] : awaits)
    all.push_back(wire::CreateAwaited(builder, builder.CreateString(defect), entries));
  builder.Finish(wire::CreateAwaits(builder, builder.CreateVector(all)));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

Awaits decode_awaits(const RecordView& record) {
  Awaits awaits;
  if (record.record().awaits() == nullptr) return awaits;
  for (const wire::Awaited* one : *record.record().awaits_nested_root()->defects())
    awaits.emplace_hint(awaits.end(), one->defect()->str(), one->entries());
  return awaits;
}

}  // namespace concord::index

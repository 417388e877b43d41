// Reading a published record back into the mutable truth, to fold the next event into it.
#include "index/snapshot/publish.h"
#include "index/snapshot/segment.h"

namespace concord::index {
namespace {

void read_claims(const wire::Portrait& portrait, CustomerRecord& out) {
  for (const wire::Claim* one : *portrait.claims()) {
    ClaimState& claim = out.claims[{one->name()->str(), one->source()->str()}];
    claim.stamp = {one->at(), one->seq()};
    claim.cleared = one->cleared();
    claim.value.type = static_cast<wire::AttributeType>(one->value()->type());
    claim.value.integer = one->value()->integer();
    claim.value.real = one->value()->real();
    claim.value.text = one->value()->text()->str();
  }
}

void read_identities(const wire::Portrait& portrait, CustomerRecord& out) {
  for (const wire::Identity* one : *portrait.identities()) {
    IdentityState& identity = out.identities[one->type()->str() + ":" + one->value()->str()];
    identity.joins = one->joins();
    identity.source = one->source()->str();
    identity.first = {one->at(), one->seq()};
  }
}

void read_members(const wire::Portrait& portrait, CustomerRecord& out) {
  for (const wire::Member* one : *portrait.members()) {
    MemberState& member = out.members[{one->account()->str(), one->role()->str()}];
    member.name = one->name()->str();
    member.from_ms = one->from();
    member.to_ms = one->to();
    member.account_id = CustomerId{one->account_id()};
    member.source = one->source()->str();
    member.stamp = {one->at(), one->seq()};
    member.name_stamp = {one->name_at(), one->name_seq()};
  }
}

void read_consents(const wire::Portrait& portrait, CustomerRecord& out) {
  for (const wire::ConsentState* one : *portrait.consents()) {
    ConsentValue& consent = out.consents[{one->purpose()->str(), one->channel()->str(),
                                          one->identity()->str(), one->brand()->str()}];
    consent.state = static_cast<ConsentState>(one->state());
    consent.basis = one->basis()->str();
    consent.wording = one->wording()->str();
    consent.evidence = one->evidence()->str();
    consent.source = one->source()->str();
    consent.expires_at_ms = one->expires_at();
    consent.stamp = {one->at(), one->seq()};
  }
}

}  // namespace

CustomerRecord decode_without_entries(const RecordView& view, bool with_portrait) {
  CustomerRecord out;
  out.id = view.id();
  out.is_account = view.is_account();
  out.created_seq = view.record().created_seq();
  out.seq = view.seq();
  if (!with_portrait) return out;
  const wire::Portrait& portrait = view.portrait();
  read_claims(portrait, out);
  read_identities(portrait, out);
  read_members(portrait, out);
  read_consents(portrait, out);
  for (const std::uint64_t id : *portrait.merged_from()) out.merged_from.push_back(CustomerId{id});
  return out;
}

Result<CustomerRecord> decode_record(const RecordView& view) {
  const wire::Record& record = view.record();
  CustomerRecord out = decode_without_entries(view, true);
  JsonReader reader;
  Result<void> status;
  const auto take = [&](EntryView one) {
    if (one.has(wire::RowFlag::spread)) return true;
    auto entry = decode_entry(reader, one);
    if (!entry) {
      status = tl::unexpected<Error>(entry.error());
      return false;
    }
    std::string id = entry->id;
    out.entries.emplace(std::move(id), std::move(*entry));
    return true;
  };
  view.each_entry(take);
  if (status && record.hidden() != nullptr) EntryRange(record.hidden_nested_root(), {}).each(take);
  if (!status) return tl::unexpected<Error>(status.error());
  return out;
}

}  // namespace concord::index

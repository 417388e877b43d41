#include "index/snapshot/portrait.h"

#include <algorithm>
#include <string>

#include "index/base/hash.h"
#include "index/snapshot/entry_json.h"

namespace concord::index {
namespace {

using Builder = flatbuffers::FlatBufferBuilder;
using Text = flatbuffers::Offset<flatbuffers::String>;
template <typename T>
using Tables = flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<T>>>;
constexpr std::string_view kAttributePrefix = "attributes.";

// Claims stand sorted by name, then source: calls visit(name, first, last) for each name.
template <typename Visit>
void each_name(const CustomerRecord& record, Visit&& visit) {
  for (auto at = record.claims.begin(); at != record.claims.end();) {
    auto last = at;
    while (last != record.claims.end() && last->first.name == at->first.name) ++last;
    visit(at->first.name, at, last);
    at = last;
  }
}

template <typename It>
It winner(It first, It last) {
  return std::max_element(
      first, last, [](const auto& a, const auto& b) { return a.second.stamp < b.second.stamp; });
}

// The claim that counts for `name`: the greatest stamp over all sources; null when there is none or
// it was cleared.
const ClaimState* current_claim(const CustomerRecord& record, std::string_view name) {
  const ClaimState* best = nullptr;
  for (auto at = record.claims.lower_bound({std::string(name), ""});
       at != record.claims.end() && at->first.name == name; ++at)
    if (best == nullptr || best->stamp < at->second.stamp) best = &at->second;
  return best == nullptr || best->cleared ? nullptr : best;
}

std::string text_claim(const CustomerRecord& record, std::string_view name) {
  const ClaimState* claim = current_claim(record, name);
  return claim == nullptr ? std::string() : claim->value.text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

void write_profile(JsonWriter& out, const CustomerRecord& record) {
  out.begin_object();
  for (const char* name : {"name", "language", "time_zone"})
    if (const std::string text = text_claim(record, name); !text.empty())
      out.key(name).string(text);
  out.key("needs").begin_array();
  for (const std::string& need : lines_of(text_claim(record, "needs"))) out.string(need);
  out.end_array();
  if (const ClaimState* since = current_claim(record, "since"))
    out.key("since").time(UnixMillis{since->value.integer});
  out.key("attributes").begin_object();
  each_name(record, [&](const std::string& name, auto first, auto last) {
    const auto best = winner(first, last);
    if (!name.starts_with(kAttributePrefix) || best->second.cleared) return;
    out.key_escaped(std::string_view(name).substr(kAttributePrefix.size())).begin_object();
    write_value(out.key("value"), best->second.value);
    out.key("source").string(best->first.source);
    out.key("at").time(UnixMillis{best->second.stamp.at_ms});
    out.end_object();
  });
  out.end_object();
  out.end_object();
}

bool equal_values(const wire::AttributeT& a, const wire::AttributeT& b) {
  return a.type == b.type && a.integer == b.integer && a.real == b.real && a.text == b.text;
}

void write_conflicts(JsonWriter& out, const CustomerRecord& record) {
  out.begin_array();
  each_name(record, [&](const std::string& name, auto first, auto last) {
    std::vector<decltype(first)> live;
    for (auto at = first; at != last; ++at)
      if (!at->second.cleared) live.push_back(at);
    const bool agree = std::all_of(live.begin(), live.end(), [&](auto one) {
      return equal_values(one->second.value, live.front()->second.value);
    });
    if (agree) return;
    std::sort(live.begin(), live.end(),
              [](auto a, auto b) { return a->second.stamp > b->second.stamp; });
    out.begin_object().key("field").string(name).key("values").begin_array();
    for (const auto one : live) {
      write_value(out.begin_object().key("value"), one->second.value);
      out.key("source").string(one->first.source);
      out.key("at").time(UnixMillis{one->second.stamp.at_ms}).end_object();
    }
    out.end_array().end_object();
  });
  out.end_array();
}

void write_identities(JsonWriter& out, const CustomerRecord& record) {
  out.begin_array();
  for (const auto& [text, identity] : record.identities) {
    out.begin_object().key("identity").string(text);
    out.key("strength")
        .string(word(identity.joins ? IdentityClass::joins : IdentityClass::looks_up));
    out.key("source").string(identity.source);
    out.key("since").time(UnixMillis{identity.first.at_ms}).end_object();
  }
  out.end_array();
}

void write_preferences(JsonWriter& out, const CustomerRecord& record) {
  out.begin_object();
  for (const char* name : {"language", "time_zone"})
    if (const std::string text = text_claim(record, name); !text.empty())
      out.key(name).string(text);
  if (const std::string text = text_claim(record, "attributes.preferred_channel"); !text.empty())
    out.key("channel").string(text);
  out.end_object();
}

void write_consent(JsonWriter& out, const ConsentKey& key, const ConsentValue& consent) {
  const auto member = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) out.key(name).string(text);
  };
  out.begin_object();
  member("purpose", key.purpose);
  member("channel", key.channel);
  member("identity", key.identity);
  member("brand", key.brand);
  out.key("state").string(word(consent.state));
  member("basis", consent.basis);
  member("wording", consent.wording);
  member("evidence", consent.evidence);
  member("source", consent.source);
  out.key("at").time(UnixMillis{consent.stamp.at_ms});
  if (consent.expires_at_ms != kNoTime)
    out.key("expires_at").time(UnixMillis{consent.expires_at_ms});
  out.end_object();
}

void write_merged(JsonWriter& out, const CustomerRecord& record) {
  out.begin_array();
  for (const CustomerId id : record.merged_from) out.id(id);
  out.end_array();
}

template <typename Write>
Text piece(Builder& builder, Buffer& json, Write&& write) {
  json.clear();
  JsonWriter out(json);
  write(out);
  return builder.CreateString(json.data(), json.size());
}

Tables<wire::Claim> build_claims(Builder& b, const CustomerRecord& record) {
  std::vector<flatbuffers::Offset<wire::Claim>> all;
  for (const auto& [key, claim] : record.claims) {
    const auto text = b.CreateString(claim.value.text);
    const auto value = wire::CreateValue(b, static_cast<wire::ValueType>(claim.value.type),
                                         claim.value.integer, claim.value.real, text);
    const auto name = b.CreateSharedString(key.name);
    const auto source = b.CreateSharedString(key.source);
    all.push_back(wire::CreateClaim(b, name, source, claim.stamp.at_ms, claim.stamp.seq,
                                    claim.cleared, value));
  }
  return b.CreateVector(all);
}

Tables<wire::Identity> build_identities(Builder& b, const CustomerRecord& record) {
  std::vector<flatbuffers::Offset<wire::Identity>> all;
  for (const auto& [text, identity] : record.identities) {
    const std::size_t colon = text.find(':');
    const auto type = b.CreateSharedString(text.substr(0, colon));
    const auto value = b.CreateString(text.substr(colon + 1));
    const auto source = b.CreateSharedString(identity.source);
    all.push_back(wire::CreateIdentity(b, type, value, identity.joins, source, identity.first.at_ms,
                                       identity.first.seq));
  }
  return b.CreateVector(all);
}

Tables<wire::Member> build_members(Builder& b, const CustomerRecord& record) {
  std::vector<flatbuffers::Offset<wire::Member>> all;
  for (const auto& [key, member] : record.members) {
    const auto account = b.CreateString(key.account);
    const auto name = b.CreateString(member.name);
    const auto role = b.CreateSharedString(key.role);
    const auto source = b.CreateSharedString(member.source);
    all.push_back(wire::CreateMember(
        b, account, member.account_id.value, name, role, member.from_ms, member.to_ms, source,
        member.stamp.at_ms, member.stamp.seq, member.name_stamp.at_ms, member.name_stamp.seq));
  }
  return b.CreateVector(all);
}

Tables<wire::ConsentState> build_consents(Builder& b, Buffer& json, const CustomerRecord& record) {
  std::vector<flatbuffers::Offset<wire::ConsentState>> all;
  for (const auto& one : record.consents) {
    const auto& [key, consent] = one;
    const auto shown =
        piece(b, json, [&](JsonWriter& out) { write_consent(out, one.first, one.second); });
    const auto purpose = b.CreateSharedString(key.purpose);
    const auto channel = b.CreateSharedString(key.channel);
    const auto identity = b.CreateString(key.identity);
    const auto brand = b.CreateSharedString(key.brand);
    const auto basis = b.CreateSharedString(consent.basis);
    const auto wording = b.CreateSharedString(consent.wording);
    const auto evidence = b.CreateString(consent.evidence);
    const auto source = b.CreateSharedString(consent.source);
    all.push_back(wire::CreateConsentState(b, purpose, channel, identity, brand,
                                           static_cast<std::uint8_t>(consent.state), basis, wording,
                                           evidence, source, consent.stamp.at_ms, consent.stamp.seq,
                                           consent.expires_at_ms, shown));
  }
  return b.CreateVector(all);
}

}  // namespace

std::string_view encode_portrait(Builder& b, Buffer& json, const CustomerRecord& record) {
  b.Clear();
  const auto claims = build_claims(b, record);
  const auto needs = b.CreateVectorOfStrings(lines_of(text_claim(record, "needs")));
  const auto identities = build_identities(b, record);
  const auto members = build_members(b, record);
  const auto consents = build_consents(b, json, record);
  std::vector<std::uint64_t> merged;
  for (const CustomerId id : record.merged_from) merged.push_back(id.value);
  const auto merged_from = b.CreateVector(merged);
  const auto made = [&](auto write) {
    return piece(b, json, [&](JsonWriter& writer) { write(writer, record); });
  };
  const auto profile_json = made(write_profile);
  const auto identities_json = made(write_identities);
  const auto conflicts_json = made(write_conflicts);
  const auto merged_json = made(write_merged);
  const auto preferences_json = made(write_preferences);
  const auto text = [&](std::string_view name) { return b.CreateString(text_claim(record, name)); };
  const auto language = text("language");
  const auto time_zone = text("time_zone");
  const auto name = text("name");
  const auto owner = text("attributes.owner_of_record");
  const ClaimState* since = current_claim(record, "since");
  b.Finish(wire::CreatePortrait(b, claims, needs, identities, members, consents, merged_from,
                                profile_json, identities_json, conflicts_json, merged_json,
                                preferences_json, language, time_zone, name,
                                since == nullptr ? kNoTime : since->value.integer, owner));
  return {reinterpret_cast<const char*>(b.GetBufferPointer()), b.GetSize()};
}

}  // namespace concord::index

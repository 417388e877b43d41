#include "index/log/event.h"

#include <algorithm>
#include <cmath>

#include "index/base/assert.h"
#include "index/base/hash.h"
#include "index/base/json_writer.h"
#include "index/base/limits.h"
#include "index/base/time.h"

namespace concord::index {
namespace {

Result<void> check_text(std::string_view text, std::size_t bytes_max, const char* place) {
  if (text.size() > bytes_max)
    return fail(Code::over_limit, "over " + std::to_string(bytes_max) + " bytes", place);
  if (!is_utf8(text)) return fail(Code::bad_input, "not UTF-8", place);
  return {};
}

Result<void> check_word(std::string_view text, const char* place, bool required = false) {
  if (required && text.empty()) return fail(Code::bad_input, "is missing", place);
  return check_text(text, kWordBytesMax, place);
}

// Sources stand in entry ids between slashes, and in JSON without escapes.
bool is_plain_name(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
}

Result<void> check_count(std::size_t count, std::size_t max, const char* place) {
  if (count > max) return fail(Code::over_limit, "more than " + std::to_string(max), place);
  return {};
}

template <typename T>
bool in_range(const flatbuffers::Optional<std::uint8_t>& value) {
  return !value.has_value() || *value < words<T>().size();
}

// Answers write times as RFC 3339: years 1 to 9999.
Result<void> check_time(std::int64_t at_ms, const char* place) {
  if (UnixMillis{at_ms} >= kTimeMin && UnixMillis{at_ms} <= kTimeMax) return {};
  return fail(Code::bad_input, "is not in the years 0001 to 9999", place);
}
Result<void> check_time(const flatbuffers::Optional<std::int64_t>& at_ms, const char* place) {
  return at_ms.has_value() ? check_time(*at_ms, place) : Result<void>{};
}

#define CONCORD_TRY(expression) \
  if (auto tried = (expression); !tried) return tl::unexpected<Error>(tried.error())

Result<void> check_attributes(const std::vector<std::unique_ptr<wire::AttributeT>>& attributes,
                              const char* place) {
  CONCORD_TRY(check_count(attributes.size(), kAttributesPerEntryMax, place));
  for (const auto& attribute : attributes) {
    CONCORD_TRY(check_word(attribute->name, place, true));
    CONCORD_TRY(check_text(attribute->text, kTextBytesMax, place));
    if (attribute->type > wire::AttributeType::MAX)
      return fail(Code::bad_input, "is not a type of value", place);
    if (attribute->type == wire::AttributeType::timestamp)
      CONCORD_TRY(check_time(attribute->integer, place));
    if (!std::isfinite(attribute->real)) return fail(Code::bad_input, "is not a number", place);
  }
  return {};
}

Result<void> check_words(const std::vector<std::string>& all, std::size_t count_max,
                         const char* place) {
  CONCORD_TRY(check_count(all.size(), count_max, place));
  for (const std::string& one : all) CONCORD_TRY(check_word(one, place));
  return {};
}

Result<void> check_attachments(const wire::EntryT& entry) {
  constexpr char kPlace[] = "/entry/attachments";
  CONCORD_TRY(check_count(entry.attachments.size(), kAttachmentsMax, kPlace));
  for (const auto& one : entry.attachments) {
    CONCORD_TRY(check_word(one->name, kPlace));
    CONCORD_TRY(check_word(one->type, kPlace));
    CONCORD_TRY(check_text(one->url, 4 * kWordBytesMax, kPlace));
  }
  return {};
}

Result<void> check_entry_words(const wire::EntryT& entry) {
  const std::pair<const std::string*, const char*> fields[] = {
      {&entry.status, "/entry/status"},     {&entry.channel, "/entry/channel"},
      {&entry.topic, "/entry/topic"},       {&entry.reason, "/entry/reason"},
      {&entry.language, "/entry/language"}, {&entry.actor, "/entry/actor"},
      {&entry.assignee, "/entry/assignee"}, {&entry.queue, "/entry/queue"},
      {&entry.brand, "/entry/brand"},       {&entry.account, "/entry/account"}};
  for (const auto& [text, place] : fields) CONCORD_TRY(check_word(*text, place));
  CONCORD_TRY(check_text(entry.subject, kSubjectBytesMax, "/entry/subject"));
  CONCORD_TRY(check_text(entry.text, kTextBytesMax, "/entry/text"));
  CONCORD_TRY(check_time(entry.at, "/entry/at"));
  CONCORD_TRY(check_time(entry.due_at, "/entry/due_at"));
  CONCORD_TRY(check_time(entry.closed_at, "/entry/closed_at"));
  CONCORD_TRY(check_word(entry.retract_reason, "/retract/reason"));
  return check_text(entry.url, 4 * kWordBytesMax, "/entry/url");
}

Result<void> check_entry(const wire::EntryT& entry) {
  if (entry.kind >= kKindCount)
    return fail(Code::bad_input, "is not a kind of entry", "/entry/kind");
  CONCORD_TRY(check_word(entry.key, "/entry/key", true));
  CONCORD_TRY(check_entry_words(entry));
  if (!in_range<StateType>(entry.state_type) || !in_range<Trouble>(entry.trouble) ||
      !in_range<Direction>(entry.direction) || !in_range<Purpose>(entry.purpose) ||
      !in_range<Visibility>(entry.visibility))
    return fail(Code::bad_input, "a word out of its list", "/entry");
  if (entry.amount_minor.has_value() != !entry.currency.empty())
    return fail(Code::bad_input, "amount_minor and currency go together", "/entry/currency");
  if (!entry.currency.empty() && entry.currency.size() != 3)
    return fail(Code::bad_input, "not an ISO 4217 code", "/entry/currency");
  CONCORD_TRY(check_words(entry.participants, kParticipantsMax, "/entry/participants"));
  CONCORD_TRY(check_count(entry.links.size(), kLinksPerEntryMax, "/entry/links"));
  CONCORD_TRY(check_attachments(entry));
  CONCORD_TRY(check_words(entry.cleared_attributes, kAttributesPerEntryMax, "/entry/attributes"));
  for (const std::string& link : entry.links)
    CONCORD_TRY(check_text(link, 3 * kWordBytesMax, "/entry/links"));
  return check_attributes(entry.attributes, "/entry/attributes");
}

Result<void> check_profile(const wire::ProfileT& profile) {
  CONCORD_TRY(check_text(profile.name, kSubjectBytesMax, "/profile/name"));
  CONCORD_TRY(check_word(profile.language, "/profile/language"));
  CONCORD_TRY(check_word(profile.time_zone, "/profile/time_zone"));
  CONCORD_TRY(check_words(profile.needs, kAttributesPerEntryMax, "/profile/needs"));
  CONCORD_TRY(check_time(profile.since, "/profile/since"));
  CONCORD_TRY(
      check_words(profile.cleared_attributes, kAttributesPerEntryMax, "/profile/attributes"));
  return check_attributes(profile.attributes, "/profile/attributes");
}

Result<void> check_consent(const wire::ConsentT& consent) {
  CONCORD_TRY(check_word(consent.purpose, "/consent/purpose", true));
  CONCORD_TRY(check_word(consent.channel, "/consent/channel"));
  CONCORD_TRY(check_text(consent.identity, 2 * kWordBytesMax, "/consent/identity"));
  CONCORD_TRY(check_word(consent.brand, "/consent/brand"));
  CONCORD_TRY(check_word(consent.basis, "/consent/basis"));
  CONCORD_TRY(check_word(consent.wording, "/consent/wording"));
  CONCORD_TRY(check_text(consent.evidence, 4 * kWordBytesMax, "/consent/evidence"));
  CONCORD_TRY(check_time(consent.expires_at, "/consent/expires_at"));
  if (consent.state >= words<ConsentState>().size())
    return fail(Code::bad_input, "is not a state of consent", "/consent/state");
  return {};
}

Result<void> check_membership(const wire::MembershipT& membership) {
  CONCORD_TRY(check_word(membership.account, "/membership/account", true));
  CONCORD_TRY(check_text(membership.account_name, kSubjectBytesMax, "/membership/account_name"));
  CONCORD_TRY(check_word(membership.role, "/membership/role"));
  CONCORD_TRY(check_time(membership.from, "/membership/from"));
  return check_time(membership.to, "/membership/to");
}

Result<void> check_fact(const wire::FactT& fact) {
  CONCORD_TRY(check_word(fact.name, "/fact/name", true));
  CONCORD_TRY(check_text(fact.value, kTextBytesMax, "/fact/value"));
  CONCORD_TRY(check_word(fact.channel, "/fact/channel"));
  return check_word(fact.actor, "/fact/actor");
}

Result<void> check_outcome(const wire::OutcomeT& outcome) {
  CONCORD_TRY(check_word(outcome.outcome, "/outcome/outcome", true));
  CONCORD_TRY(check_word(outcome.decision, "/outcome/decision"));
  CONCORD_TRY(check_word(outcome.action, "/outcome/action"));
  CONCORD_TRY(check_word(outcome.channel, "/outcome/channel"));
  return check_word(outcome.actor, "/outcome/actor");
}

Result<void> check_knowledge(const wire::KnowledgeT& page) {
  CONCORD_TRY(check_word(page.key, "/knowledge/key", true));
  CONCORD_TRY(check_text(page.title, kSubjectBytesMax, "/knowledge/title"));
  CONCORD_TRY(check_text(page.text, kTextBytesMax, "/knowledge/text"));
  CONCORD_TRY(check_word(page.language, "/knowledge/language"));
  CONCORD_TRY(check_text(page.url, 4 * kWordBytesMax, "/knowledge/url"));
  return check_words(page.tags, kAttributesPerEntryMax, "/knowledge/tags");
}

Result<void> check_merge(const wire::MergeT& merge) {
  CONCORD_TRY(check_text(merge.into, 2 * kWordBytesMax, "/merge/into"));
  CONCORD_TRY(check_text(merge.from, 2 * kWordBytesMax, "/merge/from"));
  return check_word(merge.reason, "/merge/reason");
}

Result<void> check_source_state(const wire::SourceStateT& state) {
  CONCORD_TRY(check_word(state.source, "/source_state/source", true));
  CONCORD_TRY(check_word(state.department, "/source_state/department"));
  CONCORD_TRY(check_time(state.last_at, "/source_state/last_at"));
  if (state.state >= words<Freshness>().size())
    return fail(Code::bad_input, "is not a state of a source", "/source_state/state");
  return {};
}

Result<void> check_decision(const wire::DecisionT& decision) {
  if (decision.payload.empty()) return fail(Code::bad_input, "is missing", "/decision/payload");
  return check_text(decision.payload, kDecisionBytesMax, "/decision/payload");
}

Result<void> check_body(const EventDraft& draft) {
  const auto type = static_cast<EventType>(draft.type);
  const auto missing = [&] {
    return fail(Code::bad_input, "the event says nothing",
                "/" + std::string(word(static_cast<EventType>(draft.type))));
  };
  switch (type) {
    case EventType::entry:
    case EventType::retract: return draft.entry ? check_entry(*draft.entry) : missing();
    case EventType::profile: return draft.profile ? check_profile(*draft.profile) : missing();
    case EventType::consent: return draft.consent ? check_consent(*draft.consent) : missing();
    case EventType::membership:
      return draft.membership ? check_membership(*draft.membership) : missing();
    case EventType::fact: return draft.fact ? check_fact(*draft.fact) : missing();
    case EventType::outcome: return draft.outcome ? check_outcome(*draft.outcome) : missing();
    case EventType::knowledge:
      return draft.knowledge ? check_knowledge(*draft.knowledge) : missing();
    case EventType::merge: return draft.merge ? check_merge(*draft.merge) : missing();
    case EventType::split: return draft.split ? Result<void>{} : missing();
    case EventType::erase: return draft.erase ? Result<void>{} : missing();
    case EventType::source_state:
      return draft.source_state ? check_source_state(*draft.source_state) : missing();
    case EventType::decision: return draft.decision ? check_decision(*draft.decision) : missing();
    case EventType::identity:
    case EventType::heartbeat: return {};
  }
  return fail(Code::bad_input, "is not a type of event", "/type");
}

}  // namespace

Result<void> check_event(const EventDraft& draft) {
  CONCORD_TRY(check_word(draft.id, "/id", true));
  if (!is_plain_name(draft.source))
    return fail(Code::bad_input, "use letters, digits, '_', '-' and '.' only", "/source");
  CONCORD_TRY(check_word(draft.source, "/source", true));
  CONCORD_TRY(check_word(draft.department, "/department"));
  CONCORD_TRY(check_time(draft.at, "/at"));
  CONCORD_TRY(check_count(draft.customer.size(), kIdentitiesPerEventMax, "/customer"));
  for (const std::string& identity : draft.customer)
    CONCORD_TRY(check_text(identity, 2 * kWordBytesMax, "/customer"));
  if (draft.unless_changed.has_value() && draft.customer.empty())
    return fail(Code::bad_input, "goes with an event about a customer", "/unless_changed");
  return check_body(draft);
}

std::string encode_event(const EventDraft& draft) {
  flatbuffers::FlatBufferBuilder builder(1024);
  builder.Finish(wire::Event::Pack(builder, &draft), wire::EventIdentifier());
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

namespace {

bool has(const flatbuffers::String* text) { return text != nullptr && text->size() > 0; }

// What an encoded event cannot lack once check_event has passed it.
bool is_whole(const wire::Event& event) {
  if (event.type() >= words<EventType>().size() || !has(event.id()) || !has(event.source()))
    return false;
  switch (type_of(event)) {
    case EventType::entry:
    case EventType::retract:
      return event.entry() != nullptr && event.entry()->kind() < kKindCount &&
             has(event.entry()->key());
    case EventType::profile: return event.profile() != nullptr;
    case EventType::membership:
      return event.membership() != nullptr && has(event.membership()->account());
    case EventType::consent:
      return event.consent() != nullptr && event.consent()->state() < words<ConsentState>().size();
    case EventType::fact: return event.fact() != nullptr && has(event.fact()->name());
    case EventType::outcome: return event.outcome() != nullptr;
    case EventType::knowledge: return event.knowledge() != nullptr && has(event.knowledge()->key());
    case EventType::merge: return event.merge() != nullptr;
    case EventType::split: return event.split() != nullptr;
    case EventType::erase: return event.erase() != nullptr;
    case EventType::source_state:
      return event.source_state() != nullptr && has(event.source_state()->source()) &&
             event.source_state()->state() < words<Freshness>().size();
    case EventType::decision:
      return event.decision() != nullptr && has(event.decision()->payload());
    case EventType::identity:
    case EventType::heartbeat: return true;
  }
  return false;
}

}  // namespace

Result<const wire::Event*> decode_event(std::string_view bytes) {
  if (bytes.size() > kEventBytesMax)
    return fail(Code::over_limit, "event: over " + std::to_string(kEventBytesMax) + " bytes");
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  flatbuffers::Verifier verifier(data, bytes.size());
  if (!wire::VerifyEventBuffer(verifier)) return fail(Code::damaged, "event: not a concord event");
  const wire::Event* event = wire::GetEvent(data);
  if (!is_whole(*event)) return fail(Code::damaged, "event: a part that its type needs is missing");
  return event;
}

std::string entry_id(std::string_view source, Kind kind, std::string_view key) {
  std::string id;
  id.reserve(source.size() + key.size() + 14);
  id.append(source).append("/").append(word(kind)).append("/").append(key);
  return id;
}

Hash128 content_hash(const EventDraft& draft) {
  flatbuffers::FlatBufferBuilder builder(1024);
  EventDraft copy(draft);
  copy.received_at = flatbuffers::nullopt;
  builder.Finish(wire::Event::Pack(builder, &copy));
  return hash128({reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()});
}

}  // namespace concord::index

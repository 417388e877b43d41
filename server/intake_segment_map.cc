// What each verb of the Segment specification says, as events.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "index/base/currency.h"
#include "index/base/hash.h"
#include "index/base/limits.h"
#include "index/base/time.h"
#include "server/intake_attributes.h"
#include "server/intake_segment.h"

namespace concord::server {
namespace {

using index::EventType;
using index::JsonType;
using index::JsonValue;
using index::Kind;

constexpr std::array<std::string_view, 6> kVerbs{"identify", "track", "page",
                                                 "screen",   "group", "alias"};

// Set by clients and networks at each sending: a message that comes again differs in these.
constexpr std::array<std::string_view, 5> kVolatile{"sentAt", "receivedAt", "_metadata", "writeKey",
                                                    "integrations"};
// Members with a place of their own; all others become attributes.
constexpr std::array<std::string_view, 19> kPlaced{
    "type",      "messageId",  "userId",   "anonymousId", "timestamp",    "originalTimestamp",
    "sentAt",    "receivedAt", "writeKey", "_metadata",   "integrations", "properties",
    "traits",    "event",      "name",     "category",    "context",      "groupId",
    "previousId"};

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// A message being mapped: what all verbs share.
class Mapping {
 public:
  Mapping(const SegmentMessage& message, const IntakeAsk& ask, IntakeItem& item)
      : message_(message), ask_(ask), item_(item) {}

  void run() {
    if (!read_head()) return;
    switch (std::find(kVerbs.begin(), kVerbs.end(), message_.verb) - kVerbs.begin()) {
      case 0: return identify();
      case 1: return track();
      case 2:
      case 3: return visit();
      case 4: return group();
      default: return alias();
    }
  }

 private:
  bool refuse(std::string code, std::string detail, std::string pointer) {
    item_.fault = {std::move(code), std::move(detail), std::move(pointer)};
    return false;
  }

  [[nodiscard]] std::string text(std::string_view name) const {
    return text_member(message_.json, name);
  }
  [[nodiscard]] std::optional<JsonValue> object(std::string_view name) const {
    auto member = message_.json.find(name);
    if (member && member->is(JsonType::object)) return member;
    return std::nullopt;
  }

  bool read_head() {
    if (!message_.json.is(JsonType::object))
      return refuse("bad_event",
                    "must be an object, is " + std::string(describe(message_.json.type())), "");
    if (!is_one_of(message_.verb, kVerbs))
      return refuse("unknown_type",
                    "is \"" + std::string(message_.verb) +
                        "\", must be one of identify, track, page, screen, group, alias",
                    "/type");
    if (!read_times()) return false;
    user_ = text("userId");
    anonymous_ = text("anonymousId");
    content_ = hash_of_content();
    item_.content = content_;
    if (item_.id.empty()) item_.id = "content-" + to_hex(content_);
    if (message_.verb == "alias" || !user_.empty() || !anonymous_.empty()) return true;
    return refuse("no_customer", "has neither userId nor anonymousId", "/userId");
  }

  // The client's clock may be wrong: sentAt against our own clock tells by how much.
  bool read_times() {
    original_ms_ = index::kNoTime;
    sent_ms_ = message_.sent_at_ms;
    if (!read_time("sentAt", sent_ms_) || !read_time("timestamp", original_ms_) ||
        !read_time("originalTimestamp", original_ms_))
      return false;
    const std::int64_t received = ask_.received_at.ms;
    at_ms_ = original_ms_ == index::kNoTime ? received
             : sent_ms_ == index::kNoTime   ? original_ms_
                                            : received - (sent_ms_ - original_ms_);
    return true;
  }
  bool read_time(std::string_view name, std::int64_t& out) {
    const auto member = message_.json.find(name);
    if (!member || member->is(JsonType::null)) return true;
    const auto written = member->as_string();
    const auto time = written ? index::parse_rfc3339(*written) : std::nullopt;
    if (!time)
      return refuse("bad_event", "is not an RFC 3339 time such as 2026-11-22T09:00:00.000Z",
                    "/" + std::string(name));
    out = time->ms;
    return true;
  }

  index::Hash128 hash_of_content() const {
    index::Buffer buffer;
    buffer.append(message_.verb);
    for (const index::JsonMember member : message_.json.members()) {
      if (is_one_of(member.name, kVolatile)) continue;
      index::JsonWriter out(buffer);
      buffer.push(',');
      index::append_json_string(buffer, member.name);
      append_json(out, member.value);
    }
    return index::hash128(buffer.view());
  }

  index::EventDraft& begin(EventType type) {
    index::EventDraft& draft = item_.drafts.emplace_back();
    draft.id = item_.id;
    draft.source = ask_.source;
    draft.at = at_ms_;
    draft.type = static_cast<std::uint8_t>(type);
    return draft;
  }

  // A browser that two people share has one anonymous id: it never makes one person of two users
  // who are known.
  void name_customer(index::EventDraft& draft) const {
    const std::string user = ask_.user_type + ":" + user_;
    const std::string anonymous = ask_.anonymous_type + ":" + anonymous_;
    if (!user_.empty()) draft.customer.push_back(user);
    if (anonymous_.empty()) return;
    if (!user_.empty() && ask_.known != nullptr && !ask_.known->claim(anonymous, user)) return;
    draft.customer.push_back(anonymous);
  }

  void add_times(Attributes& attributes) const {
    attributes.add_time("timestamp", at_ms_);
    if (original_ms_ != index::kNoTime) attributes.add_time("original_timestamp", original_ms_);
    if (sent_ms_ != index::kNoTime) attributes.add_time("sent_at", sent_ms_);
    attributes.add_time("received_at", ask_.received_at.ms);
  }

  [[nodiscard]] std::string channel() const {
    if (message_.verb == "screen") return "app";
    const auto context = object("context");
    if (message_.verb == "page" || (context && context->find("page"))) return "web";
    if (context && (context->find("device") || context->find("app"))) return "app";
    return {};
  }

  // Money only where the currency is said: 20 may be dollars or yen.
  void set_amount(JsonValue properties, index::wire::EntryT& entry) const {
    std::string currency = text_member(properties, "currency");
    for (char& c : currency)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (currency.size() != 3) return;
    for (const std::string_view name : {"revenue", "total", "value"}) {
      const auto value = properties.find(name);
      const auto amount = value ? amount_of(*value) : std::nullopt;
      if (!amount) continue;
      const double minor = *amount * std::pow(10.0, index::exponent_of_currency(currency));
      if (std::abs(minor) > 9e15) return;
      entry.amount_minor = std::llround(minor);
      entry.currency = currency;
      return;
    }
  }
  static std::optional<double> amount_of(JsonValue value) {
    if (const auto number = value.as_double()) return number;
    const auto written = value.as_string();
    if (!written || written->empty()) return std::nullopt;
    double number = 0;
    const char* const end = written->data() + written->size();
    const auto [stop, error] = std::from_chars(written->data(), end, number);
    if (error != std::errc() || stop != end || !std::isfinite(number)) return std::nullopt;
    return number;
  }

  index::wire::EntryT& begin_entry(Kind kind) {
    index::EventDraft& draft = begin(EventType::entry);
    name_customer(draft);
    draft.entry = std::make_unique<index::wire::EntryT>();
    draft.entry->kind = static_cast<std::uint8_t>(kind);
    draft.entry->key = item_.id;
    draft.entry->channel = channel();
    return *draft.entry;
  }

  void finish_entry(index::wire::EntryT& entry) const {
    Attributes attributes;
    add_times(attributes);
    if (const auto properties = object("properties")) {
      set_amount(*properties, entry);
      attributes.add("", *properties);
    }
    for (const index::JsonMember member : message_.json.members())
      if (!is_one_of(member.name, kPlaced)) attributes.add(std::string(member.name), member.value);
    if (const auto context = object("context")) attributes.add("context", *context);
    attributes.finish(entry.attributes, nullptr);
  }

  // "Order Completed" → order_completed
  static std::string topic_of(std::string_view name) {
    std::string topic;
    bool letter_before = false;
    for (const char c : name) {
      const bool upper = c >= 'A' && c <= 'Z';
      const bool plain =
          upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80) != 0;
      if (plain)
        topic.push_back(upper ? static_cast<char>(c - 'A' + 'a') : c);
      else if (letter_before)
        topic.push_back('_');
      letter_before = plain;
    }
    while (topic.ends_with('_')) topic.pop_back();
    return topic.size() <= index::kWordBytesMax ? topic : std::string();
  }

  void track() {
    const std::string name = text("event");
    if (name.empty()) {
      refuse("bad_event", "is missing: what happened?", "/event");
      return;
    }
    index::wire::EntryT& entry = begin_entry(Kind::interaction);
    entry.subject = name;
    entry.topic = topic_of(name);
    finish_entry(entry);
  }

  void visit() {
    index::wire::EntryT& entry = begin_entry(Kind::visit);
    const std::string category = text("category");
    entry.subject = text("name");
    if (entry.subject.empty()) entry.subject = category;
    entry.topic = topic_of(category);
    const auto properties = object("properties");
    const auto context = object("context");
    const auto page = context ? context->find("page") : std::nullopt;
    if (properties) entry.url = text_member(*properties, "url");
    if (entry.url.empty() && page) entry.url = text_member(*page, "url");
    if (entry.subject.empty() && properties) entry.subject = text_member(*properties, "title");
    if (entry.url.size() > 4 * index::kWordBytesMax) entry.url.clear();  // stays an attribute
    finish_entry(entry);
  }

  // Identities in the traits count when they have a normal form; otherwise they stay attributes.
  bool promote(const char* type, const std::string& value, index::EventDraft& draft) const {
    const std::string identity = std::string(type) + ":" + value;
    if (value.empty() || ask_.normaliser == nullptr || !ask_.normaliser->normalise(identity))
      return false;
    draft.customer.push_back(identity);
    return true;
  }

  static void set_name(JsonValue traits, index::wire::ProfileT& profile) {
    profile.name = text_member(traits, "name");
    if (!profile.name.empty()) return;
    const std::string first = text_member(traits, "firstName");
    const std::string last = text_member(traits, "lastName");
    profile.name = first + (first.empty() || last.empty() ? "" : " ") + last;
  }

  void read_traits(JsonValue traits, index::EventDraft& draft) const {
    index::wire::ProfileT& profile = *draft.profile;
    set_name(traits, profile);
    Attributes attributes;
    for (const index::JsonMember member : traits.members()) {
      const std::string value = text_member(traits, member.name);
      if (member.name == "name" && !value.empty()) continue;
      if ((member.name == "email" || member.name == "phone") &&
          promote(member.name == "email" ? "email" : "phone", value, draft))
        continue;
      if (member.name == "language" && !value.empty()) {
        profile.language = value;
        continue;
      }
      if (member.name == "createdAt")
        if (const auto since = index::parse_rfc3339(value)) {
          profile.since = since->ms;
          continue;
        }
      attributes.add(std::string(member.name), member.value);
    }
    attributes.finish(profile.attributes, &profile.cleared_attributes);
  }

  void identify() {
    index::EventDraft& draft = begin(EventType::profile);
    name_customer(draft);
    draft.profile = std::make_unique<index::wire::ProfileT>();
    const auto context = object("context");
    auto traits = object("traits");
    if (!traits && context)
      if (const auto there = context->find("traits"); there && there->is(JsonType::object))
        traits = there;
    if (traits) read_traits(*traits, draft);
    if (!context) return;
    if (draft.profile->language.empty()) draft.profile->language = text_member(*context, "locale");
    draft.profile->time_zone = text_member(*context, "timezone");
  }

  // What is said of the group itself belongs to the account, not to this member.
  void group() {
    const std::string key = text("groupId");
    if (key.empty()) {
      refuse("bad_event", "is missing: which group?", "/groupId");
      return;
    }
    index::EventDraft& draft = begin(EventType::membership);
    name_customer(draft);
    draft.membership = std::make_unique<index::wire::MembershipT>();
    draft.membership->account = key;
    const auto traits = object("traits");
    if (!traits || traits->size() == 0) return;
    draft.membership->account_name = text_member(*traits, "name");
    if (traits->size() == 1 && !draft.membership->account_name.empty()) return;
    index::EventDraft& account = begin(EventType::profile);
    account.id += "#account";
    account.customer.push_back("account:" + key);
    account.profile = std::make_unique<index::wire::ProfileT>();
    account.profile->name = text_member(*traits, "name");
    Attributes attributes;
    for (const index::JsonMember member : traits->members())
      if (member.name != "name") attributes.add(std::string(member.name), member.value);
    attributes.finish(account.profile->attributes, &account.profile->cleared_attributes);
  }

  // Joins a stranger to somebody known. Two known customers are joined by nobody's alias.
  void alias() {
    const std::string previous = text("previousId");
    if (previous.empty() || user_.empty()) {
      const char* const missing = previous.empty() ? "previousId" : "userId";
      refuse("bad_event", "is missing: alias says who (userId) was who (previousId)",
             std::string("/") + missing);
      return;
    }
    const std::string user = ask_.user_type + ":" + user_;
    const std::string anonymous = ask_.anonymous_type + ":" + previous;
    if (ask_.known != nullptr) {
      if (ask_.known->is_known(ask_.user_type + ":" + previous) ||
          !ask_.known->claim(anonymous, user)) {
        refuse("not_anonymous",
               "is a user known by now: alias joins only an anonymous id to a user. Send a merge "
               "event with a token that has the scope merge",
               "/previousId");
        return;
      }
    }
    index::EventDraft& draft = begin(EventType::identity);
    draft.customer = {user, anonymous};
  }

  const SegmentMessage& message_;
  const IntakeAsk& ask_;
  IntakeItem& item_;
  std::string user_, anonymous_;
  std::int64_t original_ms_ = 0, sent_ms_ = 0, at_ms_ = 0;
  index::Hash128 content_;
};

}  // namespace

void map_segment(const SegmentMessage& message, const IntakeAsk& ask, IntakeItem& item) {
  Mapping(message, ask, item).run();
}

}  // namespace concord::server

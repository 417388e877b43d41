#include "server/kept_decision.h"

#include "index/base/buffer.h"
#include "index/base/hash.h"
#include "index/base/json_reader.h"
#include "index/base/json_writer.h"
#include "index/base/time.h"
#include "server/base64.h"
#include "server/inflate.h"

namespace concord::server {
namespace {

using index::Code;
using index::fail;

constexpr std::uint64_t kFormat = 1;
constexpr std::size_t kUnpackedBytesMax = 64UL * 1024 * 1024;
constexpr std::string_view kIdBegin = "d_";

std::string packed(std::string_view bytes) { return encode_base64(deflated(bytes)); }

/// Reads members of the kept object; the first one that is missing or wrong is remembered.
class Members {
 public:
  explicit Members(index::JsonValue object) : object_(object) {}

  std::string text(std::string_view name) {
    const auto value = object_.find(name);
    const auto text = value ? value->as_string() : std::nullopt;
    if (!text) wrong(name);
    return text ? std::string(*text) : std::string();
  }
  std::string optional_text(std::string_view name) {
    return object_.find(name) ? text(name) : std::string();
  }
  std::uint64_t number(std::string_view name) {
    const auto value = object_.find(name);
    const auto number = value ? value->as_uint64() : std::nullopt;
    if (!number) wrong(name);
    return number.value_or(0);
  }
  index::UnixMillis time(std::string_view name) {
    const auto time = index::parse_rfc3339(text(name));
    if (!time) wrong(name);
    return time.value_or(index::UnixMillis{});
  }
  index::Hash128 hash(std::string_view name) {
    const std::string hex = text(name);
    index::Hash128 out;
    bool good = hex.size() == 32;
    for (std::size_t i = 0; good && i < hex.size(); ++i) {
      const std::size_t digit = std::string_view("0123456789abcdef").find(hex[i]);
      good = digit != std::string_view::npos;
      std::uint64_t& half = i < 16 ? out.high : out.low;
      half = half << 4 | (digit & 15U);
    }
    if (!good || to_hex(out) != hex) wrong(name);
    return out;
  }
  std::string unpacked(std::string_view name) {
    InflateLimits limits;
    limits.bytes_max = kUnpackedBytesMax;
    limits.ratio_max = 2'000;
    const auto bytes = decode_base64(text(name));
    index::Buffer out;
    if (!bytes || !append_inflated(*bytes, ContentCoding::deflate, limits, out)) wrong(name);
    return std::string(out.view());
  }
  void wrong(std::string_view name) {
    if (wrong_.empty()) wrong_ = name;
  }
  [[nodiscard]] index::Result<void> done() const {
    if (wrong_.empty()) return {};
    return fail(Code::damaged, "a kept decision does not read back", "/" + wrong_);
  }
  [[nodiscard]] std::optional<index::JsonValue> find(std::string_view name) const {
    return object_.find(name);
  }

 private:
  index::JsonValue object_;
  std::string wrong_;
};

void read_head(Members& in, KeptDecision& out) {
  out.id = in.text("decision_id");
  const auto customer = index::parse_customer_id(in.text("customer_id"));
  if (!customer) in.wrong("customer_id");
  out.customer = customer.value_or(index::CustomerId{});
  out.at = in.time("at");
  out.client = in.optional_text("client");
  out.by = in.optional_text("by");
  out.department = in.optional_text("department");
  out.policy_version = in.text("policy_version");
  out.as_of = in.time("as_of");
  const auto direction = index::from_word<index::Direction>(in.text("direction"));
  if (!direction || *direction == index::Direction::none) in.wrong("direction");
  out.direction = direction.value_or(index::Direction::outbound);
  out.intent = in.optional_text("intent");
  out.channel = in.optional_text("channel");
  out.limit = static_cast<std::uint32_t>(in.number("limit"));
  out.explain = static_cast<std::uint32_t>(in.number("explain"));
  out.request = in.hash("request");
  out.whole = in.hash("whole");
  if (const auto claim = in.find("claim")) {
    Members of_claim(*claim);
    out.claim =
        ClaimTerms{of_claim.text("topic"), of_claim.text("holder"), of_claim.time("until").ms};
    if (!of_claim.done()) in.wrong("claim");
  }
}

index::Result<KeptDecision> decode(std::string_view payload, bool with_packed) {
  index::JsonReader reader;
  const auto parsed = reader.parse(payload);
  if (!parsed || !parsed->is(index::JsonType::object))
    return fail(Code::damaged, "a kept decision is not a JSON object");
  Members in(*parsed);
  if (in.number("format") != kFormat)
    return fail(Code::unsupported, "a decision kept by another version of concord", "/format");
  KeptDecision out;
  read_head(in, out);
  if (with_packed) {
    out.answer = in.unpacked("answer");
    out.inputs = in.unpacked("inputs");
  }
  if (auto done = in.done(); !done) return fail(done.error());
  return out;
}

}  // namespace

void optional_member(index::JsonWriter& out, std::string_view name, std::string_view text) {
  if (!text.empty()) out.key(name).string(text);
}

scoring::DecisionQuestion KeptDecision::question() const {
  scoring::DecisionQuestion question;
  question.as_of = as_of;
  question.direction = direction;
  question.intent = intent;
  question.channel = channel;
  question.limit = limit;
  question.explain = explain;
  return question;
}

std::string KeptDecision::answer_hash() const { return to_hex(index::blake2b_128(answer)); }

std::string decision_id(std::string_view client, index::CustomerId customer, std::string_view key) {
  std::string name = std::to_string(client.size()) + ":";
  name.append(client).append(to_string(customer)).append(key);
  return std::string(kIdBegin) + to_hex(index::blake2b_128(name));
}

std::string random_decision_id() { return std::string(kIdBegin) + to_hex(index::random_128()); }

bool is_decision_id(std::string_view text) {
  return text.size() == kDecisionIdChars && text.starts_with(kIdBegin) &&
         text.substr(2).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string encode_decision(const KeptDecision& decision) {
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  out.begin_object();
  out.key("format").unsigned_integer(kFormat);
  out.key("decision_id").string(decision.id);
  out.key("customer_id").id(decision.customer);
  out.key("at").time(decision.at);
  optional_member(out, "client", decision.client);
  optional_member(out, "by", decision.by);
  optional_member(out, "department", decision.department);
  out.key("policy_version").string(decision.policy_version);
  out.key("as_of").time(decision.as_of);
  out.key("direction").string(word(decision.direction));
  optional_member(out, "intent", decision.intent);
  optional_member(out, "channel", decision.channel);
  out.key("limit").unsigned_integer(decision.limit);
  out.key("explain").unsigned_integer(decision.explain);
  if (decision.claim) {
    out.key("claim").begin_object();
    out.key("topic").string(decision.claim->topic);
    out.key("holder").string(decision.claim->holder);
    out.key("until").time(index::UnixMillis{decision.claim->until_ms});
    out.end_object();
  }
  out.key("request").string(to_hex(decision.request));
  out.key("whole").string(to_hex(decision.whole));
  out.key("answer").string(packed(decision.answer));
  out.key("inputs").string(packed(decision.inputs));
  out.end_object();
  return std::string(buffer.view());
}

index::Result<KeptDecision> decode_decision(std::string_view payload) {
  return decode(payload, true);
}
index::Result<KeptDecision> decode_decision_head(std::string_view payload) {
  return decode(payload, false);
}

std::string explain_words(std::uint32_t explain) {
  std::string out;
  const auto add = [&](std::uint32_t bit, std::string_view word) {
    if ((explain & bit) == 0) return;
    if (!out.empty()) out.push_back(',');
    out += word;
  };
  add(scoring::kExplainDropped, "dropped");
  add(scoring::kExplainScores, "scores");
  add(scoring::kExplainSensitivity, "sensitivity");
  return out;
}

}  // namespace concord::server

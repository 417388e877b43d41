#include "server/replay.h"

#include <algorithm>

#include "index/base/buffer.h"
#include "index/base/hash.h"
#include "index/base/json_reader.h"
#include "scoring/capture.h"

namespace concord::server {
namespace {

using index::JsonType;
using index::JsonValue;

std::string text_of(JsonValue value) {
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  append_json(out, value);
  return std::string(buffer.view());
}

class Comparing {
 public:
  explicit Comparing(std::vector<ReplayDifference>& out) : out_(out) {}

  void compare(const std::string& pointer, JsonValue stored, JsonValue replayed) {
    if (stored.type() != replayed.type()) return differ(pointer, stored, replayed);
    if (stored.is(JsonType::object)) return compare_members(pointer, stored, replayed);
    if (stored.is(JsonType::array)) return compare_elements(pointer, stored, replayed);
    if (text_of(stored) != text_of(replayed)) differ(pointer, stored, replayed);
  }

 private:
  using MaybeValue = std::optional<JsonValue>;

  void compare_members(const std::string& pointer, JsonValue stored, JsonValue replayed) {
    for (const index::JsonMember member : stored.members()) {
      const MaybeValue other = replayed.find(member.name);
      const std::string place = index::json_pointer(pointer, member.name);
      if (other)
        compare(place, member.value, *other);
      else
        differ(place, member.value, {});
    }
    for (const index::JsonMember member : replayed.members())
      if (!stored.find(member.name))
        differ(index::json_pointer(pointer, member.name), {}, member.value);
  }

  void compare_elements(const std::string& pointer, JsonValue stored, JsonValue replayed) {
    std::vector<JsonValue> others;
    for (const JsonValue one : replayed.elements()) others.push_back(one);
    std::size_t place = 0;
    for (const JsonValue one : stored.elements()) {
      const std::string where = index::json_pointer(pointer, place);
      if (place < others.size())
        compare(where, one, others[place]);
      else
        differ(where, one, {});
      ++place;
    }
    for (; place < others.size(); ++place)
      differ(index::json_pointer(pointer, place), {}, others[place]);
  }

  void differ(const std::string& pointer, MaybeValue stored, MaybeValue replayed) {
    if (out_.size() == kDifferencesMax) return;
    out_.push_back({pointer,
                    stored ? text_of(*stored) : std::string(),
                    replayed ? text_of(*replayed) : std::string(),
                    {}});
  }

  std::vector<ReplayDifference>& out_;
};

Replay cannot(std::string pointer, const index::Error& error) {
  Replay out;
  out.differences.push_back({std::move(pointer), {}, {}, error.text()});
  return out;
}

}  // namespace

std::vector<ReplayDifference> differences_of(std::string_view stored, std::string_view replayed) {
  std::vector<ReplayDifference> out;
  index::JsonReader reader_of_stored;
  index::JsonReader reader_of_replayed;
  const auto one = reader_of_stored.parse(stored);
  const auto other = reader_of_replayed.parse(replayed);
  if (one && other) Comparing(out).compare({}, *one, *other);
  if (out.empty() && stored != replayed)
    out.push_back({{}, {}, {}, "the two say the same in other bytes, or one is not JSON"});
  return out;
}

Replay Replayer::replay(const KeptDecision& decision) {
  const auto policy = policies_.find(decision.policy_version);
  if (!policy) return cannot("/policy_version", policy.error());
  const auto inputs = scoring::Captured::open(decision.inputs);
  if (!inputs) return cannot({}, inputs.error());
  const scoring::DecisionQuestion question = decision.question();
  if (!question.channel.empty() && !(*policy)->has_channel(question.channel))
    return cannot(
        {}, {index::Code::damaged, "asks for a channel that the policy does not know", "channel"});
  scoring::decide(**policy, inputs->customer(), question, scratch_, decision_);
  index::Buffer answer;
  index::JsonWriter out(answer);
  scoring::write_decision(out, **policy, decision_, question, decision.explain);
  Replay replay;
  replay.differences = differences_of(decision.answer, answer.view());
  const index::Hash128 whole = scoring::decision_hash(**policy, decision_, question);
  if (replay.differences.empty() && whole != decision.whole)
    replay.differences.push_back({{},
                                  "\"" + to_hex(decision.whole) + "\"",
                                  "\"" + to_hex(whole) + "\"",
                                  "what is shown is equal; what was not shown is not: hashes"});
  replay.equal = replay.differences.empty();
  return replay;
}

void write_replay(index::JsonWriter& out, const Replay& replay) {
  out.begin_object();
  out.key("equal").boolean(replay.equal);
  out.key("differences").begin_array();
  for (const ReplayDifference& one : replay.differences) {
    out.begin_object();
    out.key("pointer").string(one.pointer);
    if (!one.stored.empty()) out.key("stored").raw(one.stored);
    if (!one.replayed.empty()) out.key("replayed").raw(one.replayed);
    if (!one.because.empty()) out.key("because").string(one.because);
    out.end_object();
  }
  out.end_array();
  out.end_object();
}

}  // namespace concord::server

#include "scoring/loading.h"

#include <algorithm>

#include "index/base/buffer.h"
#include "index/base/json_writer.h"

namespace concord::scoring {
namespace {

/// No operator inside by which a part alone could decide.
bool is_one_piece(std::string_view text) {
  for (const std::string_view joint : {"&&", "||", "?", "!", ".exists", ".all", "//", "\n"})
    if (text.find(joint) != std::string_view::npos) return false;
  return text.front() != '(' && text.front() != ' ' && text.back() != ' ';
}

std::uint32_t compile(Loading& loading, const std::string& text, const std::string& place,
                      bool of_treatment = false) {
  std::vector<Condition>& conditions = loading.data.conditions;
  for (std::size_t i = 0; i < conditions.size(); ++i)
    if (conditions[i].text == text && conditions[i].of_treatment == of_treatment)
      return static_cast<std::uint32_t>(i);
  cel::Options options;
  options.wanted = cel::TypeKind::boolean;
  options.place = place;
  auto program = cel::Program::compile(
      text, of_treatment ? loading.data.treatment_environment : loading.data.environment, options);
  if (!program.has_value()) {
    loading.problems.add(std::move(program.error()));
    return kNone;
  }
  for (const std::string& read : program->reads())
    if (read == "entries" || read.starts_with("entries.")) loading.data.reads_entries = true;
  const PolicyData& data = loading.data;
  ConditionTree tree;
  if (!of_treatment)
    tree = take_apart(text, data.environment, data.feature_type, loading.data.parts);
  conditions.push_back(
      Condition{text, std::move(*program), of_treatment, is_one_piece(text), std::move(tree)});
  return static_cast<std::uint32_t>(conditions.size() - 1);
}

std::vector<std::string_view> views(std::span<const std::string> texts) {
  return {texts.begin(), texts.end()};
}

void add_literal(std::vector<TextPiece>& pieces, std::string_view text) {
  if (text.empty()) return;
  index::Buffer escaped;
  index::append_json_string(escaped, text);
  const std::string_view inside = escaped.view().substr(1, escaped.size() - 2);
  pieces.push_back({TextPiece::What::literal, std::string(inside)});
}

/// What stands at the start of `text`: its kind and length; length 0: nothing special.
struct Mark {
  TextPiece::What what = TextPiece::What::literal;
  std::size_t length = 0;
};
Mark mark_at(std::string_view text) {
  using What = TextPiece::What;
  constexpr std::pair<std::string_view, What> kMarks[] = {{"{key}", What::key},
                                                          {"{department}", What::department},
                                                          {"{date}", What::date},
                                                          {"[[", What::begin_optional},
                                                          {"]]", What::end_optional}};
  for (const auto& [mark, what] : kMarks)
    if (text.starts_with(mark)) return {what, mark.size()};
  return {};
}

}  // namespace

void check_known(TableReader& reader, std::string_view key, std::string_view word,
                 std::string_view what, std::span<const std::string> known) {
  if (std::find(known.begin(), known.end(), word) != known.end()) return;
  reader.problem(key, "names no " + std::string(what) + ": '" + std::string(word) + "'" +
                          did_you_mean(word, views(known)));
}

std::uint32_t find_channel(const PolicyData& data, std::string_view id) {
  for (std::size_t i = 0; i < data.channels.size(); ++i)
    if (data.channels[i].id == id) return static_cast<std::uint32_t>(i);
  return kNone;
}

std::uint64_t read_channels(Loading& loading, TableReader& reader, std::string_view key) {
  std::vector<std::string> known;
  for (const Channel& channel : loading.data.channels) known.push_back(channel.id);
  std::uint64_t bits = 0;
  for (const std::string& id : reader.texts(key)) {
    const std::uint32_t channel = find_channel(loading.data, id);
    if (channel == kNone)
      check_known(reader, key, id, "channel", known);
    else
      bits |= 1ULL << channel;
  }
  return bits;
}

Filter read_filter(Loading& loading, const TomlNode& table, const std::string& what,
                   TableReader& parent) {
  TableReader in(table, what, parent.file(), loading.problems);
  Filter out;
  out.kinds = in.bits<index::Kind>("kind");
  out.states = in.bits<index::StateType>("state");
  out.troubles = in.bits<index::Trouble>("trouble");
  out.directions = in.bits<index::Direction>("direction");
  out.purposes = in.bits<index::Purpose>("purpose");
  out.open = in.tri("open");
  out.overdue = in.tri("overdue");
  out.requested = in.tri("requested");
  out.is_public = in.tri("public");
  out.priority_max = static_cast<std::uint8_t>(in.integer("priority_max", 0, 1, 255));
  out.younger_than_ms = in.duration_ms("younger_than");
  out.sure = in.flag("sure", false);
  out.due_within_ms = in.duration_ms("due_within");
  out.closed_within_ms = in.duration_ms("closed_within");
  out.departments = in.texts("department");
  for (const std::string& department : out.departments)
    check_known(in, "department", department, "department", loading.data.departments);
  out.sources = in.texts("source");
  out.channels = in.texts("channel");
  out.topics = in.texts("topic");
  out.reasons = in.texts("reason");
  out.statuses = in.texts("status");
  out.brands = in.texts("brand");
  out.attribute = in.text("attribute");
  out.attribute_values = in.texts("values");
  if (out.attribute.empty() && !out.attribute_values.empty())
    in.problem("values", "needs an 'attribute'");
  in.finish();
  return out;
}

std::uint32_t read_condition(Loading& loading, TableReader& reader, std::string_view key) {
  const std::string text = reader.text(key);
  return text.empty() ? kNone : compile(loading, text, reader.place_of_key(key));
}

std::uint32_t read_treatment_condition(Loading& loading, TableReader& reader,
                                       std::string_view key) {
  const std::string text = reader.text(key);
  return text.empty() ? kNone : compile(loading, text, reader.place_of_key(key), true);
}

std::vector<std::uint32_t> read_conditions(Loading& loading, TableReader& reader,
                                           std::string_view key) {
  std::vector<std::uint32_t> out;
  const TomlNode* node = reader.take(key);
  for (const std::string& text : reader.texts(key)) {
    const bool array = node->type == TomlNode::Type::array;
    const std::string place =
        array ? reader.place_of(node->elements[out.size()].line) : reader.place_of_key(key);
    out.push_back(compile(loading, text, place));
  }
  return out;
}

Engagement read_engagement(Loading& loading, TableReader& reader) {
  Engagement out;
  out.eligibility = read_conditions(loading, reader, "eligibility");
  out.applicability = read_conditions(loading, reader, "applicability");
  out.suitability = read_conditions(loading, reader, "suitability");
  return out;
}

std::vector<TextPiece> read_wording(std::string_view text, const std::string& place,
                                    Problems& problems) {
  std::vector<TextPiece> pieces;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Mark mark = mark_at(text.substr(at));
    if (mark.length == 0) {
      if (text[at] == '{' || text[at] == '}')
        problems.add(place, "text: '{' and '}' stand only in {key}, {department} and {date}");
      ++at;
      continue;
    }
    add_literal(pieces, text.substr(begin, at - begin));
    pieces.push_back({mark.what, {}});
    depth += mark.what == TextPiece::What::begin_optional ? 1 : 0;
    depth -= mark.what == TextPiece::What::end_optional ? 1 : 0;
    if (depth < 0 || depth > 1) break;
    begin = at += mark.length;
  }
  if (depth != 0)
    problems.add(place, "text: '[[' and ']]' must come in pairs, none inside another");
  add_literal(pieces, text.substr(begin));
  return pieces;
}

}  // namespace concord::scoring

// actions/*.toml: issues, groups, actions and their treatments.
#include <algorithm>

#include "scoring/loading.h"

namespace concord::scoring {
namespace {

constexpr std::int64_t kMicro = 1'000'000;
constexpr std::int64_t kLeverMax = 1'000 * kMicro;

bool is_path(std::string_view id, int slashes) {
  bool good = !id.empty() && id.front() != '/' && id.back() != '/' &&
              id.find("//") == std::string_view::npos &&
              std::count(id.begin(), id.end(), '/') == slashes;
  for (const char c : id)
    good = good && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '/');
  return good;
}

template <typename T>
std::uint32_t find_id(const std::vector<T>& list, std::string_view id) {
  for (std::size_t i = 0; i < list.size(); ++i)
    if (list[i].id == id) return static_cast<std::uint32_t>(i);
  return kNone;
}

/// The place of what `id` lies in ("service/case" for "service/case/answer"); 0 and a problem when
/// it is not declared.
template <typename T>
std::uint32_t parent_of(TableReader& in, std::string_view id, std::string_view what,
                        const std::vector<T>& list) {
  const std::string_view parent = id.substr(0, id.rfind('/'));
  const std::uint32_t found = find_id(list, parent);
  if (found != kNone) return found;
  std::vector<std::string> known;
  for (const T& one : list) known.push_back(one.id);
  check_known(in, "id", parent, what, known);
  return 0;
}

class Catalogue {
 public:
  explicit Catalogue(Loading& loading) : loading_(loading), data_(loading.data) {}
  void read_issues(TableReader& root);
  void read_groups(TableReader& root);
  void read_actions(TableReader& root);

 private:
  void read_action(TableReader& in);
  void read_worth(TableReader& in, Action& action);
  void read_when(TableReader& in, Action& action);
  void read_links(TableReader& in, Action& action);
  void read_treatments(TableReader& in, Action& action);
  void read_treatment(TableReader& in, Action& action);
  std::uint32_t read_channel(TableReader& in);
  void read_gates(const Engagement& own, Action& action);
  std::uint32_t topic_number(const std::string& topic);

  Loading& loading_;
  PolicyData& data_;
};

void Catalogue::read_issues(TableReader& root) {
  for (const TomlNode* table : root.tables("issue")) {
    TableReader in(*table, "issue", root.file(), loading_.problems);
    Issue issue;
    issue.id = in.required_text("id");
    if (!is_path(issue.id, 0)) in.problem("id", "must be one lower-case word");
    if (find_id(data_.issues, issue.id) != kNone) in.problem("id", "is given twice");
    issue.title = in.required_text("title");
    issue.lever_add_micro = in.integer("lever_add_micro", 0, -kMicro, kLeverMax);
    issue.engagement = read_engagement(loading_, in);
    in.finish();
    data_.issues.push_back(std::move(issue));
  }
}

void Catalogue::read_groups(TableReader& root) {
  for (const TomlNode* table : root.tables("group")) {
    TableReader in(*table, "group", root.file(), loading_.problems);
    Group group;
    group.id = in.required_text("id");
    if (!is_path(group.id, 1)) in.problem("id", "must be 'issue/group' in lower case");
    if (find_id(data_.groups, group.id) != kNone) in.problem("id", "is given twice");
    group.issue = parent_of(in, group.id, "issue", data_.issues);
    group.title = in.required_text("title");
    group.lever_add_micro = in.integer("lever_add_micro", 0, -kMicro, kLeverMax);
    group.engagement = read_engagement(loading_, in);
    in.finish();
    data_.groups.push_back(std::move(group));
  }
}

void Catalogue::read_actions(TableReader& root) {
  for (const TomlNode* table : root.tables("action")) {
    TableReader naming(*table, "action", root.file(), loading_.problems);
    TableReader in(*table, "action '" + naming.text("id") + "'", root.file(), loading_.problems);
    read_action(in);
  }
}

void Catalogue::read_action(TableReader& in) {
  Action action;
  action.id = in.required_text("id");
  if (!is_path(action.id, 2)) {
    in.problem("id", "must be 'issue/group/action' in lower case");
    return;
  }
  if (find_id(data_.actions, action.id) != kNone) in.problem("id", "is given twice");
  action.group = parent_of(in, action.id, "group", data_.groups);
  action.issue = action.group < data_.groups.size() ? data_.groups[action.group].issue : 0;
  action.title = in.required_text("title");
  action.department = in.required_text("department");
  if (!action.department.empty())
    check_known(in, "department", action.department, "department", data_.departments);
  while (action.department_number < data_.departments.size() &&
         data_.departments[action.department_number] != action.department)
    ++action.department_number;
  if (in.take("purpose") == nullptr) in.problem("purpose", "is missing");
  action.purpose =
      static_cast<index::Purpose>(in.choice("purpose", index::words<index::Purpose>(), 0));
  if (action.purpose == index::Purpose::none && in.text("purpose") == "none")
    in.problem("purpose", "must be one of service, transactional, legal, sales, marketing");
  read_worth(in, action);
  read_when(in, action);
  read_links(in, action);
  read_treatments(in, action);
  const Engagement own = read_engagement(loading_, in);
  in.finish();
  if (action.group >= data_.groups.size() || action.issue >= data_.issues.size()) return;
  read_gates(own, action);
  data_.actions.push_back(std::move(action));
}

void Catalogue::read_worth(TableReader& in, Action& action) {
  action.mandatory = in.flag("mandatory", false);
  action.stale_task = in.flag("stale_task", false);
  if (!action.mandatory && !action.stale_task && in.take("value_minor") == nullptr)
    in.problem("value_minor", "is missing: an action that is not mandatory states its value");
  action.value_minor = in.integer("value_minor", 1);
  action.propensity_micro = in.integer("propensity_micro", kMicro, 0, kMicro);
  action.propensity_min_micro = in.integer("propensity_min_micro", 0, 0, kMicro);
  action.lever_add_micro = in.integer("lever_add_micro", 0, -kMicro, kLeverMax);
  const std::string model = in.text("model");
  if (!model.empty()) {
    std::vector<std::string> known;
    for (std::size_t i = 0; i < data_.models.size(); ++i) {
      if (data_.models[i].name == model) action.model = static_cast<std::uint32_t>(i);
      known.push_back(data_.models[i].name);
    }
    check_known(in, "model", model, "model", known);
    if (in.take("propensity_micro") != nullptr)
      in.problem("model", "and 'propensity_micro' are both given");
  }
  for (const TomlNode* table : in.tables("context")) {
    TableReader weight(*table, in.what() + ", context", in.file(), loading_.problems);
    if (weight.take("when") == nullptr) weight.problem("when", "is missing");
    action.context.push_back({read_condition(loading_, weight, "when"),
                              weight.integer("add_micro", 0, -kMicro, kLeverMax)});
    weight.finish();
  }
}

void Catalogue::read_when(TableReader& in, Action& action) {
  action.enabled = in.flag("enabled", true);
  action.care = in.flag("care", false);
  action.asked_only = in.flag("asked_only", false);
  action.grants = in.flag("grants", false);
  action.directions = in.bits<index::Direction>("direction");
  action.from_ms = in.time_ms("from");
  action.to_ms = in.time_ms("to");
  if (action.from_ms != index::kNoTime && action.to_ms != index::kNoTime &&
      action.from_ms >= action.to_ms)
    in.problem("to", "is not after 'from'");
  if (action.care && data_.care_floor.silence_ms == 0)
    in.problem("care", "needs a [care_floor] in company.toml");
  action.brand = in.text("brand");
  if (!action.brand.empty()) check_known(in, "brand", action.brand, "brand", data_.brands);
  action.brand_number = brand_number(data_, action.brand);
  action.product = in.text("product");
}

void Catalogue::read_links(TableReader& in, Action& action) {
  action.answers = in.texts("answers");
  if (action.asked_only && action.answers.empty()) in.problem("asked_only", "needs 'answers'");
  for (const std::string& topic : in.texts("topics")) action.topics.push_back(topic_number(topic));
  action.topics.push_back(topic_number(action.id));  // what an outcome says it is of
  std::vector<std::string> rules;
  for (const BlockRule& rule : data_.rules) rules.push_back(rule.name);
  for (const std::string& name : in.texts("acknowledges")) {
    const auto found = std::find(rules.begin(), rules.end(), name);
    if (found == rules.end())
      check_known(in, "acknowledges", name, "block rule", rules);
    else
      action.acknowledges |= 1ULL << static_cast<unsigned>(found - rules.begin());
  }
  const std::string about = in.text("about");
  if (about.empty()) return;
  std::vector<std::string> features;
  for (std::size_t i = 0; i < data_.features.size(); ++i) {
    if (data_.features[i].name == about) action.about = static_cast<std::uint32_t>(i);
    features.push_back(data_.features[i].name);
  }
  check_known(in, "about", about, "feature", features);
}

std::uint32_t Catalogue::topic_number(const std::string& topic) {
  const auto found = std::find(data_.topics.begin(), data_.topics.end(), topic);
  const auto number = static_cast<std::uint32_t>(found - data_.topics.begin());
  if (found == data_.topics.end()) data_.topics.push_back(topic);
  return number;
}

std::uint32_t Catalogue::read_channel(TableReader& in) {
  const std::string channel = in.required_text("channel");
  const std::uint32_t number = find_channel(data_, channel);
  if (number == kNone && !channel.empty()) {
    std::vector<std::string> known;
    for (const Channel& other : data_.channels) known.push_back(other.id);
    check_known(in, "channel", channel, "channel", known);
  }
  return number;
}

void Catalogue::read_treatment(TableReader& in, Action& action) {
  const std::uint32_t channel = read_channel(in);
  if (action.stale_task && channel != kNone && !data_.channels[channel].internal)
    in.problem("channel", "must be internal: a stale task is the work of colleagues");
  const std::string brand = in.text("brand");
  if (!brand.empty()) check_known(in, "brand", brand, "brand", data_.brands);
  if (!brand.empty() && brand != action.brand)
    in.problem("brand", "is not the action's: this wording would never be used");
  const std::string id = in.text("id", in.text("channel"));
  const std::uint32_t when = read_treatment_condition(loading_, in, "when");
  if (in.take("text") == nullptr) in.problem("text", "is missing");
  for (const TomlMember& member : in.pairs("text")) {
    if (member.value.type != TomlNode::Type::string || member.name.size() != 2) {
      in.problem("text", "gives a string for each language: text = { en = \"…\", de = \"…\" }");
      continue;
    }
    action.treatments.push_back(
        {id + "." + member.name, channel, member.name, brand, when,
         read_wording(member.value.text, in.place_of(member.line), loading_.problems)});
  }
  in.finish();
}

void Catalogue::read_treatments(TableReader& in, Action& action) {
  for (const TomlNode* table : in.tables("treatment")) {
    TableReader one(*table, in.what() + ", treatment", in.file(), loading_.problems);
    read_treatment(one, action);
  }
  if (action.treatments.empty())
    in.problem("treatment", "is missing: an action needs a wording for one channel at least");
}

void add_gates(std::vector<Gate>& gates, const std::vector<std::uint32_t>& conditions,
               Level level) {
  for (const std::uint32_t condition : conditions) gates.push_back({condition, level});
}

void Catalogue::read_gates(const Engagement& own, Action& action) {
  const Issue& issue = data_.issues[action.issue];
  const Group& group = data_.groups[action.group];
  const std::pair<const Engagement*, Level> levels[] = {{&data_.engagement, Level::all},
                                                        {&issue.engagement, Level::issue},
                                                        {&group.engagement, Level::group},
                                                        {&own, Level::action}};
  for (const auto& [engagement, level] : levels) {
    add_gates(action.eligibility, engagement->eligibility, level);
    add_gates(action.applicability, engagement->applicability, level);
    add_gates(action.suitability, engagement->suitability, level);
  }
  action.lever_add_micro += issue.lever_add_micro + group.lever_add_micro;
}

}  // namespace

void load_catalogue(Loading& loading, std::span<const PolicyFile* const> files) {
  Catalogue catalogue(loading);
  std::vector<TableReader> roots;
  roots.reserve(files.size());
  for (const PolicyFile* file : files)
    roots.emplace_back(file->root, "actions", file->name, loading.problems);
  for (TableReader& root : roots) catalogue.read_issues(root);
  for (TableReader& root : roots) catalogue.read_groups(root);
  for (TableReader& root : roots) catalogue.read_actions(root);
  for (TableReader& root : roots) root.finish();
}

}  // namespace concord::scoring

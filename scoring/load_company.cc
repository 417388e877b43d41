// company.toml and time_zones.toml.
#include <algorithm>
#include <charconv>

#include "scoring/loading.h"

namespace concord::scoring {
namespace {

constexpr std::int64_t kMicro = 1'000'000;

/// "21:30" → 1290; a problem and 0 when it is not a time of day.
std::uint16_t read_minute(TableReader& in, std::string_view key) {
  const std::string text = in.required_text(key);
  unsigned hour = 99;
  unsigned minute = 99;
  if (text.size() == 5 && text[2] == ':') {
    std::from_chars(text.data(), text.data() + 2, hour);
    std::from_chars(text.data() + 3, text.data() + 5, minute);
  }
  if (hour < 24 && minute < 60) return static_cast<std::uint16_t>(hour * 60 + minute);
  if (!text.empty()) in.problem(key, "is not a time of day: '" + text + "' (write \"21:00\")");
  return 0;
}

std::uint32_t read_purposes(TableReader& in, std::string_view key) {
  const std::uint32_t bits = in.bits<index::Purpose>(key);
  if (bits == 0) in.problem(key, "must name at least one purpose");
  return bits;
}

void load_rates(Loading& loading, TableReader& company) {
  for (const TomlNode* table : company.tables("rate")) {
    TableReader in(*table, "rate", company.file(), loading.problems);
    const std::string currency = in.required_text("currency");
    const std::int64_t from = in.time_ms("from");
    if (from == index::kNoTime) in.problem("from", "must say from when the rate is valid");
    const std::int64_t micro = in.required_integer("micro", 1);
    std::vector<Rate>& rates = loading.data.rates[currency];
    for (const Rate& rate : rates)
      if (rate.from_ms == from) in.problem("from", "is given twice for " + currency);
    rates.push_back(Rate{from, micro});
    std::sort(rates.begin(), rates.end(),
              [](const Rate& a, const Rate& b) { return a.from_ms < b.from_ms; });
    in.finish();
  }
}

Quiet read_quiet(Loading& loading, TableReader& parent) {
  Quiet quiet;
  for (const TomlNode* table : parent.tables("quiet")) {
    TableReader in(*table, parent.what() + ", quiet", parent.file(), loading.problems);
    quiet.from = read_minute(in, "from");
    quiet.to = read_minute(in, "to");
    quiet.purposes = read_purposes(in, "purposes");
    in.finish();
  }
  return quiet;
}

void load_channels(Loading& loading, TableReader& company) {
  PolicyData& data = loading.data;
  const std::vector<const TomlNode*> tables = company.tables("channel");
  std::vector<std::string> ids;
  for (const TomlNode* table : tables) {
    TableReader in(*table, "channel", company.file(), loading.problems);
    ids.push_back(in.required_text("id"));
    if (std::count(ids.begin(), ids.end(), ids.back()) > 1) in.problem("id", "is given twice");
  }
  if (ids.empty()) company.problem("channel", "is missing: a company needs at least one");
  if (ids.size() > kChannelsMax) {
    company.problem("channel", "is given more than " + std::to_string(kChannelsMax) + " times");
    return;
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    TableReader in(*tables[i], "channel '" + ids[i] + "'", company.file(), loading.problems);
    Channel channel;
    channel.id = in.text("id");
    channel.internal = in.flag("internal", false);
    channel.identities = in.texts("identities");
    for (const std::string& other : in.texts("wording_of")) {
      const auto found = std::find(ids.begin(), ids.end(), other);
      if (found == ids.end())
        check_known(in, "wording_of", other, "channel", ids);
      else
        channel.wording_of.push_back(static_cast<std::uint32_t>(found - ids.begin()));
    }
    channel.quiet = read_quiet(loading, in);
    in.finish();
    data.channels.push_back(std::move(channel));
  }
}

void load_caps(Loading& loading, TableReader& company) {
  static constexpr std::string_view kScopes[] = {"all", "channel", "issue", "group", "action"};
  for (const TomlNode* table : company.tables("cap")) {
    TableReader in(*table, "cap", company.file(), loading.problems);
    Cap cap;
    cap.name = in.required_text("name");
    cap.scope = static_cast<Cap::Scope>(in.choice("scope", kScopes, 0));
    cap.limit = static_cast<std::uint32_t>(in.required_integer("limit", 1, 10'000));
    cap.window_ms = in.required_duration_ms("window");
    cap.purposes = read_purposes(in, "purposes");
    cap.channels = in.texts("channels");
    read_channels(loading, in, "channels");  // checks the names
    if (!cap.channels.empty() && cap.scope != Cap::Scope::channel)
      in.problem("channels", "needs scope = \"channel\"");
    in.finish();
    loading.data.caps.push_back(std::move(cap));
  }
  for (const TomlNode* table : company.tables("pause")) {
    static constexpr std::string_view kBy[] = {"action", "group"};
    TableReader in(*table, "pause", company.file(), loading.problems);
    Pause pause;
    pause.name = in.required_text("name");
    pause.after = static_cast<std::uint32_t>(in.required_integer("after", 1, 1'000));
    pause.window_ms = in.required_duration_ms("window");
    pause.pause_ms = in.required_duration_ms("pause");
    pause.purposes = read_purposes(in, "purposes");
    pause.by_group = in.choice("by", kBy, 0) == 1;
    pause.outcomes = in.texts("outcomes");
    if (pause.outcomes.empty()) pause.outcomes = loading.data.reject_words;
    pause.because = in.text("because", "the customer turned this down");
    if (pause.outcomes.empty())
      in.problem("outcomes", "is missing, and so is the company's 'reject_words'");
    in.finish();
    loading.data.pauses.push_back(std::move(pause));
  }
}

void load_limits(Loading& loading, TableReader& company) {
  static constexpr std::string_view kScopes[] = {"all", "issue", "group", "department"};
  for (const TomlNode* table : company.tables("limit")) {
    TableReader in(*table, "limit", company.file(), loading.problems);
    Limit limit;
    limit.name = in.required_text("name");
    for (const Limit& other : loading.data.limits)
      if (other.name == limit.name) in.problem("name", "is given twice");
    limit.scope = static_cast<Limit::Scope>(in.choice("scope", kScopes, 0));
    limit.at_most = static_cast<std::uint32_t>(in.required_integer("at_most", 1, 10'000));
    limit.purposes = read_purposes(in, "purposes");
    in.finish();
    loading.data.limits.push_back(std::move(limit));
  }
}

/// Languages of wordings behind the customer's own. Unless said otherwise: the company's.
void load_fallback(Loading& loading, TableReader& company) {
  std::vector<std::string>& languages = loading.data.fallback_languages;
  languages = company.texts("fallback_languages");
  for (const std::string& language : languages)
    if (language.size() != 2)
      company.problem("fallback_languages",
                      "names languages by two letters, not '" + language + "'");
  if (languages.empty()) languages = {loading.data.language};
}

void load_guards(Loading& loading, TableReader& company) {
  for (const TomlNode* table : company.tables("duplicate_topic")) {
    TableReader in(*table, "duplicate_topic", company.file(), loading.problems);
    loading.data.duplicate_topic = {in.required_duration_ms("window"),
                                    read_purposes(in, "purposes")};
    in.finish();
  }
  for (const TomlNode* table : company.tables("care_floor")) {
    TableReader in(*table, "care_floor", company.file(), loading.problems);
    loading.data.care_floor = {in.required_duration_ms("silence"),
                               in.integer("lever_add_micro", 0, 0, 1'000 * kMicro),
                               read_purposes(in, "purposes")};
    in.finish();
  }
  for (const TomlNode* table : company.tables("need")) {
    TableReader in(*table, "need", company.file(), loading.problems);
    Need need{in.required_text("name"), read_channels(loading, in, "channels"),
              read_purposes(in, "purposes")};
    if (need.channels == 0) in.problem("channels", "must name the channels that are closed");
    in.finish();
    loading.data.needs.push_back(std::move(need));
  }
}

void load_grades(Loading& loading, TableReader& company) {
  for (const TomlNode* table : company.tables("grade")) {
    TableReader in(*table, "grade", company.file(), loading.problems);
    Grade grade;
    grade.name = in.required_text("name");
    grade.limit_minor = in.required_integer("limit_minor");
    grade.currency = in.required_text("currency");
    if (grade.currency != loading.data.currency)
      in.problem("currency", "must be the company's: " + loading.data.currency);
    grade.period = in.text("period");
    grade.period_ms = in.required_duration_ms("period");
    in.finish();
    loading.data.grades.push_back(std::move(grade));
  }
}

void load_consents(Loading& loading, TableReader& company) {
  const auto purposes = index::words<index::Purpose>();
  for (std::size_t i = 1; i < purposes.size(); ++i)  // unless said otherwise: its own word
    loading.data.consent[i].consents = {std::string(purposes[i])};
  for (const TomlNode* table : company.tables("consent")) {
    TableReader in(*table, "consent", company.file(), loading.problems);
    if (in.take("purpose") == nullptr) in.problem("purpose", "is missing");
    const auto purpose = static_cast<std::size_t>(in.choice("purpose", purposes, 0));
    ConsentNeed& need = loading.data.consent[purpose];
    need.required = in.flag("required", false);
    if (auto named = in.texts("consents"); !named.empty()) need.consents = std::move(named);
    in.finish();
  }
}

void load_time_zone(Loading& loading, TableReader& company) {
  loading.data.time_zone = company.required_text("time_zone");
  if (loading.data.zones.find(loading.data.time_zone) == nullptr)
    company.problem("time_zone", "is not in time_zones.toml: '" + loading.data.time_zone + "'");
}

}  // namespace

void load_zones(Loading& loading, const PolicyFile& file) {
  static constexpr std::string_view kDaylight[] = {"none", "eu", "us"};
  TableReader root(file.root, "time_zones", file.name, loading.problems);
  for (const TomlNode* table : root.tables("zone")) {
    TableReader in(*table, "zone", file.name, loading.problems);
    Zone zone;
    zone.name = in.required_text("name");
    if (in.take("offset_minutes") == nullptr) in.problem("offset_minutes", "is missing");
    zone.offset_minutes = static_cast<std::int32_t>(in.integer("offset_minutes", 0, -900, 900));
    zone.daylight = static_cast<Daylight>(in.choice("daylight", kDaylight, 0));
    in.finish();
    if (loading.data.zones.find(zone.name) != nullptr)
      in.problem("name", "is given twice");
    else
      loading.data.zones.add(std::move(zone));
  }
  root.finish();
}

void load_company(Loading& loading, TableReader& company) {
  PolicyData& data = loading.data;
  data.currency = company.required_text("currency");
  if (data.currency.size() != 3) company.problem("currency", "must be an ISO 4217 code");
  data.clock_tick_ms = std::max<std::int64_t>(company.duration_ms("clock_tick"), 1);
  data.language = company.required_text("language");
  load_fallback(loading, company);
  load_time_zone(loading, company);
  data.departments = company.texts("departments");
  if (data.departments.empty()) company.problem("departments", "must name at least one");
  data.brands = company.texts("brands");
  data.contact_kinds = company.bits<index::Kind>("contact_kinds");
  data.reject_words = company.texts("reject_words");
  data.asked_window_ms = company.duration_ms("asked_window");
  load_rates(loading, company);
  load_channels(loading, company);
  load_caps(loading, company);
  load_limits(loading, company);
  load_guards(loading, company);
  load_grades(loading, company);
  load_consents(loading, company);
}

}  // namespace concord::scoring

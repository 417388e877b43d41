// What was refused at the door: the list, one item, and another try after something was mended.
#include <algorithm>
#include <charconv>

#include "server/routes.h"
#include "server/routes_intake.h"

namespace concord::server {
namespace {

constexpr std::uint32_t kListDefault = 50;
constexpr std::size_t kScanPage = 200;
constexpr std::size_t kScanMax = 5'000;  // looked at for one page of the list
constexpr std::size_t kRetryMax = 1'000;

bool read_id(std::string_view text, std::uint64_t& id) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, id);
  return error == std::errc() && stop == end && id > 0;
}

void write_rejection(index::JsonWriter& out, const index::Rejection& one, bool raw) {
  out.begin_object();
  out.key("id").unsigned_integer(one.id);
  out.key("at").time(index::UnixMillis{one.at_ms});
  if (!one.source.empty()) out.key("source").string(one.source);
  out.key("format").string(one.format);
  out.key("code").string(one.code);
  if (!one.place.empty()) out.key("place").string(one.place);
  out.key("reason").string(one.reason);
  out.key("bytes").unsigned_integer(one.raw.size());
  if (one.raw_cut) out.key("cut").boolean(true);
  if (raw && index::is_utf8(one.raw)) out.key("raw").string(one.raw);
  out.end_object();
}

bool fits(const index::Rejection& one, const Ask& ask) {
  return (ask.code.empty() || one.code == ask.code) &&
         (ask.since_ms == index::kNoTime || one.at_ms >= ask.since_ms);
}

/// One page of the list: newest first, ids below `before`.
struct Page {
  std::vector<index::Rejection> items;
  std::uint64_t next = 0;  // 0: the end
};

index::Result<Page> read_page(index::RejectionStore& store, const Ask& ask, std::uint64_t before,
                              std::size_t limit) {
  Page page;
  for (std::size_t seen = 0; seen < kScanMax;) {
    auto some = store.list(before, kScanPage, ask.source);
    if (!some) return index::fail(some.error());
    for (index::Rejection& one : *some) {
      if (page.items.size() == limit) {
        page.next = before;
        return page;
      }
      before = one.id;
      if (fits(one, ask)) page.items.push_back(std::move(one));
    }
    if (some->size() < kScanPage) return page;
    seen += some->size();
  }
  page.next = before;
  return page;
}

}  // namespace

index::RejectionStore* Routes::rejection_store(Call& call) {
  index::RejectionStore* const store =
      service_.desk == nullptr ? nullptr : service_.desk->live().rejections();
  if (store == nullptr) refuse_intake(call.response, index::Taken::read_only);
  return store;
}

void Routes::rejections(Call& call) {
  index::RejectionStore* const store = rejection_store(call);
  if (store == nullptr) return;
  std::uint64_t before = 0;
  if (!call.ask.cursor.empty() && !read_id(call.ask.cursor, before)) {
    Faults faults;
    faults.add("cursor", "is not of this list");
    return faults.answer(call.response, "bad_cursor");
  }
  const std::uint32_t limit = call.ask.limit == kNoLimit ? kListDefault : call.ask.limit;
  const auto page = read_page(*store, call.ask, before, limit);
  if (!page) return fill_error(call.response, page.error());
  const index::RejectionCounts counts = store->counts();
  call.response.field("Cache-Control", "no-store");
  index::JsonWriter out(call.response.body);
  out.begin_object();
  out.key("kept").unsigned_integer(counts.kept);
  out.key("total").unsigned_integer(counts.total);
  out.key("dropped").unsigned_integer(counts.dropped);
  out.key("counts").begin_array();
  for (const IntakeDesk::Refused& one : service_.desk->refused()) {
    out.begin_object();
    if (!one.source.empty()) out.key("source").string(one.source);
    out.key("code").string(one.code);
    out.key("rejected").unsigned_integer(one.items);
    out.end_object();
  }
  out.end_array();
  out.key("rejections").begin_array();
  for (const index::Rejection& one : page->items) write_rejection(out, one, who_->has("raw"));
  out.end_array();
  if (page->next != 0) out.key("next_cursor").string(std::to_string(page->next));
  out.end_object();
}

void Routes::rejection(Call& call) {
  index::RejectionStore* const store = rejection_store(call);
  if (store == nullptr) return;
  std::uint64_t id = 0;
  const bool is_id = read_id(call.request.segments[2], id);
  const auto one = is_id ? store->get(id) : index::fail(index::Code::not_found, "");
  if (!one && one.error().code == index::Code::not_found)
    return fill_problem(
        call.response,
        {404, "not_found", "No such rejection is kept; GET /v1/rejections lists those that are."});
  if (!one) return fill_error(call.response, one.error());
  call.response.field("Cache-Control", "no-store");
  index::JsonWriter out(call.response.body);
  write_rejection(out, *one, who_->has("raw"));
}

// {"ids": [7, 8]} or {"source": "shop", "code": "no_mapping"}: newest first, at most kRetryMax.
bool Routes::choose_rejections(Call& call, std::vector<index::Rejection>& chosen) {
  index::RejectionStore* const store = rejection_store(call);
  index::JsonValue body;
  if (store == nullptr || !read_body(call, body)) return false;
  Faults faults(Faults::Where::pointer);
  for (const index::JsonMember member : body.members())
    if (member.name != "ids" && member.name != "source" && member.name != "code")
      faults.add(index::json_pointer("", member.name), "is not known; known are ids, source, code");
  const auto ids = body.find("ids");
  const auto source = body.find("source");
  const auto code = body.find("code");
  if (ids ? !ids->is(index::JsonType::array) || ids->size() > kRetryMax : false)
    faults.add("/ids", "is not a list of at most " + std::to_string(kRetryMax) + " ids");
  if ((source && !source->as_string()) || (code && !code->as_string()))
    faults.add(source && !source->as_string() ? "/source" : "/code", "is not a text");
  if (ids.has_value() == (source || code))
    faults.add("/ids", "or source and code: one of the two says what to try again");
  if (!faults.empty()) {
    faults.answer(call.response, "bad_body");
    return false;
  }
  if (ids) {
    for (const index::JsonValue one : ids->elements())
      if (auto found = store->get(one.as_uint64().value_or(0))) chosen.push_back(std::move(*found));
    return true;
  }
  Ask ask;
  if (source) ask.source = *source->as_string();
  if (code) ask.code = *code->as_string();
  auto page = read_page(*store, ask, 0, kRetryMax);
  if (page) chosen = std::move(page->items);
  // With the caller's rights these might pass: they are tried again only when asked for by name.
  if (!code)
    std::erase_if(chosen, [](const index::Rejection& one) { return one.code == "not_allowed"; });
  if (!page) fill_error(call.response, page.error());
  return page.has_value();
}

void Routes::retry_rejections(Call& call) {
  if (call.request.later != nullptr) {
    if (IntakeJob* const job = finished_job(call)) answer_retry(call, *job);
    return;
  }
  if (!who_->has("write"))
    return fill_problem(
        call.response, {403, "forbidden", "Another try writes: this token lacks the scope write."});
  IntakeBody body;
  body.form = IntakeForm::retry;
  if (!choose_rejections(call, body.again)) return;
  // Oldest first, as they came.
  std::sort(body.again.begin(), body.again.end(),
            [](const index::Rejection& a, const index::Rejection& b) { return a.id < b.id; });
  begin_intake(call, std::move(body), intake_ask(call));
}

void Routes::answer_retry(Call& call, IntakeJob& job) {
  const IntakeResult& result = job.result();
  if (result.unknown > 0 || result.unlisted) {
    call.response.status = 503;
    call.response.field("Retry-After", std::to_string(kRetryAfterSeconds));
  }
  call.response.field("Cache-Control", "no-store");
  index::JsonWriter out(call.response.body);
  out.begin_object();
  out.key("retried").unsigned_integer(job.rows().size());
  out.key("rejections").begin_array();
  for (std::size_t i = 0; i < job.rows().size(); ++i) {
    const IntakeRow& row = job.rows()[i];
    out.begin_object();
    out.key("id").unsigned_integer(job.again()[i].id);
    out.key("status").string(word(row.status));
    if (row.revision != 0) out.key("revision").unsigned_integer(row.revision);
    if (row.fault) {
      out.key("error").begin_object();
      out.key("code").string(row.fault->code);
      out.key("detail").string(row.fault->detail);
      if (!row.fault->pointer.empty()) out.key("pointer").string(row.fault->pointer);
      out.end_object();
    }
    out.end_object();
  }
  out.end_array();
  out.end_object();
}

}  // namespace concord::server

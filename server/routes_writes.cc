// POST /v1/customers/{key}/{promises,facts,notes,tasks,handoffs}: one body, one answer with the
// revision that shows it. Grants are in routes_grants.cc.
#include <algorithm>
#include <array>

#include "index/base/assert.h"
#include "index/incoming.h"
#include "index/snapshot/attention.h"
#include "server/intake_rights.h"
#include "server/routes.h"
#include "server/routes_intake.h"
#include "server/write_job.h"

namespace concord::server {
namespace {

using index::EntryView;
using Status = index::EventOutcome::Status;

constexpr std::size_t kKeyBytesMax = 256;
constexpr std::size_t kMovesMax = 100;  // of one hand-off

// The client's word for this write: the field Idempotency-Key or the member `id`.
std::string_view key_of(const Call& call, const Write& write, Faults& faults) {
  const std::string_view field = call.request.idempotency_key;
  if (field.size() > kKeyBytesMax)
    faults.add("/id", "the field Idempotency-Key has more than 256 bytes");
  if (!field.empty() && !write.id.empty() && field != write.id)
    faults.add("/id", "and the field Idempotency-Key differ: send one of the two");
  return field.empty() ? std::string_view(write.id) : field;
}

// An identity by which the fold finds the customer: one of his own that joins.
std::string identity_of(const index::RecordView& record) {
  for (const index::wire::Identity* one : *record.portrait().identities())
    if (one->joins())
      return std::string(index::view_of(one->type())) + ":" +
             std::string(index::view_of(one->value()));
  CONCORD_ASSERT(false);  // nobody becomes a customer without one
  return {};
}

std::string entry_id_of(const Write& write, const std::string& key) {
  return index::entry_id(index::kOwnSource, entry_kind(write.kind), key);
}

// As it stands in a record: without quotes.
std::string escaped(std::string_view text) {
  index::Buffer out;
  index::append_json_string(out, text);
  return std::string(out.view().substr(1, out.size() - 2));
}

// Where the body says what the event says: its members are not inside another one.
index::Error in_body(index::Error error) {
  for (const std::string_view inside : {"/entry/", "/fact/", "/profile/"})
    if (error.place.starts_with(inside)) error.place.erase(0, inside.size() - 1);
  return error;
}

bool has_entry(const index::RecordView& record, const std::string& id) {
  const std::string wanted = escaped(id);
  bool found = false;
  record.each_entry([&](EntryView one) { return !(found = one.id_json() == wanted); });
  return found;
}

// Open promises and tasks of our own that go along: of the owner so far, of who hands over, of
// nobody. A hand-off that nobody has taken over is over.
std::vector<Owned> moves_of(const index::RecordView& record, index::UnixMillis now,
                            const Write& write) {
  std::vector<Owned> out;
  index::JsonReader reader;
  record.each_open(now, [&](EntryView one) {
    if (one.source() != index::kOwnSource || out.size() == kMovesMax) return;
    if (one.kind() != index::Kind::promise && one.kind() != index::Kind::task) return;
    const auto entry = reader.parse(one.json());
    CONCORD_ASSERT(entry.has_value());
    const auto text = [&](std::string_view name) {
      const auto value = entry->find(name);
      return value ? value->as_string().value_or("") : std::string_view();
    };
    const std::string_view id = text("entry");
    const std::string key(id.substr(id.find('/', id.find('/') + 1) + 1));
    const std::string_view owner = text("assignee");
    if (one.kind() == index::Kind::task && key == write.entry.key) return;  // what is written
    if (one.reason() == index::kHandoffReason)
      out.push_back({one.kind(), key, true});
    else if (owner != write.owner &&
             (owner.empty() || owner == record.owner() || owner == write.actor))
      out.push_back({one.kind(), key});
  });
  return out;
}

}  // namespace

bool Routes::read_write_ask(Call& call, WriteAsk& ask) {
  if (service_.live == nullptr) {
    refuse_intake(call.response, index::Taken::read_only);
    return false;
  }
  const std::vector<std::string> sources = sender_of(*who_).sources;
  if (!sources.empty() &&
      std::find(sources.begin(), sources.end(), index::kOwnSource) == sources.end()) {
    fill_problem(call.response,
                 {403, "forbidden",
                  "This token may write for its own sources only (POST /v1/events); an employee's "
                  "token has the scope write without source:…."});
    return false;
  }
  index::JsonValue body;
  if (!read_body(call, body)) return false;
  Faults faults(Faults::Where::pointer);
  const auto kind = write_kind(call.request.segments[3]);
  CONCORD_ASSERT(kind.has_value());
  ask.write = read_write(*kind, body, *service_.policy, who_->name, faults);
  const std::string_view key = key_of(call, ask.write, faults);
  if (!faults.empty()) {
    faults.answer(call.response, "bad_body");
    return false;
  }
  call.as_of = service_.default_as_of();
  if (!find(call, call.request.segments[2], ask.found)) return false;
  ask.identity = identity_of(ask.found.customer.record);
  index::Buffer text;
  index::JsonWriter writer(text);
  index::append_json(writer, body);
  ask.name = name_of(ask.write, who_->name, key, call.request.segments[2], text.view());
  ask.repeatable = !key.empty();
  if (call.request.later != nullptr)
    ask.name.id = static_cast<const WriteJob*>(call.request.later)->name();
  if (ask.write.kind == WriteKind::facts || ask.write.kind == WriteKind::grants) return true;
  const std::string& entry = ask.write.entry.key;
  ask.write.known =
      !entry.empty() && has_entry(ask.found.customer.record, entry_id_of(ask.write, entry));
  return true;
}

bool Routes::submit_write(Call& call, const WriteAsk& ask, std::vector<index::EventDraft> drafts,
                          unsigned attempt) {
  auto job = std::make_shared<WriteJob>(ask.name.id, attempt);
  std::vector<index::Incoming> events;
  const index::Receipt receipt{service_.base_now(), service_.skew_ms_max};
  for (index::EventDraft& draft : drafts) {
    auto made = index::make_incoming(std::move(draft), service_.engine->normaliser(), receipt);
    if (!made) {
      fill_error(call.response, in_body(made.error()));
      return false;
    }
    made->content = ask.name.content;
    events.push_back(std::move(*made));
  }
  if (const index::Taken taken = job->begin(*service_.live, std::move(events), waker_);
      taken != index::Taken::taken) {
    refuse_intake(call.response, taken);
    return false;
  }
  call.response.later = std::move(job);
  call.response.later_ms_max = kIntakeMsMax;
  return true;
}

WriteJob* Routes::finished_write(Call& call) {
  if (!call.request.later_expired) {
    auto* const job = static_cast<WriteJob*>(call.request.later);
    const auto& outcomes = job->outcomes();
    const auto bad = std::find_if(outcomes.begin(), outcomes.end(), [](const auto& one) {
      return one.status == Status::unknown || one.status == Status::rejected;
    });
    if (bad == outcomes.end()) return job;
    if (bad->status == Status::rejected) {
      fill_problem(call.response,
                   {409, "id_reused",
                    "This id (or Idempotency-Key) came before with another body or for another "
                    "customer: give each write one of its own."});
      return nullptr;
    }
  }
  call.response.field("Retry-After", std::to_string(kRetryAfterSeconds));
  fill_problem(call.response, {503, "not_acknowledged",
                               "Not known to be durable in time; send it again with the same id."});
  return nullptr;
}

void Routes::begin_write_answer(Call& call, const WriteAsk& ask, bool fresh,
                                index::EventSeq revision, index::JsonWriter& out) {
  call.response.status = fresh ? 201 : 200;
  call.response.field("Cache-Control", "no-store");
  call.response.field("Concord-Revision", std::to_string(call.pin.revision()));
  out.begin_object();
  out.key("customer_id").id(ask.found.customer.record.id());
  out.key("revision").unsigned_integer(revision);
  out.key("status").string(fresh ? "accepted" : "duplicate");
  const std::string key = ask.write.entry.key.empty() ? own_key(ask.name) : ask.write.entry.key;
  out.key("entry").string(entry_id_of(ask.write, key));
}

void Routes::answer_write(Call& call, const WriteAsk& ask, const WriteJob& job) {
  index::EventSeq revision = 0;
  for (const index::EventOutcome& one : job.outcomes()) revision = std::max(revision, one.revision);
  index::JsonWriter out(call.response.body);
  begin_write_answer(call, ask, job.outcomes().front().status == Status::accepted, revision, out);
  if (ask.write.kind == WriteKind::handoffs) {
    const std::string_view owner = ask.found.customer.record.owner();
    out.key("owner_of_record");
    owner.empty() ? out.null() : out.string(owner);
    out.key("moved").begin_array();
    for (const std::string& one : job.moved()) out.string(one);
    out.end_array();
  }
  out.end_object();
}

// Has it been written before? What it moved then may have moved on since.
bool Routes::is_repeat(Call& call, const WriteAsk& ask, bool& repeat) {
  if (!ask.repeatable) return true;
  const std::array ids{index::event_id_key(index::kOwnSource, ask.name.id)};
  const auto known = service_.live->known(ids);
  if (known)
    repeat = known->front().status != Status::unknown;
  else
    fill_error(call.response, known.error());
  return known.has_value();
}

void Routes::write(Call& call) {
  WriteAsk ask;
  WriteJob* done = nullptr;
  if (call.request.later != nullptr && (done = finished_write(call)) == nullptr) return;
  if (!read_write_ask(call, ask)) return;
  if (done != nullptr) return answer_write(call, ask, *done);
  if (!ask.write.known) {
    Faults faults(Faults::Where::pointer);
    check_first(ask.write, faults);
    if (!faults.empty()) return faults.answer(call.response, "bad_body");
  }
  const index::UnixMillis now = service_.base_now();
  std::vector<Owned> moves;
  bool repeat = false;
  if (!is_repeat(call, ask, repeat)) return;
  if (ask.write.kind == WriteKind::handoffs && !ask.write.owner.empty() && !repeat)
    moves = moves_of(ask.found.customer.record, now, ask.write);
  if (!submit_write(call, ask, drafts_of(ask.write, ask.name, ask.identity, now, moves))) return;
  auto* const job = static_cast<WriteJob*>(call.response.later.get());
  for (const Owned& one : moves)
    if (!one.over) job->move(index::entry_id(index::kOwnSource, one.kind, one.key));
}

}  // namespace concord::server

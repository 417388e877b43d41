// Health, version and the contract itself.
#include "server/routes.h"
#include "server/routes_embedded.h"

namespace concord::server {
namespace {

void no_store(Call& call) { call.response.field("Cache-Control", "no-store"); }

}  // namespace

void Routes::livez(Call& call) {
  no_store(call);
  call.response.body.append(R"({"status":"alive"})");
}

void Routes::readyz(Call& call) {
  no_store(call);
  const index::GenerationInfo& generation = service_.engine->generation();
  const index::WriteState writes = write_state();
  const bool ready = !call.ask.for_writes || writes.mode == index::WriteState::Mode::writable;
  if (!ready) call.response.status = 503;
  index::JsonWriter out(call.response.body);
  out.begin_object();
  out.key("status").string(ready ? "ready" : "not_ready");
  out.key("base_clock").begin_object();
  out.key("mode").string(word(service_.clock.mode));
  out.key("at").time(service_.base_now());
  out.end_object();
  out.key("as_of").time(service_.default_as_of());
  out.key("revision").unsigned_integer(call.pin.revision());
  out.key("policy_version").string(service_.policy->version());
  out.key("generation").begin_object();
  out.key("name").string(generation.name);
  out.key("seq").unsigned_integer(generation.seq);
  out.key("customers").unsigned_integer(generation.customers);
  out.key("accounts").unsigned_integer(generation.accounts);
  out.key("entries").unsigned_integer(generation.entries);
  out.key("identities").unsigned_integer(generation.identities);
  out.key("bytes").unsigned_integer(generation.bytes);
  if (generation.newest_at.ms != 0) out.key("newest_at").time(generation.newest_at);
  out.end_object();
  out.key("search").boolean(service_.engine->text() != nullptr);
  write_live(out, writes);
  out.end_object();
}

index::WriteState Routes::write_state() const {
  using Mode = index::WriteState::Mode;
  if (service_.live != nullptr) return service_.live->write_state();
  return {Mode::read_only, "this process only answers questions"};
}

void Routes::write_live(index::JsonWriter& out, const index::WriteState& writes) const {
  out.key("writes").begin_object();
  out.key("state").string(word(writes.mode));
  if (!writes.because.empty()) out.key("because").string(writes.because);
  out.end_object();
  const index::OpenReport none;
  const index::OpenReport& report = service_.live != nullptr ? service_.live->report() : none;
  out.key("stale").boolean(report.stale);
  out.key("log").begin_object();
  if (service_.live != nullptr) {
    out.key("seq").unsigned_integer(service_.live->counts().log_seq);
    out.key("replayed").unsigned_integer(report.replayed);
    out.key("verified_to").unsigned_integer(report.verified_to);
  }
  out.key("findings").begin_array();
  for (const index::OpenFinding& finding : report.findings) {
    out.begin_object().key("what").string(finding.what);
    if (finding.seq != 0) out.key("seq").unsigned_integer(finding.seq);
    if (!finding.place.empty()) out.key("place").string(finding.place);
    out.key("text").string(finding.text).end_object();
  }
  out.end_array();
  out.end_object();
}

void Routes::metrics(Call& call) {
  no_store(call);
  call.response.content_type = "text/plain; version=0.0.4";
  service_.watch->metrics().append_text(call.response.body);
}

void Routes::version(Call& call) {
  index::JsonWriter out(call.response.body);
  out.begin_object();
  out.key("name").string("concord");
  out.key("version").string(kProgramVersion);
  out.key("api").string("v1");
  out.key("policy_version").string(service_.policy->version());
  out.end_object();
}

void Routes::openapi(Call& call) { call.response.body.append(embedded_file("openapi.json")); }

void Routes::schema(Call& call) {
  const std::string_view text = embedded_file(call.request.segments[1]);
  if (text.empty() || !call.request.segments[1].ends_with(".schema.json"))
    return fill_problem(
        call.response,
        {404, "not_found", "There is no such schema; GET /openapi.json names them all."});
  call.response.body.append(text);
}

}  // namespace concord::server

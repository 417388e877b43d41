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
  index::JsonWriter out(call.response.body);
  out.begin_object();
  out.key("status").string("ready");
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
